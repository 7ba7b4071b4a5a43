"""An outage of hours is two lines of the log."""

from __future__ import annotations

from bot.altostrat.troubles import Troubles
from bot.service.ports import Declined, Unauthorized, Unavailable

DOWN, REFUSED, GONE = Unavailable("no connection"), Unauthorized("no"), Declined("no such site", 404)


def test_an_outage_is_news_once_whichever_sites_it_hits_and_its_end_counts_it() -> None:
    troubles = Troubles()
    assert [troubles.is_news([site], DOWN) for site in ("a", "b", "c")] == [True, False, False]
    assert troubles.is_news(["a"], REFUSED)
    assert (troubles.over(["a"]), troubles.over(["b"])) == (4, 0)
    assert troubles.is_news(["a"], DOWN)


def test_a_site_that_is_refused_is_news_once_although_others_are_answered() -> None:
    troubles = Troubles()
    assert troubles.is_news(["a"], GONE)
    assert troubles.over(["b"]) == 0
    assert not troubles.is_news(["a"], GONE)
    assert troubles.is_news(["b"], GONE)
    troubles.over(["a"])
    assert troubles.is_news(["a"], GONE)


def test_each_reason_for_refusing_rows_is_news_once() -> None:
    troubles = Troubles()
    assert [troubles.are_new(reasons) for reasons in (["a"], ["a"], ["a", "b"], [], ["b"])] == [1, 0, 1, 0, 0]
