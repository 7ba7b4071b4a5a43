"""What a digest says, and to whom."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from bot.alerts.model import AlertKey, Kind, Reason, State
from bot.domain.times import DAY, HOUR, Slot, Window, to_instant
from bot.domain.usage import Direction
from bot.rules.model import Severity
from bot.rules.sites import ListedSite
from bot.rules.telling import Rhythm
from bot.service.answers import Answer, render, to_json
from bot.service.charts.model import Ranking, Scale
from bot.service.commands import Digest, Mistake, Request, Wrong
from bot.service.fleet import Scope
from bot.service.ports import Pull
from bot.service.reports.model import DigestReport, RanOut
from bot.service.words import parse_command
from tests.slack.world import ACME, ALL, GB, JOHANNESBURG, MB, World, at, configuration, monthly, opened_world

MONDAY = at("2026-11-15T22:00")
"""The week of 16 – 22 November begins in Johannesburg; it is Thursday the 26th."""
WEEK = Window(MONDAY, Slot(MONDAY + 7 * DAY))
NOVEMBER = Window(at("2026-10-31T22:00"), at("2026-11-30T22:00"))
BEFORE = Slot(MONDAY - 30 * DAY)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Both customers' sites are known since long before the week."""
    async with opened_world() as world:
        async with world.history.writing() as tx:
            await tx.sites.save([ListedSite(one.workspace, one.id, one.name) for one in world.fleet.sites], BEFORE)
            await tx.connection.exec_driver_sql("UPDATE sites SET first_listed_at = ?", (BEFORE,))
        yield world


async def ask(world: World, scope: Scope = ALL, rhythm: Rhythm = Rhythm.WEEKLY) -> DigestReport:
    reply = await world.questions.ask(Digest(rhythm), scope)
    assert isinstance(reply, DigestReport), reply
    return reply


def said(reply: DigestReport) -> Answer:
    return render(reply, JOHANNESBURG, "/usage ")


def words(answer: Answer) -> str:
    """Everything in it, as one text."""
    cells = [cell for table in answer.tables for row in table.rows for cell in row]
    facts = [part for fact in answer.facts for part in fact]
    return "\n".join([answer.title, *facts, *(t.title for t in answer.tables), *cells, *answer.notes])


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("report", Digest()),
        ("report week", Digest(Rhythm.WEEKLY)),
        ("report Month", Digest(Rhythm.MONTHLY)),
        ("report monthly", Digest(Rhythm.MONTHLY)),
    ],
)
def test_a_digest_is_asked_for_in_a_word(text: str, command: Digest) -> None:
    assert parse_command(text) == Request(command)


@pytest.mark.parametrize(("text", "word"), [("report year", "year"), ("report week week", "week")])
def test_what_is_no_digest_is_said(text: str, word: str) -> None:
    assert parse_command(text) == Mistake(Wrong.UNKNOWN_WORD, word, ("week", "month"), question="report")


async def test_it_is_about_the_last_week_and_compares_it_with_the_one_before(world: World) -> None:
    await world.fill(1, Slot(MONDAY - 7 * DAY), MONDAY, in_bytes=4 * MB)
    await world.fill(1, MONDAY, in_bytes=5 * MB)
    digest = await ask(world, ACME)
    assert (digest.start, digest.end) == (to_instant(WEEK.start), to_instant(WEEK.end))
    assert digest.usage.of(Direction.TOTAL) == 7 * 288 * 5 * MB
    assert digest.change is None  # of two thirds of the sites nothing is known
    for key in (2, 3):
        await world.fill(key, Slot(MONDAY - 7 * DAY), in_bytes=0)
    assert (await ask(world, ACME)).change == 25


async def test_a_month_is_the_calendar_month_that_is_over(world: World) -> None:
    digest = await ask(world, rhythm=Rhythm.MONTHLY)
    assert (digest.start, digest.end) == (to_instant(at("2026-09-30T22:00")), to_instant(at("2026-10-31T22:00")))
    assert said(digest).title == "October: usage unknown, no alerts"


async def test_unknown_is_not_zero_and_nothing_is_compared_with_it(world: World) -> None:
    digest = await ask(world)
    assert (digest.usage.known, digest.change, digest.sites.dark_count) == (0, None, 5)
    answer = said(digest)
    assert "usage unknown" in answer.title
    assert dict(answer.facts)["Known"] == "0 % known, nothing of 5 sites"
    assert answer.notes == ("Nothing is known of the week before, so there is nothing to compare with.",)
    assert answer.chart is None


