"""What is configured, for which sites, and when it last told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction

import pytest

from bot.domain.periods import Per, Starts
from bot.domain.times import Slot, to_instant
from bot.domain.usage import Direction
from bot.rules.check import parse
from bot.rules.kinds import Forecast as ForecastRule
from bot.rules.kinds import Noise, Override, Pace, Planned, TopUp
from bot.rules.model import NoData, Percentile, Quota, Rule, Severity, Spike, Threshold
from bot.rules.selectors import Selector
from bot.rules.telling import Endpoint, Match, Medium, Receiver, Route
from bot.service.answers import render
from bot.service.commands import OneRule, RuleList
from bot.service.explain.model import NoSuchRule
from bot.service.fleet import Scope
from bot.service.ports import Group
from bot.service.queries.rule_replies import RuleReport, RuleTable
from bot.service.queries.rule_words import says
from tests.slack.world import (
    ACME,
    ALL,
    END,
    GB,
    JOHANNESBURG,
    MB,
    World,
    configuration,
    monthly,
    only,
    sites,
)


async def table(world: World, scope: Scope = ALL) -> RuleTable:
    reply = await world.questions.ask(RuleList(), scope)
    assert isinstance(reply, RuleTable), reply
    return reply


async def report(world: World, name: str = "lte", scope: Scope = ALL) -> RuleReport:
    reply = await world.questions.ask(OneRule(name), scope)
    assert isinstance(reply, RuleReport), reply
    return reply


async def told(world: World, alert: int, at: int, receiver: str = "noc") -> None:
    endpoint = Endpoint(Medium.SLACK, ("#noc",))
    group = Group(receiver, endpoint, "acme/lte", Slot(at), frozenset({alert}), Slot(at), told_at=Slot(at))
    async with world.history.writing() as tx:
        await tx.outbox.save_group(group)


QUOTA = Quota(500 * GB, Per.MONTH, Starts(15), (Fraction(80), Fraction(100)), (Severity.WARNING, Severity.CRITICAL))


PLAN = (Planned(date(2026, 1, 1), GB),)
HOURLY = replace(QUOTA, per=Per.HOUR, steps=(), starts=Starts())


@pytest.mark.parametrize(
    ("judge", "lines"),
    [
        (
            QUOTA,
            [
                ("Limit", "500 GB a month"),
                ("Billing period", "begins on day 15"),
                ("Steps", "80 % (warning) and 100 % (critical)"),
            ],
        ),
        (
            replace(QUOTA, limit=None, per=Per.WEEK, starts=Starts(weekday=2, time=time(6)), steps=(), pool=True),
            [
                ("Limit", "each site's own quota a week for all sites together"),
                ("Billing period", "begins on Wednesday at 06:00"),
            ],
        ),
        (
            replace(QUOTA, limit=None, per=Per.DAYS, every=28, starts=None, steps=(), plan=PLAN),
            [
                ("Limit", "by plan, 1.00 GB from 2026-01-01 on, every 28 days"),
                ("Billing period", "begins when each site's own does"),
            ],
        ),
        (
            replace(
                QUOTA,
                steps=(),
                forecast=ForecastRule(Fraction(100), Fraction(80)),
                pace=(Pace(Fraction(3), timedelta(days=1), timedelta(hours=2)),),
                rollover=GB,
                possible=True,
                overrides=(Override("acme/durban", GB), Override("globex/george", GB)),
                top_ups=(TopUp(date(2026, 11, 2), GB), TopUp(date(2026, 11, 3), GB, "george")),
            ),
            [
                ("Limit", "500 GB a month"),
                ("Billing period", "begins on day 15"),
                ("Forecast", "when 100 % is reached by the period's end with 80 % certainty"),
                ("Pace", "when it burns more than 3× even over 1 day and 2 hours"),
                ("Carried over", "up to 1.00 GB of what is left"),
                ("Gaps", "count with what is usual in them"),
                ("Exceptions", "1 with a quota or a start of their own"),
                ("Top-ups", "1"),
            ],
        ),
        (Threshold(20 * GB, timedelta(hours=1)), [("Limit", "over 20.0 GB within 1 hour")]),
        (Threshold(GB, timedelta(minutes=5), True, 80_000_000), [("Limit", "under 80.0 Mbps within 5 minutes")]),
        (
            Percentile(Fraction(95), 100_000_000, Per.MONTH, Starts()),
            [
                ("Limit", "95th percentile over 100 Mbps a month"),
                ("Billing period", "begins on day 1"),
                ("Steps", "100 % (warning) of the burst time that it allows"),
            ],
        ),
        (NoData(timedelta(minutes=30), True), [("Limit", "silent for 30 minutes, zeros counting as silence")]),
        (Spike(), [("Limit", "unlike itself, sensitivity medium")]),
        (
            Spike(at_least=500 * MB, noise=Noise(2, Per.WEEK)),
            [("Limit", "unlike itself, at most 2 a week"), ("At least", "from 500 MB beyond the usual on")],
        ),
        (HOURLY, [("Limit", "500 GB an hour"), ("Billing period", "begins with each hour")]),
    ],
)  # fmt: skip
def test_what_a_rule_says_is_said_in_words(judge: object, lines: list[tuple[str, str]]) -> None:
    mine = sites()[:3]
    assert list(says(Rule("r", judge), mine)) == lines  # type: ignore[arg-type]


async def test_every_rule_is_listed_with_its_sites_and_when_it_last_told(world: World) -> None:
    world.configure(configuration(monthly(), only(monthly("capes"), "cape-*")))
    await world.fill(1, Slot(END - 3600))
    first, second = await world.alert(1), await world.alert(2)
    await told(world, first.id, END - 600)
    await told(world, second.id, END - 300)
    lte, capes = (await table(world)).rules
    assert (lte.sites, lte.firing, lte.told_at) == (5, 2, to_instant(END - 300))
    assert (capes.sites, capes.firing, capes.told_at) == (2, 0, None)
    answer = render(await table(world), JOHANNESBURG, "/usage")
    assert [row[2] for row in answer.tables[0].rows] == ["5", "2"]
    assert [row[5] for row in answer.tables[0].rows] == ["Thu 26 Nov 13:55 SAST, 2 firing now", "never"]


async def test_what_was_told_of_others_is_not_told_here(world: World) -> None:
    theirs = await world.alert(4, "globex")
    await told(world, theirs.id, END - 600)
    assert [(rule.sites, rule.firing, rule.told_at) for rule in (await table(world, ACME)).rules] == [(3, 0, None)]
    one = await report(world, scope=ACME)
    assert (one.sites, one.alerts, one.rule.told_at) == (("cape-point", "cape-town", "durban"), (), None)
    assert (await report(world)).rule.told_at == to_instant(END - 600)


async def test_who_is_told_is_said_for_sites_that_are_told_alike(world: World) -> None:
    boss = Receiver("boss", (Endpoint(Medium.EMAIL, ("boss@example.net",)),))
    config = configuration(monthly(), only(monthly("own", notify=("boss",)), "durban"))
    capes = Route(Match(sites=Selector(names=("cape-*",))), ("boss",))
    receivers = {**config.receivers, "boss": boss}
    world.configure(replace(config, receivers=receivers, routes=(capes,), default_receivers=("noc",)))
    one = await report(world)
    assert [(each.lines, len(each.sites)) for each in one.told] == [
        (("warning quota, critical quota: noc",), 3),
        (("warning quota, critical quota: boss (route 1)",), 2),
    ]
    titles = [each.title for each in render(one, JOHANNESBURG, "/usage").tables]
    assert titles[1] == "Who is told at 2: cape-point and cape-town"
    cells = [row[4] for row in render(await table(world), JOHANNESBURG, "/usage").tables[0].rows]
    assert cells == ["by routes", "boss"]


async def test_a_rule_is_found_in_any_case_or_what_may_be_meant(world: World) -> None:
    assert (await report(world, " LTE ")).rule.name == "lte"
    reply = await world.questions.ask(OneRule("ltee"), ALL)
    assert reply == NoSuchRule("ltee", ("lte",))
    assert render(reply, JOHANNESBURG, "/usage").title == "No rule is called ltee; did you mean lte?"


async def test_directions_hold_and_place_are_told_to_operators(world: World) -> None:
    rule = monthly(direction=Direction.IN, hold=timedelta(minutes=10), keep_firing=timedelta(hours=1), place="a.yaml:7")
    world.configure(configuration(rule))
    answer = render(await report(world), JOHANNESBURG, "/usage")
    facts = dict(answer.facts)
    assert answer.title == "lte: 500 GB a month, inbound"
    assert (facts["For"], facts["Keep firing for"], facts["Written in"]) == ("10 minutes", "1 hour", "a.yaml:7")
    assert "Written in" not in dict(render(await report(world, scope=ACME), JOHANNESBURG, "/usage").facts)


def test_a_rule_knows_where_it_is_written_and_is_the_same_elsewhere() -> None:
    text = "version: 1\ndefaults: {receivers: [noc]}\nreceivers: {noc: {terminal: true}}\nrules:\n"
    rule = "  - {name: lte, quota: 1 GB, per: month}\n"
    first, second = (parse([("a.yaml", (text + more + rule).encode())]).configuration for more in ("", "\n\n"))
    assert first is not None
    assert second is not None
    assert [one.rules[0].place for one in (first, second)] == ["a.yaml:5", "a.yaml:7"]
    assert first.rules == second.rules
    assert first.rules[0].version == second.rules[0].version
