"""What cannot be delivered goes to somebody who hears it, once, with the reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.history.store import SqlHistory
from bot.notify.wording import compose
from bot.rules.model import Severity
from bot.rules.telling import Match
from bot.service.ports import Delivered, Outcome, Rejected, TryAgain
from bot.service.views import Notification
from tests.service.telling.stage import Stage, clock

HEAD = """
version: 1
defaults: {receivers: [noc]}
operators: [ops]
receivers:
  noc: {slack: "#noc", fallback: oncall}
  oncall: {email: oncall@example.com}
  shop: {slack: "#shop"}
  ops: {terminal: true}
rules:
  - {name: lte, quota: 1 GB, at: [50%, 80%, 100%]}
  - {name: mpls, quota: 1 GB, notify: [shop]}
"""
ARCHIVED = Rejected("Slack refuses (is_archived): the channel #noc is archived")
BOTH = HEAD.replace("receivers: [noc]}", "receivers: [noc, oncall]}")


@dataclass
class Refusing(Stage):
    """`refused` is what receivers, or their endpoints, answer in place of taking it."""

    refused: dict[str, Outcome] = field(default_factory=dict)

    async def deliver(self, notification: Notification) -> Outcome:
        for name in (notification.receiver, str(notification.endpoint)):
            if name in self.refused:
                return self.refused[name]
        return await super().deliver(notification)

    def notes(self) -> list[str]:
        return [alert.note for notification in self.seen for alert in notification.alerts if alert.note]


@pytest.fixture
async def stage() -> AsyncIterator[Refusing]:
    history = SqlHistory("sqlite://")
    await history.open()
    made = Refusing(history)
    made.configure("", HEAD)
    yield made
    await history.close()


async def test_what_is_rejected_goes_to_the_fallback_with_the_reason_and_operators_hear_of_it(stage: Refusing) -> None:
    stage.refused = {"noc": ARCHIVED}
    await stage.fire(1, 2)
    assert stage.said == ["10:00 oncall: fired 1, fired 2", "10:00 ops: fired "]
    notice = "Alerts of lte cannot be delivered to noc (slack:#noc)"
    assert stage.notes() == [f"{notice}: {ARCHIVED.why} oncall is told instead."]
    told = compose(next(one for one in stage.seen if one.receiver == "oncall"))
    assert told.told[0] == f"Told here because noc cannot be reached: slack:#noc: {ARCHIVED.why}"


async def test_further_news_follow_as_long_as_the_receiver_is_broken_and_no_longer(stage: Refusing) -> None:
    stage.refused = {"noc": ARCHIVED}
    await stage.fire(1)
    await stage.go("10:10")
    await stage.worsen(1)
    await stage.go("10:20")
    assert [line for line in stage.said if "ops" not in line] == ["10:00 oncall: fired 1", "10:10 oncall: worsened 1"]
    assert len(stage.notes()) == 1, "operators are told once"
    stage.refused = {}
    await stage.resolve(1)
    await stage.go("10:30")
    assert stage.said[3:] == ["10:20 noc: resolved 1", "10:20 ops: resolved "]
    assert stage.edited[-1] == "10:20 oncall: resolved 1", "the message of the fallback does not say firing for ever"


async def test_without_a_fallback_the_first_other_operator_hears(stage: Refusing) -> None:
    stage.refused = {"shop": ARCHIVED}
    await stage.fire(1, rule="mpls")
    assert stage.said == ["10:00 ops: fired 1", "10:00 ops: fired "]


async def test_who_hears_already_is_not_told_again(stage: Refusing) -> None:
    stage.configure("", BOTH)
    stage.refused = {"noc": ARCHIVED}
    await stage.fire(1)
    assert [line for line in stage.said if "ops" not in line] == ["10:00 oncall: fired 1"]
    assert "told instead" not in stage.notes()[0]


async def test_what_two_endpoints_refuse_one_after_the_other_is_told_once(stage: Refusing) -> None:
    stage.configure("", HEAD.replace('slack: "#noc"', 'slack: "#noc", email: noc@example.com'))
    stage.refused = {"slack:#noc": ARCHIVED, "email:noc@example.com": TryAgain("greylisted")}
    await stage.fire(1)
    await stage.go("10:10")
    stage.refused["email:noc@example.com"] = Rejected("no such mailbox")
    await stage.go("10:20")
    assert [line for line in stage.said if "oncall" in line] == ["10:00 oncall: fired 1"]
    assert "no such mailbox oncall is told instead." in stage.notes()[-1] or len(stage.notes()) == 1
    await stage.worsen(1)
    assert stage.said[-1] == "10:20 oncall: worsened 1"


async def test_a_fallback_that_cannot_be_reached_either_hands_nothing_on(stage: Refusing) -> None:
    stage.refused = {"noc": ARCHIVED, "oncall": Rejected("no such mailbox")}
    await stage.fire(1)
    await stage.go("12:00")
    assert stage.said == ["10:00 ops: fired ", "10:00 ops: fired "]
    assert ["noc" in stage.notes()[0], "oncall" in stage.notes()[1]] == [True, True]


async def test_the_bots_own_notices_have_a_fallback_too_and_end_there(stage: Refusing) -> None:
    stage.configure("", HEAD.replace("operators: [ops]", "operators: [noc]"))
    stage.refused = {"noc": ARCHIVED}
    await stage.fire(1)
    assert stage.said == ["10:00 oncall: fired 1", "10:00 oncall: fired "]
    stage.refused["oncall"] = ARCHIVED
    await stage.fire(2)
    await stage.go("11:00")
    assert len(stage.said) == 2, "nobody is left, and nothing goes round in circles"


async def test_operators_hear_that_what_reached_a_part_reaches_nobody_any_more(stage: Refusing) -> None:
    stage.refused = {"noc": Delivered("ref", but="boss@example.com (550)")}
    await stage.fire(1)
    stage.refused = {"noc": ARCHIVED}
    await stage.go("10:10")
    await stage.worsen(1)
    assert ["reach only a part" in stage.notes()[0], "cannot be delivered" in stage.notes()[-1]] == [True, True]
    stage.refused = {}
    await stage.go("10:20")
    await stage.resolve(1)
    await stage.go("10:30")
    assert sum(line.endswith("ops: resolved ") for line in stage.said) == 2, "both are over"


async def test_what_needs_the_operator_waits_is_said_once_and_is_over_when_it_works(stage: Refusing) -> None:
    stage.refused = dict.fromkeys(("noc", "shop"), TryAgain("Slack refuses (invalid_auth)", needs_operator=True))
    await stage.fire(1)
    await stage.fire(2, rule="mpls")
    await stage.go("10:50", tick=600)
    assert stage.said == ["10:00 ops: fired "], "once for all of Slack's channels"
    what = "Messages to noc (slack:#noc), and perhaps to others by slack, wait until a person helps"
    assert stage.notes() == [f"{what}: Slack refuses (invalid_auth)"]
    stage.refused = {}
    await stage.go("11:00", tick=300)
    told = sorted(line.partition(" ")[2] for line in stage.said[1:])
    assert told == ["noc: fired 1", "ops: resolved ", "shop: fired 2"]


async def test_one_channel_that_needs_the_operator_is_said_once_while_the_others_work(stage: Refusing) -> None:
    stage.refused = {"noc": TryAgain("Slack refuses (a_code_of_tomorrow)", needs_operator=True)}
    await stage.fire(1)
    await stage.fire(2, rule="mpls")
    await stage.go("10:20", tick=300)
    await stage.worsen(2)
    await stage.go("10:40", tick=300)
    assert sum("shop" in line for line in stage.said) == 2
    assert [line for line in stage.said if "ops" in line] == ["10:00 ops: fired "]


@pytest.mark.parametrize(
    ("trouble", "not_yet", "then", "patience"),
    [
        (TryAgain("Slack refuses (invalid_auth)", needs_operator=True), "10:50", "11:10", "1 h"),
        (TryAgain("Slack cannot be reached"), "1d 09:50", "1d 10:10", "24 h"),
    ],
)
async def test_what_waits_for_a_person_goes_to_the_fallback_sooner_than_what_may_pass(
    stage: Refusing, trouble: TryAgain, not_yet: str, then: str, patience: str
) -> None:
    stage.refused = {"noc": trouble}
    await stage.fire(1)
    await stage.go(not_yet, tick=6 * 3600 if "d" in not_yet else 600)
    assert not [line for line in stage.said if "oncall" in line]
    await stage.go(then, tick=600)
    assert sum("oncall: fired 1" in line for line in stage.said) == 1
    because = next(one.because for one in stage.seen if one.receiver == "oncall")
    assert because.endswith(f"(given up after {patience})")


async def test_what_may_pass_is_not_given_up_where_nobody_hears_instead(stage: Refusing) -> None:
    stage.configure("", HEAD.replace("operators: [ops]", "operators: [noc]").replace(", fallback: oncall", ""))
    stage.refused = {"noc": TryAgain("Slack cannot be reached")}
    await stage.fire(1)
    await stage.go("2d 10:00", tick=8 * 3600)
    stage.refused = {}
    await stage.go("2d 10:10", tick=300)
    assert [line.removeprefix("2d 10:05 ") for line in stage.said] == ["noc: fired 1"]


async def test_a_silent_edit_that_is_refused_tells_nobody_anew(stage: Refusing) -> None:
    await stage.fire(1)
    stage.refused = {"noc": ARCHIVED}
    await stage.acknowledge(1)
    await stage.go("10:30")
    assert stage.said == ["10:00 noc: fired 1", "10:00 ops: fired "]


async def test_news_of_an_alert_go_where_its_receiver_is_now(stage: Refusing) -> None:
    await stage.fire(1)
    await stage.go("10:30")
    stage.configure("", HEAD.replace('"#noc"', '"#new"'))
    await stage.worsen(1)
    await stage.go("11:30")
    await stage.resolve(1)
    await stage.go("12:30")
    assert stage.said == ["10:00 noc: fired 1", "10:30 noc: worsened 1", "11:30 noc: resolved 1"]
    assert [str(one.endpoint) for one in stage.seen if one.loud] == ["slack:#noc", "slack:#new", "slack:#new"]
    assert stage.edited == ["10:30 noc: worsened 1", "11:30 noc: resolved 1"], "the old message does not say firing"


async def test_an_endpoint_that_is_new_hears_of_no_end_of_what_it_was_not_told(stage: Refusing) -> None:
    await stage.fire(1)
    await stage.go("10:30")
    stage.configure("", HEAD.replace('"#noc"', '"#noc", email: noc@example.com'))
    await stage.resolve(1)
    await stage.go("11:30")
    assert [str(one.endpoint) for one in stage.seen] == ["slack:#noc", "slack:#noc"]


async def test_a_silence_that_comes_while_the_fallback_is_waited_for_keeps_nothing_of_it_back(stage: Refusing) -> None:
    """It was on its way when the silence came, and what else the fallback hears is no matter of it."""
    routes = "routes: [{match: {severity: critical}, escalate: {after: 1h, notify: [oncall]}}, {notify: [noc]}]"
    stage.configure(routes, HEAD)
    stage.refused, stage.is_down = {"slack:#noc": ARCHIVED}, True
    await stage.fire(1)
    await stage.fire(2, severity=Severity.CRITICAL)
    async with stage.history.writing() as tx:
        await tx.outbox.pause("email:oncall@example.com", clock("10:10"))
    stage.is_down = False
    await stage.go("10:01", tick=60)
    await stage.silence("10:01", "10:30", Match(severities=(Severity.CRITICAL,)))
    await stage.go("10:40", tick=60)
    said = [line for line in stage.said if "oncall" in line]
    assert said == ["10:10 oncall: fired 1", "10:10 oncall: fired 2"]
