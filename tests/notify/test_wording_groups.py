"""Golden texts of several alerts in one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from textwrap import dedent

import pytest

from bot.alerts.model import Change, Reason
from bot.domain.usage import Direction
from bot.notify.plain import one_line, plain_text
from bot.notify.tones import Tone
from bot.notify.wording import compose
from tests.notify.builders import GB, ended, fleet, news, quota, telling, threshold


def test_three_sites_are_named_and_the_worst_comes_first() -> None:
    durban = quota("Durban", 110, number=18)
    george = ended(quota("George", 50, 260, number=19), Reason.DATA_REVISED)
    golden = """
        Durban and Cape Town have reached 80 % to 110 % of their 500 GB
        2 firing (1 critical, 1 warning), 1 withdrawn

        Durban reached 110 % of its 500 GB on Thu 20 Nov 14:05 SAST.

        Billing period  1 – 30 Nov, 10 days left

        - Durban: critical · 110.4 %, 552 GB of 500 GB (A18)
        - Cape Town: warning · 80.4 %, 402 GB of 500 GB, runs out on Tue 25 Nov (A17)
        - George: withdrawn · 52 %, 260 GB of 500 GB (A19)

        1 of them has run out. At this pace Cape Town runs out on Tue 25 Nov, the next of them.

        Rule lte-monthly-quota · data until Thu 20 Nov 14:10 SAST
    """
    notification = telling(news(durban, Change.WORSENED), alerts=(quota(), durban, george), ref="{}")
    assert plain_text(notification) == dedent(golden).strip()


@pytest.mark.parametrize("count", [30, 300])
def test_many_sites_are_counted_in_the_headline_and_all_named_in_the_text(count: int) -> None:
    notification = telling(*map(news, fleet(count)))
    message = compose(notification)
    assert message.subject == f"{count} sites: 500 GB monthly quota"
    assert message.headline == f"{count} sites have reached 80 % of their 500 GB"
    assert message.status == f"{count} firing (warning)"
    text = plain_text(notification)
    assert all(alert.site in text for alert in notification.alerts)
    assert "Rule lte-monthly-quota" in text


def test_different_quotas_of_one_rule_are_not_lumped_together() -> None:
    small = replace(quota("Durban", number=18), limit=100 * GB, value=81 * GB)
    message = compose(telling(news(quota()), news(small)))
    assert message.headline == "Durban and Cape Town have reached 80 % of their quotas"
    assert message.subject == "Durban and Cape Town: monthly quota"


def test_both_directions_of_one_site_are_one_site() -> None:
    inbound = replace(quota(), direction=Direction.IN)
    message = compose(telling(news(inbound), news(replace(inbound, direction=Direction.OUT))))
    assert message.headline == "Cape Town has reached 80 % of its quotas"
    assert message.sites == ("Cape Town",)


def test_several_thresholds() -> None:
    message = compose(telling(*(news(threshold(f"Site {n}", number=n)) for n in range(1, 13))))
    assert message.headline == "12 sites each used more than 20 GB in 1 hour (outbound)"
    assert message.rows[0].numbers == "23.4 GB, since Thu 20 Nov 14:05 SAST"


def test_one_site_left_of_several_is_named() -> None:
    message = compose(
        telling(news(ended(threshold("Durban")), Change.RESOLVED), alerts=(threshold(), ended(threshold("Durban"))))
    )
    assert message.headline == "Cape Town used 23.4 GB outbound in 1 hour, more than 20 GB"
    assert message.status == "1 firing (warning), 1 resolved"


@pytest.mark.parametrize(
    ("reason", "headline", "tone"),
    [
        (Reason.BACK_TO_NORMAL, "Resolved: 12 sites", Tone.GOOD),
        (Reason.PERIOD_ENDED, "The billing period has ended for 12 sites", Tone.QUIET),
        (Reason.DATA_REVISED, "Withdrawn: 12 sites", Tone.QUIET),
        (Reason.RULE_CHANGED, "Closed: the rule about 12 sites changed", Tone.QUIET),
    ],
)
def test_a_group_of_which_nothing_fires_any_more(reason: Reason, headline: str, tone: Tone) -> None:
    alerts = [ended(alert, reason) for alert in fleet(12)]
    message = compose(telling(*(news(alert, Change.RESOLVED) for alert in alerts)))
    assert (message.headline, message.tone) == (headline, tone)


def test_a_group_that_ended_in_different_ways() -> None:
    first, second = fleet(2)
    alerts = (ended(first), ended(second, Reason.PERIOD_ENDED))
    message = compose(telling(alerts=alerts))
    assert message.headline == "Nothing fires any more: Site 001 and Site 002"


def test_lateness_of_many_is_summed_up() -> None:
    first, second = fleet(2)
    message = compose(telling(news(first, late=timedelta(hours=3)), news(second)))
    assert message.notes == ("Learnt up to 3 hours late.",)


def test_one_line_gives_the_gist_and_counts_what_has_no_room() -> None:
    line = one_line(compose(telling(*map(news, fleet(300)))))
    assert line.startswith(
        "300 sites have reached 80 % of their 500 GB · 300 firing (warning) · At this pace Site 001 "
    )
    assert ", Site 030, +270 more · Rule lte-monthly-quota" in line