async def test_without_quotas_it_shows_the_largest_sites(world: World) -> None:
    world.configure(configuration())
    await world.fill(1, MONDAY)
    await world.fill(4, MONDAY, in_bytes=2 * MB)
    chart = said(await ask(world)).chart
    assert isinstance(chart, Ranking)
    assert (chart.scale, [row.name for row in chart.rows]) == (Scale.BYTES, ["george", "cape-town"])


async def test_sites_that_are_known_badly_silent_idle_or_new_are_told_apart(world: World) -> None:
    await world.fill(1, MONDAY, Slot(MONDAY + 6 * DAY + 15 * HOUR))
    await world.fill(2, MONDAY, in_bytes=0)
    async with world.history.writing() as tx:
        new = [MONDAY + DAY, f"{4:08}-0000-4000-8000-000000000000"]
        await tx.connection.exec_driver_sql("UPDATE sites SET first_listed_at = ? WHERE uuid = ?", tuple(new))
        newer = [WEEK.end + DAY, f"{5:08}-0000-4000-8000-000000000000"]
        await tx.connection.exec_driver_sql("UPDATE sites SET first_listed_at = ? WHERE uuid = ?", tuple(newer))
    sites = (await ask(world)).sites
    assert [(gap.site, gap.known, gap.expected) for gap in sites.gaps] == [("cape-town", 1908, 2016)]
    assert (sites.new, sites.dark, sites.idle) == (("george",), ("acme/durban",), ("cape-point",))
    assert (sites.new_count, sites.gap_count, sites.dark_count, sites.idle_count) == (1, 1, 1, 1)


