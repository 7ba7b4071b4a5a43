"""Why it told, or why it did not: from what was stored, as it was known then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from bot.alerts.model import State
from bot.alerts.seen import as_seen
from bot.alerts.silences import Silence
from bot.domain.times import DAY, Slot, Window, to_slot
from bot.rules.telling import EVERYTHING, Match
from bot.service.commands import Explain
from bot.service.explain.model import Because, Case, Explained, Explanation, NoSuchRule, NoSuchTime, Verdict
from bot.service.fleet import NotFound
from bot.service.options import PullOptions
from bot.service.ports import Outcome, PullOutcome, Rejected, TryAgain, Unavailable
from bot.service.queries.ask import Questions
from bot.service.queries.replies import Reply
from bot.service.views import Notification
from tests.service.test_quotas_end_to_end import MEGA, Rig, Scripted, instant, rig
from tests.service.test_thresholds_end_to_end import BURST, busy

DAILY = "rules:\n  - {name: lte, quota: 1 GB, per: day, at: [50%, 80%], severity: {80%: critical}}\n"
"""With 10 MB a bucket 50 % is reached at 04:10 and 80 % at 06:40."""
TEN = 10 * MEGA
SHORT = PullOptions(chunk=2 * DAY, baseline=DAY, reread=DAY)
"""A month of history would mean nothing here, and takes its time."""


@dataclass
class Failing(Scripted):
    """An API that answers nothing from `since` on."""

    since: datetime | None = None
    now: list[datetime] = field(default_factory=list)

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        if self.since is not None and window.end > to_slot(self.since):
            return Unavailable("HTTP 503")
        return await super().usage(sites, window)


class Asking:
    """A bot on a hand-driven clock, and questions to it."""

    def __init__(self, bot: Rig) -> None:
        self.bot = bot

    async def ask(
        self, name: str = "cape-town", rule: str | None = None, at: datetime | None = None
    ) -> Reply | Explained:
        fleet = self.bot.survey.fleet()
        questions = Questions(self.bot.history, self.bot.survey.fleet, self.bot.clock, self.bot.options)
        return await questions.ask(Explain(name, rule, at), fleet.everything)

    async def explained(self, at: datetime | None = None, rule: str | None = None) -> Explanation:
        reply = await self.ask(rule=rule, at=at)
        assert isinstance(reply, Explanation), reply
        return reply

    async def case(self, at: datetime | None = None, rule: str | None = None) -> Case:
        [case] = (await self.explained(at, rule)).cases
        return case

    async def until(self, end: datetime) -> None:
        """Tick every hour, and every bucket of the last quarter of one, up to `end`; the clock stands there then."""
        await self.bot.run(end - timedelta(minutes=15), timedelta(hours=1))
        self.bot.now = max(self.bot.now - timedelta(hours=1), end - timedelta(minutes=10))
        await self.bot.run(end)
        self.bot.now = end


@asynccontextmanager
async def asking(rules: str, api: Scripted | None = None, now: datetime | None = None) -> AsyncIterator[Asking]:
    async with rig(rules, api or Scripted(lambda _: TEN), now or instant(9, 0, 3), SHORT) as bot:
        yield Asking(bot)


async def test_it_told_because_a_step_was_reached() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 4, 23))
        explanation = await world.explained()
        [case] = explanation.cases
        assert case.because is Because.TOLD
        assert explanation.sentence == (
            "It told noc (terminal) on Wed 10 Jun 04:13 UTC because 50 % of 1.00 GB was reached at Wed 10 Jun 04:10 UTC"
        )
        assert case.standing is not None
        assert (case.standing.value, case.standing.limit, case.standing.known) == (52 * TEN, 10**9, 52)
        assert [(s.step, s.level, s.reached_at) for s in case.standing.steps] == [
            (Fraction(50), 500 * MEGA, instant(9, 4, 10)),
            (Fraction(80), 800 * MEGA, None),
        ]
        [move] = case.moves
        assert (move.change, move.at, move.true_at, move.limit) == (
            "fired",
            instant(9, 4, 13),
            instant(9, 4, 10),
            10**9,
        )
        [message] = case.messages
        assert (message.receiver, message.told_at, [one.standing for one in message.sent]) == (
            "noc",
            instant(9, 4, 13),
            ["delivered"],
        )
        assert case.receivers == ("noc",)


async def test_it_told_nobody_for_a_hair_is_missing() -> None:
    async with asking("rules:\n  - {name: lte, quota: 1005 MB, per: day, at: [80%]}\n") as world:
        await world.until(instant(9, 6, 43))
        explanation = await world.explained()
        assert explanation.sentence == "It told nobody: 79.6 % of 1.00 GB was used, 80 % is the first step"
        assert explanation.cases[0].because is Because.BELOW
        assert explanation.data_until == instant(9, 6, 40)


async def test_a_time_before_it_told_is_explained_as_it_was_then() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 4, 13))
        await world.until(instant(9, 7, 3))
        early = await world.case(instant(9, 4, 3))
        assert early.because is Because.BELOW
        assert early.standing is not None
        assert early.standing.value == 48 * TEN
        assert (early.moves, early.messages) == ((), ())
        between = await world.case(instant(9, 5, 3))
        assert between.alert is not None
        assert (between.because, [move.change for move in between.moves]) == (Because.TOLD, ["fired"])
        assert (between.alert.severity, (await world.case()).moves[-1].severity) == ("warning", "critical")
        assert [step.reached_at for step in (between.standing.steps if between.standing else ())] == [
            instant(9, 4, 10),
            None,
        ]


async def test_an_explanation_of_before_an_edit_is_not_made_with_the_limit_of_today() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 4, 33))
        before = await world.case()
        await world.bot.start(DAILY.replace("1 GB", "5 GB"))
        await world.until(instant(9, 5, 3))
        then, now = await world.case(instant(9, 4, 31)), await world.case()
        assert then.standing is not None
        assert now.standing is not None
        assert (then.standing.limit, then.standing.is_of_then) == (10**9, True)
        assert now.standing.limit == 5 * 10**9
        assert then.version_then == before.version_now != then.version_now
        assert then.edited_at == instant(9, 4, 33)
        assert "50 % of 1.00 GB was reached" in then.sentence


async def test_without_an_alert_the_limit_of_then_is_not_known_after_an_edit_and_that_is_said() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 3, 3))
        await world.bot.start(DAILY.replace("1 GB", "5 GB"))
        await world.until(instant(9, 4, 3))
        standing = (await world.case(instant(9, 2, 59))).standing
        assert standing is not None
        assert (standing.value, standing.limit, standing.is_of_then) == (35 * TEN, 5 * 10**9, False)


async def test_a_bucket_that_was_revised_later_counts_as_it_was_known_then() -> None:
    api = Scripted(lambda _: TEN)
    async with asking(DAILY, api) as world:
        await world.until(instant(9, 2, 3))
        api.revised[to_slot(instant(9, 1, 55))] = 3 * TEN
        await world.until(instant(9, 2, 33))
        then, now = await world.explained(instant(9, 2, 3)), await world.explained()
        [case], [later] = then.cases, now.cases
        assert case.standing is not None
        assert later.standing is not None
        assert (case.standing.value, later.standing.value) == (24 * TEN, 32 * TEN)
        bucket = next(one for one in then.buckets if one.start == instant(9, 1, 55))
        assert (bucket.in_bytes, bucket.why) == (TEN, "answered")
        [revision] = bucket.revisions
        assert (revision.before[0], revision.after[0], revision.seen_at) == (TEN, 3 * TEN, instant(9, 2, 23))
        assert next(one for one in now.buckets if one.start == instant(9, 1, 55)).in_bytes == 3 * TEN


async def test_rows_that_were_left_out_and_requests_that_failed_are_told_apart() -> None:
    gap = to_slot(instant(9, 1, 45))
    api = Failing(lambda slot: None if slot == gap else TEN)
    async with asking(DAILY, api) as world:
        await world.until(instant(9, 2, 3))
        api.since = instant(9, 2)
        await world.until(instant(9, 2, 13))
        whys = {one.start: one.why for one in (await world.explained()).buckets}
        assert whys[instant(9, 1, 45)] == "no row"
        assert whys[instant(9, 1, 50)] == "answered"
        assert whys[instant(9, 2)] == "failed"


async def test_an_api_that_does_not_answer_is_what_explains_the_silence() -> None:
    api = Failing(lambda _: TEN)
    async with asking(DAILY, api) as world:
        await world.until(instant(9, 2, 3))
        api.since = instant(9, 2)
        await world.until(instant(9, 6, 3))
        explanation = await world.explained()
        assert explanation.cases[0].because is Because.NO_DATA
        assert explanation.sentence == (
            "It told nobody: no data has been read since Wed 10 Jun 02:00 UTC (unavailable: HTTP 503)"
        )
        assert explanation.data_until == instant(9, 2)


async def test_before_the_history_nothing_was_known() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 0, 13))
        explanation = await world.explained(instant(9, 0, 1) - timedelta(days=400))
        assert explanation.data_until is None
        assert explanation.sentence == "It told nobody: no data of the site had been read by then"


@pytest.mark.parametrize(
    ("sites", "why"),
    [
        ("{name: durban}", "its name is default/cape-town, and the rule is for durban"),
        ("{tags: {plan: [lte, dsl]}}", "it has no tag plan, and the rule is for lte or dsl"),
        ("{id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10}", "its id is not among the rule's"),
    ],
)
async def test_a_rule_that_is_not_about_the_site_says_why(sites: str, why: str) -> None:
    async with asking(DAILY.replace("{name: lte,", f"{{name: lte, sites: {sites},")) as world:
        await world.until(instant(9, 0, 13))
        case = await world.case()
        assert (case.because, case.mismatch) == (Because.NOT_ABOUT, why)
        assert why in case.sentence


async def test_a_silence_is_named_with_its_author_its_reason_and_its_end() -> None:
    async with asking(DAILY) as world:
        silence = Silence(
            Match(rules=("lt*",)), to_slot(instant(9)), to_slot(instant(9, 8)), "thandi", "a software update"
        )
        async with world.bot.history.writing() as tx:
            await tx.silences.save(replace(silence, match=EVERYTHING, starts_at=Slot(0), ends_at=Slot(1)))
            await tx.silences.save(silence)
        await world.until(instant(9, 4, 23))
        case = await world.case()
        assert case.because is Because.QUIET
        assert case.sentence == "It told nobody: silenced by thandi until Wed 10 Jun 08:00 UTC (a software update)"
        [hush] = case.hushes
        assert hush.until == instant(9, 8)


async def test_a_rule_that_tells_nobody_says_so() -> None:
    async with asking(DAILY.replace("per: day", "per: day, notify: []")) as world:
        await world.until(instant(9, 4, 23))
        case = await world.case()
        assert (case.because, case.receivers) == (Because.NOBODY, ())


@pytest.mark.parametrize(
    ("outcome", "because", "words"),
    [
        (Rejected("channel_not_found"), Because.REJECTED, "the message to noc was refused (channel_not_found)"),
        (TryAgain("ratelimited"), Because.WAITING, "the message to noc waits after"),
    ],
)
async def test_a_message_that_does_not_get_through_is_what_explains_the_silence(
    outcome: Outcome, because: Because, words: str
) -> None:
    async with asking(DAILY) as world:

        async def fail(_: Notification) -> Outcome:
            return outcome

        world.bot.people.deliver = fail  # type: ignore[method-assign, assignment]
        await world.until(instant(9, 4, 23))
        case = await world.case()
        assert case.because is because
        assert words in case.sentence


async def test_a_message_that_was_delivered_later_was_still_waiting_then() -> None:
    async with asking(DAILY) as world:
        deliver, world.bot.people.deliver = world.bot.people.deliver, _never  # type: ignore[method-assign, assignment]
        await world.until(instant(9, 4, 23))
        world.bot.people.deliver = deliver  # type: ignore[method-assign]
        await world.until(instant(9, 4, 53))
        assert (await world.case()).because is Because.TOLD
        assert (await world.case(instant(9, 4, 20))).because is Because.WAITING


async def _never(_: Notification) -> Outcome:
    return TryAgain("down")


async def test_a_breach_that_must_hold_longer_is_pending() -> None:
    rules = BURST.replace("within: 5m}", "within: 5m}, for: 30m")
    async with asking(rules, busy((to_slot(instant(9, 1)), to_slot(instant(9, 3))))) as world:
        await world.until(instant(9, 1, 18))
        case = await world.case()
        assert case.because is Because.PENDING
        assert "must hold for 30 minutes; it has held for 15 minutes" in case.sentence
        assert case.standing is not None
        assert (case.standing.verdict, case.standing.value) == (Verdict.BREACH, 25 * MEGA)


async def test_what_is_over_says_so_and_a_threshold_that_is_not_passed_says_by_how_much() -> None:
    async with asking(BURST, busy((to_slot(instant(9, 1)), to_slot(instant(9, 2))))) as world:
        await world.until(instant(9, 2, 33))
        over = await world.case()
        assert (over.because, over.alert.state if over.alert else "") == (Because.OVER, "resolved")
        assert [move.change for move in over.moves] == ["fired", "resolved"]
        world.bot.now = instant(9, 0, 3)
        await world.until(instant(9, 0, 33))
        before = await world.case()
        assert before.sentence == "It told nobody: 1.00 MB within 5 minutes is not over 20.0 MB"


async def test_what_began_and_ended_while_the_bot_was_off_is_kept_as_it_was_at_each_move() -> None:
    async with asking(BURST, busy((to_slot(instant(9, 2)), to_slot(instant(9, 3))))) as world:
        await world.until(instant(9, 1, 3))
        world.bot.now = instant(9, 5, 3)
        await world.bot.tick()
        async with world.bot.history.reading() as tx:
            [alert] = await tx.alerts.past("burst", 1, 9)
            seen = [as_seen(move) for move in await tx.alerts.transitions(alert.id)]
        assert [one.state for one in seen if one is not None] == [State.FIRING, State.RESOLVED]


async def test_a_correction_is_no_end() -> None:
    api = Scripted(lambda _: TEN)
    async with asking(DAILY, api) as world:
        await world.until(instant(9, 4, 13))
        api.revised[to_slot(instant(9, 4))] = 0
        await world.until(instant(9, 4, 14))
        world.bot.now = instant(9, 4, 14)
        case = await world.case()
        assert case.because is Because.TOLD
        await world.until(instant(9, 4, 18))
        [*_, last] = (await world.case()).moves
        assert (last.change, last.was, last.value) in {("corrected", 50 * TEN, 49 * TEN), ("fired", None, 50 * TEN)}


async def test_what_was_stored_before_its_past_was_kept_is_said_to_be_inexact() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 7, 3))
        async with world.bot.history.writing() as tx:
            connection = tx.alerts._connection
            await connection.exec_driver_sql("UPDATE transitions SET seen = NULL")
        then = await world.case(instant(9, 5, 3))
        assert then.alert is not None
        assert not then.alert.is_exact
        assert then.moves[0].limit is None


async def test_a_pool_is_explained_at_each_of_its_sites() -> None:
    from bot.rules.kinds import Quota  # noqa: PLC0415 - only here

    async with asking(DAILY) as world:
        await world.until(instant(9, 2, 3))
        fleet = world.bot.survey.fleet()
        [rule] = fleet.configuration.rules
        assert isinstance(rule.judge, Quota)
        pooled = replace(rule, judge=replace(rule.judge, pool=True))
        await world.bot.survey.follow(replace(fleet.configuration, rules=(pooled,)))
        standing = (await world.case()).standing
        assert standing is not None
        assert (standing.value, standing.limit) == (24 * TEN, 10**9)


async def test_of_several_rules_the_one_that_told_comes_first() -> None:
    rules = DAILY + "  - {name: huge, quota: 1 TB, per: day}\n  - {name: other, sites: {name: x}, quota: 1 GB}\n"
    async with asking(rules) as world:
        await world.until(instant(9, 4, 23))
        explanation = await world.explained()
        assert [case.because for case in explanation.cases] == [Because.TOLD, Because.BELOW, Because.NOT_ABOUT]
        assert explanation.sentence.startswith("lte: it told noc")
        assert (await world.case(rule="HUGE")).rule == "huge"


async def test_what_does_not_exist_gets_a_suggestion() -> None:
    async with asking(DAILY.replace("lte", "lte-monthly")) as world:
        await world.until(instant(9, 0, 13))
        site = await world.ask("cape-twon")
        assert isinstance(site, NotFound)
        assert site.suggestions == ("cape-town",)
        assert await world.ask(rule="lte-montly") == NoSuchRule("lte-montly", ("lte-monthly",))


async def test_a_time_without_a_zone_is_the_sites_own_and_one_to_come_is_refused() -> None:
    api = Scripted(lambda _: TEN, zone="Africa/Johannesburg")
    async with asking(DAILY, api) as world:
        await world.until(instant(9, 4, 23))
        naive = await world.explained(datetime(2026, 6, 10, 5, 3))  # noqa: DTZ001 - what people type
        assert naive.at == instant(9, 3, 3)
        assert await world.ask(at=instant(9, 4, 24)) == NoSuchTime(instant(9, 4, 24), instant(9, 4, 23))
        assert isinstance(await world.ask(at=datetime(2026, 6, 10, 6, 24)), NoSuchTime)  # noqa: DTZ001


async def test_without_rules_nothing_can_be_told() -> None:
    async with asking("rules: []\n") as world:
        await world.until(instant(9, 0, 13))
        assert (await world.explained()).sentence == "No rule is configured, so nothing can be told"


HOLDING = """
rules:
  - {name: lte, quota: 1 GB, per: day, at: [50%, 80%]}
  - {name: graver, quota: 1 GB, per: day, at: [40%], severity: critical}
"""


async def test_the_alert_that_held_another_back_is_named() -> None:
    async with asking(HOLDING) as world:
        await world.until(instant(9, 4, 23))
        case, graver = await world.case(rule="lte"), await world.case(rule="graver")
        assert graver.alert is not None
        assert graver.because is Because.TOLD
        assert case.sentence == f"It told nobody yet: held back by {graver.alert.id}"
        assert case.because is Because.QUIET
