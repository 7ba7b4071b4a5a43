"""Golden texts: what people read, for every kind of alert and everything that happens to one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from textwrap import dedent

import pytest

from bot.alerts.model import Change, Reason, State
from bot.domain.usage import Direction
from bot.notify.plain import one_line, plain_text
from bot.notify.sentences import headline
from bot.notify.tones import Tone
from bot.notify.wording import compose
from bot.rules.model import Severity
from bot.service.views import Notification
from tests.notify.builders import GB, HOSTILE, NOW, SINCE, ended, news, quota, telling, threshold, trouble


def is_text(notification: Notification, golden: str) -> None:
    assert plain_text(notification) == dedent(golden).strip()


def test_a_quota_step() -> None:
    is_text(
        telling(news(quota())),
        """
        Cape Town has used 80 % of its 500 GB
        Firing, warning

        Used            402 GB of 500 GB (80.4 %)
        Left            98.0 GB
        Billing period  1 – 30 Nov, 10 days left
        Pace            1.2× even pace, which would be 326 GB by now
        At this pace    it runs out on Tue 25 Nov
        Reached         50 % on Tue 11 Nov 12:10 SAST, 80 % on Thu 20 Nov 14:05 SAST

        Rule lte-monthly-quota · alert A17 · data until Thu 20 Nov 14:10 SAST
        """,
    )


def test_a_step_learnt_late_with_gaps_in_the_data() -> None:
    text = plain_text(telling(news(replace(quota(), coverage=0.9728), late=timedelta(hours=3))))
    assert "\nLearnt 3 hours late.\n" in text
    assert "\nCoverage        97.2 % known; gaps count as unknown, not as zero\n" in text


def test_a_quota_that_is_used_up_and_over() -> None:
    crossed = {Fraction(100): SINCE - timedelta(minutes=5), Fraction(110): SINCE}
    is_text(
        telling(news(quota(percent=110), Change.WORSENED, crossed=crossed), ref="{}"),
        """
        Cape Town has used 110 % of its 500 GB
        Firing, critical

        Cape Town reached 110 % of its 500 GB on Thu 20 Nov 14:05 SAST, after 100 % on Thu 20 Nov 14:00 SAST.

        Used            552 GB of 500 GB (110.4 %)
        Over by         52.0 GB
        Billing period  1 – 30 Nov, 10 days left
        Pace            1.7× even pace, which would be 326 GB by now
        Reached         50 % on Tue 11 Nov 12:10 SAST, 110 % on Thu 20 Nov 14:05 SAST

        Rule lte-monthly-quota · alert A17 · data until Thu 20 Nov 14:10 SAST
        """,
    )


def test_a_withdrawn_quota_step() -> None:
    withdrawn = ended(replace(quota(gigabytes=380), steps={}), Reason.DATA_REVISED)
    is_text(
        telling(news(withdrawn, Change.CORRECTED, was=402 * GB), ref="{}"),
        """
        Withdrawn: Cape Town has not used 80 % of its 500 GB
        Withdrawn on Thu 20 Nov 14:10 SAST

        Cape Town: withdrawn. Its usage was corrected from 402 GB to 380 GB, so 80 % of 500 GB was not reached.

        Used            380 GB of 500 GB (76 %)
        Left            120 GB
        Billing period  1 – 30 Nov

        Rule lte-monthly-quota · alert A17 · data until Thu 20 Nov 14:10 SAST
        """,
    )


def test_a_higher_step_withdrawn_while_a_lower_one_holds() -> None:
    alert = replace(quota(percent=80), reason=Reason.DATA_REVISED)
    text = plain_text(telling(news(alert, Change.CORRECTED, step=Fraction(100), was=505 * GB), ref="{}"))
    assert ("Cape Town: 100 % is withdrawn, 80 % still holds. Its usage was corrected from 505 GB to 402 GB.\n") in text
    assert text.startswith("Cape Town has used 80 % of its 500 GB\nFiring, warning\n")


def test_the_end_of_a_period() -> None:
    is_text(
        telling(news(ended(quota(gigabytes=412), Reason.PERIOD_ENDED), Change.RESOLVED), loud=False),
        """
        Cape Town ended its billing period at 412 GB of 500 GB
        Period ended on Thu 20 Nov 14:10 SAST

        Used            412 GB of 500 GB (82.4 %)
        Left            88.0 GB
        Billing period  1 – 30 Nov
        Reached         50 % on Tue 11 Nov 12:10 SAST, 80 % on Thu 20 Nov 14:05 SAST

        Rule lte-monthly-quota · alert A17 · data until Thu 20 Nov 14:10 SAST
        """,
    )


def test_a_threshold_in_bytes() -> None:
    is_text(
        telling(news(threshold())),
        """
        Cape Town used 23.4 GB outbound in 1 hour, more than 20 GB
        Firing, warning

        Used in 1 hour  23.4 GB
        Limit           more than 20 GB in 1 hour (outbound)
        Since           Thu 20 Nov 14:05 SAST

        Rule hourly-burst · alert A4 · data until Thu 20 Nov 14:10 SAST
        """,
    )


def test_a_threshold_as_a_rate() -> None:
    alert = replace(threshold(gigabytes=10.3), rate=80_000_000, limit=9 * GB, within=timedelta(minutes=15))
    is_text(
        telling(news(alert)),
        """
        Cape Town averaged 91.6 Mbps outbound over 15 minutes, more than 80 Mbps
        Firing, warning

        Average over 15 minutes  91.6 Mbps
        Limit                    more than 80 Mbps over 15 minutes (outbound)
        Since                    Thu 20 Nov 14:05 SAST

        Rule hourly-burst · alert A4 · data until Thu 20 Nov 14:10 SAST
        """,
    )


def test_a_threshold_from_below() -> None:
    alert = replace(
        threshold(gigabytes=0), under=True, limit=10**6, direction=Direction.TOTAL, within=timedelta(hours=6)
    )
    message = compose(telling(news(alert)))
    assert message.headline == "Cape Town used 0 B in 6 hours, less than 1 MB"
    assert message.subject == "Cape Town: less than 1 MB in 6 hours"
    resolved = compose(telling(news(ended(alert), Change.RESOLVED)))
    assert resolved.news == (
        "Cape Town is back above 1 MB in 6 hours since Thu 20 Nov 14:10 SAST. It lasted 5 minutes.",
    )


def test_a_resolved_threshold() -> None:
    is_text(
        telling(news(ended(threshold(gigabytes=12.3), at=NOW + timedelta(hours=1)), Change.RESOLVED), ref="{}"),
        """
        Resolved: Cape Town is back below 20 GB outbound in 1 hour
        Resolved on Thu 20 Nov 15:10 SAST

        Peak in 1 hour  12.3 GB
        Limit           more than 20 GB in 1 hour (outbound)
        Since           Thu 20 Nov 14:05 SAST
        Lasted          1 hour 5 minutes

        Rule hourly-burst · alert A4 · data until Thu 20 Nov 14:10 SAST
        """,
    )


def test_a_corrected_threshold_is_withdrawn_not_resolved() -> None:
    alert = ended(threshold(gigabytes=0.8), Reason.DATA_REVISED)
    message = compose(telling(news(alert, Change.CORRECTED, was=int(23.4 * GB)), ref="{}"))
    assert message.headline == "Withdrawn: Cape Town did not use more than 20 GB in 1 hour (outbound)"
    assert message.news == ("Cape Town: withdrawn. Its usage was corrected from 23.4 GB to 800 MB.",)
    assert message.tone is Tone.QUIET


def test_the_larger_of_both_directions_is_said() -> None:
    message = compose(telling(news(replace(quota(), direction=Direction.MAX))))
    assert message.headline == "Cape Town has used 80 % of its 500 GB (larger of in and out)"
    assert message.subject == "Cape Town: 500 GB monthly quota (larger of in and out)"


def test_the_bot_about_itself() -> None:
    is_text(
        telling(news(trouble("No usage data has arrived for 40 minutes.\nThe API answers 503 since 13:30 UTC."))),
        """
        No usage data has arrived for 40 minutes.
        Firing, critical

        The API answers 503 since 13:30 UTC.

        Since  Thu 20 Nov 12:05 UTC

        Rule usagebot:stale-data · alert A2 · workspace acme
        """,
    )


def test_the_bot_is_well_again() -> None:
    alert = ended(trouble("No usage data has arrived for 40 minutes."), Reason.BOT_WELL)
    message = compose(telling(news(alert, Change.RESOLVED), ref="{}"))
    assert message.headline == "Over: No usage data has arrived for 40 minutes."
    assert message.news == ("That is over since Thu 20 Nov 12:10 UTC: No usage data has arrived for 40 minutes.",)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (Change.ESCALATED, "Nobody has acknowledged this yet: Cape Town has used 80 % of its 500 GB."),
        (Change.REPEATED, "Still firing: Cape Town has used 80 % of its 500 GB."),
    ],
)
def test_reminders(change: Change, line: str) -> None:
    assert compose(telling(news(quota(), change), ref="{}")).news == (line,)


def test_a_changed_rule_closes_without_a_false_resolved() -> None:
    message = compose(telling(news(ended(quota(), Reason.RULE_CHANGED), Change.RESOLVED), ref="{}"))
    assert message.headline == "Closed: the rule about Cape Town changed"
    assert message.news == ("Cape Town: closed, because the rule changed.",)
    assert message.status.startswith("Closed")


def test_a_pending_alert_does_not_sound_like_a_firing_one() -> None:
    message = compose(telling(news(replace(threshold(), state=State.PENDING), Change.PENDING)))
    assert message.headline.endswith("more than 20 GB, not for long enough to alert yet")
    assert message.status == "Pending, warning"


def test_severity_is_a_word_and_not_only_a_colour() -> None:
    for severity in Severity:
        message = compose(telling(news(replace(quota(), severity=severity))))
        assert severity.value in message.status
        assert message.tone.value == severity.value


def test_a_hostile_name_stays_within_its_sentence() -> None:
    message = compose(telling(news(quota(HOSTILE))))
    assert message.headline.endswith("… has used 80 % of its 500 GB")
    assert "\n" not in message.headline + message.subject + one_line(message)
    assert len(message.subject) < 150


def test_facts_and_numbers_hold_nothing_that_others_chose() -> None:
    mark = "MARK"
    alert = replace(quota(mark), id=mark, rule=mark, workspace=mark, note=mark)
    for alerts in [(alert,), (alert, replace(alert, id=mark))]:
        message = compose(telling(*map(news, alerts)))
        assert mark not in str([message.facts, [row.numbers for row in message.rows]])


def test_a_quota_that_is_far_beyond_is_told_as_what_it_is() -> None:
    alert = replace(quota(), step=Fraction(100), value=4_280 * GB, severity=Severity.CRITICAL)
    assert headline(alert) == "Cape Town has used 856 % of its 500 GB"
    assert headline(replace(alert, value=501 * GB)) == "Cape Town has used 100 % of its 500 GB"
