"""Why an alert was told, and what happened to it: a real life, asked about afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import pytest

from bot.domain.times import to_slot
from bot.rules.model import UTC_ZONE
from bot.service.actions.act import Actions
from bot.service.actions.replies import NoSuchAlert
from bot.service.answers import Answer, render
from bot.service.audit import SLACK, Actor
from bot.service.commands import Explain, Story, Why
from bot.service.explain.model import Because, Explanation, NoSuchRule, NoSuchTime
from bot.service.fleet import NotFound
from bot.service.orders import Acknowledge, EndSilence, LocalTime, Matching, SetSilence, Term
from bot.service.ports import Rejected
from bot.service.queries.ask import Questions
from bot.service.queries.story_replies import AlertStory, Happened, Unreplayed
from bot.service.views import Notification
from tests.service.test_explain import DAILY, TEN, Asking, asking
from tests.service.test_quotas_end_to_end import MEGA, Scripted, instant

ANA = Actor("Ana", SLACK, "U0ANA")
TOLD = instant(9, 6, 43)
TODAYS = 2
"""The first alert is about the day before, which is read at once."""


async def ask(world: Asking, command: Why | Story | Explain) -> object:
    bot = world.bot
    fleet = bot.survey.fleet()
    return await Questions(bot.history, bot.survey.fleet, bot.clock, bot.options).ask(command, fleet.everything)


async def why(world: Asking, alert: int = TODAYS) -> Explanation:
    reply = await ask(world, Why(alert))
    assert isinstance(reply, Explanation), reply
    return reply


async def story(world: Asking, alert: int = TODAYS) -> AlertStory:
    reply = await ask(world, Story(alert))
    assert isinstance(reply, AlertStory), reply
    return reply


async def order(world: Asking, given: Acknowledge | SetSilence | EndSilence) -> None:
    actions = Actions(world.bot.history, world.bot.survey.fleet, world.bot.clock)
    await actions.act(given, world.bot.survey.fleet().everything, ANA)


def drawn(reply: Explanation | AlertStory) -> Answer:
    return render(reply, UTC_ZONE, "/usage")


async def test_an_alert_is_explained_as_of_when_it_was_told_whatever_came_later() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 6, 43))
        await world.until(instant(9, 8))
        reply = await why(world)
        assert reply.at == TOLD
        assert reply.sentence == (
            "It told noc (terminal) on Wed 10 Jun 06:43 UTC because 80 % of 1.00 GB was reached at Wed 10 Jun 06:40 UTC"
        )
        (case,) = reply.cases
        assert case.standing is not None
        assert (case.because, case.standing.value) == (Because.TOLD, 80 * TEN)
        assert [move.change for move in case.moves] == ["fired", "worsened"]
        assert reply.buckets[-1].start == instant(9, 6, 35)
        assert (reply.alert, drawn(reply).notes) == ("A2", ("What happened to it: /usage history A2.",))


async def test_a_bucket_that_was_revised_since_counts_as_it_was() -> None:
    api = Scripted(lambda _: TEN)
    async with asking(DAILY, api) as world:
        await world.until(instant(9, 4, 23))
        before = (await why(world)).cases[0].standing
        api.revised = {to_slot(instant(9, 4, 5)): 3 * MEGA}
        await world.until(instant(9, 6))
        after = await why(world)
        assert after.cases[0].standing == before
        assert [len(one.revisions) for one in after.buckets if one.start == instant(9, 4, 5)] == [1]


async def test_who_was_not_told_is_why_it_stands_as_it_does_now(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_: Notification) -> Rejected:
        return Rejected("channel is archived")

    async with asking(DAILY) as world:
        monkeypatch.setattr(world.bot.people, "deliver", refuse)
        await world.until(instant(9, 4, 43))
        bots, todays = TODAYS, TODAYS + 1
        reply = await why(world, todays)
        assert (reply.at, reply.cases[0].because) == (instant(9, 4, 43), Because.REJECTED)
        own = await ask(world, Why(bots))
        assert isinstance(own, AlertStory)
        assert own.unreplayed is Unreplayed.OF_THE_BOT
        told = [(event.what, event.who, event.reason) for event in (await story(world, todays)).events]
        assert (Happened.REFUSED, "noc", "channel is archived") in told


async def test_the_group_and_the_route_of_a_message_are_said() -> None:
    routes = "routes:\n  - {match: {rule: lte, kind: pace}, notify: [other]}\n  - {match: {rule: lte}, notify: [noc]}\n"
    async with asking(DAILY + routes) as world:
        await world.until(instant(9, 4, 23))
        cells = [row[0] for table in drawn(await why(world)).tables if "messages" in table.title for row in table.rows]
        assert cells == ["noc (terminal), group default/lte, by route 2"]


async def test_a_story_has_everything_in_order_with_who_and_when() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 4, 23))
        await order(world, Acknowledge((TODAYS,), reason="on it"))
        await order(world, SetSilence(Matching(alert=TODAYS), Term(span=timedelta(hours=4)), "a software update"))
        await world.until(instant(9, 5, 30))
        await order(world, EndSilence(1))
        await world.until(instant(9, 7))
        reply = await story(world)
        assert [(event.what, event.who, event.about, event.reason) for event in reply.events] == [
            (Happened.MOVED, "", "", ""),
            (Happened.TOLD, "noc", "terminal", ""),
            (Happened.SILENCED, "Ana", "S1", "a software update"),
            (Happened.ACKNOWLEDGED, "Ana", "", "on it"),
            (Happened.UNSILENCED, "Ana", "S1", ""),
            (Happened.MOVED, "", "", ""),
            (Happened.TOLD, "noc", "terminal", ""),
        ]
        answer = drawn(reply)
        assert answer.title == "A2: cape-town, firing"
        assert answer.tables[0].rows[0] == (
            "Wed 10 Jun 04:13 UTC",
            "fired 50 %, warning",
            "usagebot",
            "step reached, 500 MB of 1.00 GB, true since Wed 10 Jun 04:10 UTC",
        )
        assert answer.tables[0].rows[2] == (
            "Wed 10 Jun 04:23 UTC",
            "silenced S1",
            "Ana",
            "until Wed 10 Jun 08:23 UTC, a software update",
        )


async def test_a_silence_that_ran_out_is_part_of_the_story() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 4, 23))
        await order(world, SetSilence(Matching(alert=TODAYS), Term(span=timedelta(hours=1))))
        await world.until(instant(9, 6))
        events = (await story(world)).events
        assert [(event.what, event.at) for event in events if event.about == "S1"] == [
            (Happened.SILENCED, instant(9, 4, 23)),
            (Happened.SILENCE_OVER, instant(9, 5, 23)),
        ]


async def test_an_alert_that_is_over_is_explained_as_of_its_worst() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 6, 43))
        await world.until(instant(10, 1))
        assert (await why(world)).at == TOLD
        events = (await story(world)).events
        assert events[-1].move is not None
        assert (events[-1].move.change, events[-1].move.reason) == ("resolved", "period_ended")
        assert drawn(await story(world)).title == "A2: cape-town, resolved"


async def test_what_cannot_be_replayed_is_answered_with_its_story_and_why() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 4, 23))
        await world.bot.start("rules: []\n")
        reply = await ask(world, Why(TODAYS))
        assert isinstance(reply, AlertStory)
        assert reply.unreplayed is Unreplayed.RULE_GONE
        assert drawn(reply).notes == ("Its rule is not among the rules any more, so the decision cannot be replayed.",)


async def test_a_pools_alert_is_explained_of_the_whole_pool() -> None:
    async with asking(DAILY.replace("quota: 1 GB", "quota: 1 GB, pool: true")) as world:
        await world.until(instant(9, 4, 23))
        reply = await why(world)
        assert (reply.site.label, reply.buckets) == ("pool of lte", ())
        assert reply.cases[0].standing is not None
        assert (reply.cases[0].because, reply.cases[0].standing.value) == (Because.TOLD, 50 * TEN)


async def test_an_alert_that_there_is_not_is_answered_with_those_that_may_be_meant() -> None:
    async with asking(DAILY) as world:
        await world.until(instant(9, 4, 23))
        for command in (Why(7), Story(7)):
            reply = await ask(world, command)
            assert isinstance(reply, NoSuchAlert)
            assert (reply.id, [one.view.id for one in reply.open]) == ("A7", ["A2"])


NOW = instant(9, 4, 43)


CLOCKS: Sequence[tuple[LocalTime, datetime | None]] = (
    (LocalTime(time(4)), instant(9, 4)),
    (LocalTime(time(14)), instant(8, 14)),
    (LocalTime(time(4, 43)), NOW),
    (LocalTime(time(4), "today"), instant(9, 4)),
    (LocalTime(time(14), "yesterday"), instant(8, 14)),
    (LocalTime(time(4), "wed"), instant(9, 4)),
    (LocalTime(time(14), "wed"), instant(2, 14)),
    (LocalTime(time(14), "thu"), instant(3, 14)),
    (LocalTime(time(14), instant(1).date()), instant(1, 14)),
    (LocalTime(time(14), "today"), None),
    (LocalTime(time(4), instant(10).date()), None),
)


async def test_a_time_is_the_last_that_the_sites_clock_showed() -> None:
    async with asking(DAILY, now=NOW) as world:
        await world.bot.tick()
        for local, at in CLOCKS:
            reply = await ask(world, Explain("cape-town", at=local))
            assert isinstance(reply, Explanation if at else NoSuchTime)
            assert at is None or (local, reply.at) == (local, at)


async def test_a_rule_may_follow_the_name_of_a_site() -> None:
    rules = DAILY + "  - {name: my own rule, quota: 1 GB, per: day}\n"
    async with asking(rules) as world:
        await world.until(NOW)

        async def asked(name: str) -> object:
            return await ask(world, Explain(name, is_loose=True))

        found = [await asked(name) for name in ("cape-town", "cape-town LTE", "cape my own rule")]
        assert [[case.rule for case in one.cases] for one in found if isinstance(one, Explanation)] == [
            ["lte", "my own rule"],
            ["lte"],
            ["my own rule"],
        ]
        assert await asked("cape-town my own") == NoSuchRule("my own", ("my own rule",))
        assert await asked("cape-twon lte") == NotFound("cape-twon", ("cape-town",))
        assert await asked("nothing like it") == NotFound("nothing like it")