async def test_95_percent_known_is_well_known(world: World) -> None:
    await world.fill(1, MONDAY, Slot(MONDAY + 7 * DAY * 95 // 100 // 300 * 300 + 300))
    assert (await ask(world, ACME)).sites.gaps == ()


async def test_the_first_week_says_that_all_is_new() -> None:
    async with opened_world() as world:
        world.now = datetime(2026, 11, 30, 6, tzinfo=UTC)
        digest = await ask(world)
        assert dict(said(digest).facts)["New"] == "all of them were listed first in this week"
        assert (digest.sites.dark, digest.sites.gaps) == ((), ())


async def test_an_empty_fleet_has_a_digest_too(world: World) -> None:
    world.fleet = replace(world.fleet, sites=())
    answer = said(await ask(world))
    assert answer.title == "Week of 16 – 22 Nov: no sites are known"
    assert (answer.facts, answer.tables, answer.notes, answer.chart) == ((), (), (), None)


# --- alerts ---------------------------------------------------------------------------------------------------


async def test_quotas_that_ran_out_in_the_week_are_named_with_their_moment(world: World) -> None:
    gone = Slot(MONDAY + 2 * DAY)
    await world.alert(1, steps={Fraction(80): Slot(MONDAY - DAY), Fraction(100): gone, Fraction(110): Slot(gone + DAY)})
    await world.alert(2, steps={Fraction(80): gone})
    await world.alert(3, steps={Fraction(100): WEEK.end})
    await world.alert(4, "globex", steps={Fraction(120): WEEK.start})
    digest = await ask(world)
    assert digest.ran_out == (
        RanOut("cape-town", "lte", Direction.TOTAL, to_instant(gone), 500 * GB),
        RanOut("george", "lte", Direction.TOTAL, to_instant(WEEK.start), 500 * GB),
    )
    assert said(digest).title.endswith("2 quotas used up, no alerts")


async def test_alerts_are_counted_by_kind_with_the_worst_and_by_rule(world: World) -> None:
    told: dict[str, Any] = {"fired_at": MONDAY, "told_at": MONDAY}
    await world.alert(1, **told)
    await world.alert(2, **told, severity=Severity.CRITICAL)
    await world.alert(2, fired_at=Slot(MONDAY + DAY))  # held back
    await world.alert(3, **told, state=State.RESOLVED, reason=Reason.DATA_REVISED)  # withdrawn
    await world.alert(3, fired_at=Slot(MONDAY - DAY), told_at=Slot(MONDAY - 1))  # before
    await world.alert(3, fired_at=WEEK.end, told_at=WEEK.end)  # after
    spike = AlertKey("acme", "odd", Kind.SPIKE, 1)
    await world.alert(1, **told, key=spike)
    digest = await ask(world)
    assert [(one.kind, one.told, one.held, one.critical) for one in digest.alerts] == [
        (Kind.QUOTA, 2, 1, 1),
        (Kind.SPIKE, 1, 0, 0),
    ]
    assert digest.alerts[0].worst.label == "cape-point"
    assert [(rule.rule, rule.told, rule.held, rule.sites) for rule in digest.rules] == [
        ("lte", 2, 1, 2),
        ("odd", 1, 0, 1),
    ]
    assert dict(said(digest).facts)["Alerts"] == "3 told, 1 held back"


async def test_long_lists_are_cut_and_counted(world: World) -> None:
    for number in range(30):
        key = AlertKey("acme", f"rule-{number:02}", Kind.THRESHOLD, 1)
        await world.alert(1, key=key, fired_at=MONDAY, told_at=MONDAY)
    digest = await ask(world)
    assert (len(digest.rules), digest.rule_count) == (10, 30)
    (table,) = (table for table in said(digest).tables if table.title == "Noisiest rules")
    assert table.rows[-1][0] == "+20 more"


# --- what the bot could not see, and who may know ---------------------------------------------------------------


async def test_failed_requests_are_counted_as_far_back_as_they_are_kept(world: World) -> None:
    for hours, outcome in ((-1, "unavailable"), (1, "unavailable"), (2, "answered"), (7 * 24, "unavailable")):
        asked = Slot(MONDAY + hours * HOUR)
        async with world.history.writing() as tx:
            await tx.pulls.add([Pull(1, 1, Window(asked, Slot(asked + 300)), asked, asked, outcome)])
    requests = (await ask(world, ACME)).requests
    assert (requests.made, requests.failed, requests.since) == (2, {"unavailable": 1}, None)
    world.now = datetime(2026, 12, 3, tzinfo=UTC)
    month = (await ask(world, ACME, Rhythm.MONTHLY)).requests
    assert (month.made, month.failed, month.since) == (4, {"unavailable": 3}, to_instant(Slot(MONDAY - HOUR)))


async def test_the_bots_own_troubles_are_for_those_who_see_all(world: World) -> None:
    await world.alert(
        None,
        "",
        fired_at=Slot(MONDAY - DAY),
        resolved_at=Slot(MONDAY + HOUR),
        state=State.RESOLVED,
        note="it slept\nlong",
    )
    await world.alert(None, "", fired_at=Slot(MONDAY - DAY), resolved_at=Slot(MONDAY - HOUR), state=State.RESOLVED)
    await world.alert(None, "", fired_at=WEEK.end)
    await world.alert(None, "", fired_at=MONDAY, reason=Reason.NOISE_COUNTED)
    digest = await ask(world)
    assert digest.troubles is not None
    assert [(one.note, one.end) for one in digest.troubles] == [("it slept", to_instant(MONDAY) + timedelta(hours=1))]
    assert (await ask(world, ACME)).troubles is None


async def test_one_customers_digest_never_shows_another(world: World) -> None:
    world.configure(configuration(monthly(), monthly("pool-of-globex")))
    for key in range(1, 6):
        await world.fill(key, Slot(MONDAY - 7 * DAY), in_bytes=MB)
    for key, workspace in ((1, "acme"), (4, "globex"), (5, "globex")):
        await world.alert(key, workspace, fired_at=MONDAY, told_at=MONDAY, steps={Fraction(100): MONDAY})
    await world.alert(None, "globex", fired_at=MONDAY, note="globex is in trouble")
    await world.alert(
        4, "globex", key=AlertKey("globex", "their-pool", Kind.QUOTA, None, period=NOVEMBER), fired_at=MONDAY
    )
    await world.pulled(2, "declined", timedelta(days=5), "globex")
    digest = await ask(world, ACME)
    text = words(said(digest)) + json.dumps(to_json(digest))
    assert "cape-town" in text
    for theirs in ("george", "globex/", '"globex"', "in trouble", "declined", "their-pool"):
        assert theirs not in text, theirs
    assert digest.usage.of(Direction.TOTAL) == 3 * 7 * 288 * MB
    assert "george" in words(said(await ask(world)))


async def test_for_machines_it_is_plain_json(world: World) -> None:
    await world.fill(1, MONDAY)
    await world.alert(1, fired_at=MONDAY, told_at=MONDAY, steps={Fraction(100): MONDAY})
    found = to_json(await ask(world))
    assert isinstance(found, dict)
    assert (found["kind"], found["rhythm"], found["start"]) == ("DigestReport", "weekly", "2026-11-15T22:00:00Z")
    assert json.loads(json.dumps(found)) == found


async def test_names_of_others_stay_one_line(world: World) -> None:
    hostile = replace(world.fleet.sites[0], name="<!channel>\n*x*" + "y" * 300)
    world.fleet = replace(world.fleet, sites=(hostile, *world.fleet.sites[1:]))
    await world.fill(1, MONDAY)
    await world.alert(1, fired_at=MONDAY, told_at=MONDAY, steps={Fraction(100): MONDAY})
    answer = said(await ask(world))
    assert all("\n" not in cell for table in answer.tables for row in table.rows for cell in row)
