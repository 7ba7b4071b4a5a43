"""Golden texts of spikes: what people read, for everything that happens to one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from textwrap import dedent

import pytest

from bot.alerts.model import Change, Reason, State
from bot.domain.usage import Direction
from bot.notify.plain import plain_text
from bot.notify.tones import Tone
from bot.notify.wording import compose
from bot.service.answers.tables import what
from bot.service.spikes.amounts import like_words, usual_words, where_usual
from bot.service.views import AlertView, LikeDays, News, Notification, SpikeView
from tests.notify.builders import GB, HOSTILE, NOW, ended, news, spike, telling

HOUR = timedelta(hours=1)
NEW_NORMAL = ended(spike(), Reason.NEW_NORMAL)
WITHDRAWN = ended(spike(), Reason.DATA_REVISED)


def is_text(notification: Notification, golden: str) -> None:
    assert plain_text(notification) == dedent(golden).strip()


def shown(alert: AlertView, **more: object) -> AlertView:
    """The alert with some of its spike different."""
    assert alert.spike is not None
    return replace(alert, spike=replace(alert.spike, **more))  # type: ignore[arg-type]


def line(alert: AlertView, change: Change, **more: object) -> str:
    (line,) = compose(telling(news(alert, change, **more), ref="posted")).news  # type: ignore[arg-type]
    return line


def test_a_spike() -> None:
    is_text(
        telling(news(spike())),
        """
        Cape Town reached 12.4 GB an hour outbound, where 400 MB to 1.20 GB is usual
        Firing, warning

        Peak         12.4 GB an hour, kept up for 15 minutes
        Peak at      Thu 20 Nov 14:05 SAST
        Usual        400 MB to 1.20 GB an hour at that time of day
        How unusual  more than on any of the last 28 days at that time of day
        So far       4.10 GB beyond the usual: 0.8 % of its 500 GB monthly quota
        Since        Thu 20 Nov 13:30 SAST

        Rule unusual-traffic · alert A8 · data until Thu 20 Nov 14:10 SAST
        """,
    )


def test_a_spike_that_is_pending() -> None:
    text = plain_text(telling(news(replace(spike(), state=State.PENDING), Change.PENDING)))
    assert text.splitlines()[0] == (
        "Cape Town reached 12.4 GB an hour outbound, where 400 MB to 1.20 GB is usual, not for long enough to alert yet"
    )


def test_a_spike_that_is_over() -> None:
    is_text(
        telling(news(ended(spike()), Change.RESOLVED), ref="{}"),
        """
        Resolved: Cape Town is back in its usual range (outbound)
        Resolved on Thu 20 Nov 14:10 SAST

        Peak         12.4 GB an hour, kept up for 15 minutes
        Peak at      Thu 20 Nov 14:05 SAST
        Usual        400 MB to 1.20 GB an hour at that time of day
        How unusual  more than on any of the last 28 days at that time of day
        In all       4.10 GB beyond the usual: 0.8 % of its 500 GB monthly quota
        Since        Thu 20 Nov 13:30 SAST
        Lasted       40 minutes

        Rule unusual-traffic · alert A8 · data until Thu 20 Nov 14:10 SAST
        """,
    )
    assert line(ended(spike()), Change.RESOLVED) == (
        "Cape Town is back in its usual range (outbound) since Thu 20 Nov 14:10 SAST. It lasted 40 minutes."
    )


def test_a_level_that_stays_is_taken_for_normal_and_says_so() -> None:
    text = plain_text(telling(news(NEW_NORMAL, Change.RESOLVED), ref="{}", loud=False))
    assert text.splitlines()[:2] == [
        "Cape Town stays at this level (outbound): taken as normal from now on",
        "New normal on Thu 20 Nov 14:10 SAST",
    ]
    assert line(NEW_NORMAL, Change.RESOLVED) == (
        "Cape Town stays at this level (outbound): taken as normal since Thu 20 Nov 14:10 SAST."
    )
    both = telling(*(news(replace(NEW_NORMAL, site=site), Change.RESOLVED) for site in ("Cape Town", "Durban")))
    assert compose(both).headline == "Cape Town and Durban stay at this level: taken as normal from now on"


def test_a_withdrawn_spike_says_why_and_what_it_had_been_taken_for() -> None:
    is_text(
        telling(news(WITHDRAWN, Change.CORRECTED), ref="{}"),
        """
        Withdrawn: Cape Town did not leave its usual range (outbound)
        Withdrawn on Thu 20 Nov 14:10 SAST

        Cape Town: withdrawn. Data that was revised or came late shows that it did not leave its usual range. It seemed to have reached 12.4 GB an hour outbound, where 400 MB to 1.20 GB is usual.

        Usual  400 MB to 1.20 GB an hour at that time of day

        Rule unusual-traffic · alert A8 · data until Thu 20 Nov 14:10 SAST
        """,  # noqa: E501
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            Change.FIRED,
            (
                "Cape Town left its usual range on Thu 20 Nov 13:30 SAST: "
                "it reached 12.4 GB an hour outbound, where 400 MB to 1.20 GB is usual."
            ),
        ),
        (
            Change.WORSENED,
            (
                "Cape Town went further beyond its usual range by Thu 20 Nov 13:30 SAST: "
                "it reached 12.4 GB an hour outbound, where 400 MB to 1.20 GB is usual."
            ),
        ),
        (
            Change.ESCALATED,
            (
                "Nobody has acknowledged this yet: "
                "Cape Town reached 12.4 GB an hour outbound, where 400 MB to 1.20 GB is usual."
            ),
        ),
        (
            Change.REPEATED,
            "Still firing: Cape Town reached 12.4 GB an hour outbound, where 400 MB to 1.20 GB is usual.",
        ),
    ],
)
def test_what_happens_to_a_spike_is_one_sentence(change: Change, said: str) -> None:
    assert line(spike(), change) == said


def test_several_sites_are_one_sentence_and_a_row_each() -> None:
    both: tuple[News, ...] = news(spike()), news(shown(spike("Durban", 3, number=9), low=0))
    is_text(
        telling(*both),
        """
        Cape Town and Durban use more than is usual
        2 firing (warning)

        - Cape Town: warning · 12.4 GB an hour outbound, usual 400 MB to 1.20 GB, since Thu 20 Nov 13:30 SAST (A8)
        - Durban: warning · 3.00 GB an hour outbound, usual up to 1.20 GB, since Thu 20 Nov 13:30 SAST (A9)

        Rule unusual-traffic · data until Thu 20 Nov 14:10 SAST
        """,
    )
    assert compose(telling(*both)).subject == "Cape Town and Durban: unusual traffic (outbound)"


def test_a_site_that_goes_out_of_its_range_both_ways_is_named_once() -> None:
    both = telling(news(spike()), news(replace(spike(number=9), direction=Direction.IN)))
    assert compose(both).headline == "Cape Town uses more than is usual"


def test_the_subject_does_not_change_while_the_alert_lives() -> None:
    subjects = {compose(telling(news(one))).subject for one in (spike(), ended(spike()), NEW_NORMAL, WITHDRAWN)}
    assert subjects == {"Cape Town: unusual traffic (outbound)"}


@pytest.mark.parametrize(
    ("alert", "tone"), [(spike(), Tone.WARNING), (NEW_NORMAL, Tone.QUIET), (WITHDRAWN, Tone.QUIET)]
)
def test_what_is_no_relief_is_not_green(alert: AlertView, tone: Tone) -> None:
    assert compose(telling(news(alert))).tone is tone


@pytest.mark.parametrize(
    ("low", "top", "usual", "where"),
    [
        (GB, 2 * GB, "1.00 to 2.00 GB an hour", "where 1.00 to 2.00 GB is usual"),
        (0, 2 * GB, "up to 2.00 GB an hour", "where up to 2.00 GB is usual"),
        (GB, GB + 1, "about 1.00 GB an hour", "where about 1.00 GB is usual"),
        (900 * 10**6, 2 * GB, "900 MB to 2.00 GB an hour", "where 900 MB to 2.00 GB is usual"),
        (0, 0, "next to nothing", "where next to nothing is usual"),
    ],
)
def test_what_is_usual_is_a_range_with_its_unit(low: int, top: int, usual: str, where: str) -> None:
    assert (usual_words(low, top, HOUR), where_usual(low, top, HOUR)) == (usual, where)


@pytest.mark.parametrize(
    ("like", "said"),
    [
        (LikeDays(28, 28, 0), "more than on any of the last 28 days at that time of day"),
        (LikeDays(28, 28, 2), "as high on 2 of the last 28 days at that time of day"),
        (LikeDays(28, 20, 0), "more than on any of the 20 known of the last 28 days at that time of day"),
        (LikeDays(9, 9, 1), "as high on 1 of the last 9 days at that time of day"),
        (LikeDays(1, 1, 0), "more than the day before at that time of day"),
        (LikeDays(0, 0, 0), ""),
        (None, ""),
    ],
)
def test_how_unusual_it_is_is_said_in_days(like: LikeDays | None, said: str) -> None:
    assert like_words(like) == said


def test_a_level_that_held_for_most_of_a_span_is_not_said_to_have_been_kept_up() -> None:
    long = shown(spike(), span=3 * HOUR, came=30 * GB, is_mostly=True)
    assert "Peak         10.0 GB an hour, for most of 3 hours\n" in plain_text(telling(news(long)))


def test_a_level_that_lasts_is_one_of_a_day_and_of_no_time_of_day() -> None:
    day = {"span": timedelta(days=1), "came": 48 * GB, "low": 12 * GB, "top": 24 * GB, "like": None}
    text = plain_text(telling(news(shown(spike(), **day))))
    assert text.startswith("Cape Town stayed above its usual level outbound for 1 day\n")
    assert "half hour by half hour" in text
    assert what(shown(spike(), **day)) == "above its usual level for 1 day, outbound"
    assert "time of day" not in text
    assert "2.00 GB" not in text
    assert "kept up" not in text


def test_a_little_of_a_quota_is_not_rounded_to_nothing() -> None:
    some = spike().spike
    assert some is not None
    assert some.share is not None
    little = shown(spike(), share=replace(some.share, part=Fraction(0)))
    assert "4.10 GB beyond the usual: less than 0.1 % of its 500 GB monthly quota" in plain_text(telling(news(little)))
    alone = plain_text(telling(news(shown(spike(), share=None))))
    assert "So far       4.10 GB beyond the usual\n" in alone


def test_the_end_of_what_is_unusual_needs_no_peak_time_where_it_began_with_it() -> None:
    assert "Peak at" not in plain_text(telling(news(shown(spike(), at=spike().since))))


def test_an_alert_that_remembers_nothing_of_its_episode_still_has_words() -> None:
    bare = replace(spike(), spike=None)
    assert plain_text(telling(news(bare))).splitlines()[0] == "Cape Town reached more than is usual outbound"
    assert "withdrawn" in line(ended(bare, Reason.DATA_REVISED), Change.CORRECTED)
    assert plain_text(telling(news(bare), news(replace(bare, site="Durban"))))
    assert what(bare) == "more than is usual, outbound"


def test_in_a_list_of_alerts_a_spike_is_what_came_and_what_is_usual() -> None:
    assert what(spike()) == "12.4 GB an hour, usual 400 MB to 1.20 GB, outbound"


@pytest.mark.parametrize("change", list(Change))
@pytest.mark.parametrize("reason", [None, *Reason])
def test_names_of_others_break_nothing(change: Change, reason: Reason | None) -> None:
    alert = replace(spike(HOSTILE), rule=HOSTILE)
    alert = ended(alert, reason) if reason is not None else alert
    for about in ((alert,), (alert, replace(alert, site="Durban"))):
        said = plain_text(telling(*(news(one, change) for one in about), ref="{}"))
        assert not {"\x1b", "\r", "\u202e", "\u2066"} & set(said)
        assert "sigma" not in said


def test_the_span_is_never_divided_by_nothing() -> None:
    none = SpikeView(timedelta(), 0, 0, 0, NOW)
    assert "0 B an hour" in plain_text(telling(news(replace(spike(), spike=none))))
