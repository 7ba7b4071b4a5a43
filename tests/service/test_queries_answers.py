"""Replies in words, and for machines."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.silences import Silence
from bot.domain.names import name as safe
from bot.domain.times import DAY, HOUR, Slot
from bot.rules.kinds import Override, TopUp
from bot.rules.model import Quota, Rule
from bot.rules.selectors import Selector
from bot.rules.telling import EVERYTHING
from bot.service import commands
from bot.service.answers import Answer, render, to_json
from bot.service.answers.refusals import mistake_answer
from bot.service.commands import Mistake, Quotas, Wrong
from bot.service.fleet import Fleet, Scope
from bot.service.queries.replies import NoScope
from bot.service.words import parse_command
from tests.slack.world import (
    ACME,
    ALL,
    END,
    GB,
    JOHANNESBURG,
    MB,
    World,
    at,
    configuration,
    monthly,
    only,
    site,
    sites,
)

START = at("2026-10-31T22:00")
QUESTIONS = (
    *("", "site cape-town", "site cape-town period", "top 3", "quota", "quota cape-town", "alerts", "status"),
    *("compare cape-town cape-point", "whatif cape-town +20GB", "rules", "rule lte"),
    *("whynot cape-town", "whynot cape-town lte 13:00"),
)
OF_ALERTS = ("why A1", "history A1")


async def ask(world: World, text: str, scope: Scope = ALL) -> Answer:
    asked = parse_command(text)
    reply = asked if isinstance(asked, Mistake) else await world.reply(asked.command, scope)
    return render(reply, JOHANNESBURG, "/usage")


def words(answer: Answer) -> str:
    """Everything that the answer says."""
    cells = [cell for table in answer.tables for row in table.rows for cell in row]
    return "\n".join([answer.title, *(f"{a}: {b}" for a, b in answer.facts), *cells, *answer.notes, answer.freshness])


async def test_a_site_is_answered_with_numbers_that_have_units_and_times_that_name_their_zone(world: World) -> None:
    await world.fill(1, START, in_bytes=60 * MB, out_bytes=MB)
    answer = await ask(world, "site cape-town")
    assert answer.title == "cape-town: 17.6 GB in the last 24 hours"
    assert dict(answer.facts)["Window"] == "Wed 25 Nov 14:00 – Thu 26 Nov 14:00 SAST"
    assert dict(answer.facts)["In"] == "17.3 GB"
    assert dict(answer.facts)["By hour"] == "█" * 24
    assert answer.freshness == "Data until Thu 26 Nov 14:00 SAST (5 minutes ago), 1 of 1 site."
    (row,) = answer.tables[0].rows
    assert row[2:4] == ("449 GB (89.8 %) of 500 GB", "50.6 GB, 4 days 9 hours to go")


async def test_old_data_are_not_called_the_last_hours(world: World) -> None:
    await world.fill(1, START, Slot(END - 2 * DAY))
    assert (await ask(world, "site cape-town")).title == "cape-town: 288 MB in the 24 hours to Tue 24 Nov 14:00 SAST"
    assert "2 days" in (await ask(world, "site cape-town")).freshness


async def test_what_is_unknown_is_said_to_be(world: World) -> None:
    await world.fill(1, Slot(END - 6 * HOUR))
    answer = await ask(world, "site cape-town")
    assert dict(answer.facts)["Coverage"].startswith("25 % known")
    assert dict(answer.facts)["By hour"] == "·" * 18 + "█" * 6
    nothing = await ask(world, "site durban", ACME)
    assert nothing.title == "durban: no data for the last 24 hours"
    assert "In" not in dict(nothing.facts)


@pytest.mark.parametrize("text", QUESTIONS)
async def test_every_answer_names_the_freshness_of_its_data(world: World, text: str) -> None:
    assert (await ask(world, text)).freshness.startswith("No data yet of ")
    await world.fill(1, START)
    assert "Thu 26 Nov 14:00 SAST" in (await ask(world, text)).freshness


NOT_THEIRS = (
    *("site george", "site geor", "site globex/durban", "quota george", "top 100"),
    *("compare cape-town george", "compare cape-town durban", "compare geor durban"),
    *("whatif george +20GB", "whatif geor quota 1TB", "whynot george", "whynot cape-town pooled george"),
    *("rule secret-globex", "rule secret", "whynot cape-town secret-globex", "whynot durban secret"),
    *("why A2", "history A2", "why A3", "history A3", "why A99", "rule pooled", "whynot cape-point pooled"),
)


async def test_one_customers_sites_and_rules_never_show_to_another(world: World) -> None:
    world.configure(configuration(*rules_of_both()))
    for key in range(1, 6):
        await world.fill(key, Slot(END - 2 * DAY), in_bytes=100 * MB)
    await world.alert(1)
    await world.alert(4, "globex")
    await world.alert(None, "globex", note="george and globex")
    await silenced_by_the_operators(world)
    for text in (*QUESTIONS, *OF_ALERTS, *NOT_THEIRS):
        asked = parse_command(text)
        assert not isinstance(asked, Mistake)
        reply = await world.reply(asked.command, ACME)
        answer = render(reply, JOHANNESBURG, "/usage")
        shown = words(replace(answer, title=unsaid(answer.title, text)))
        for said in (shown, json.dumps(to_json(reply))):
            # A name that nobody has here is told as it was typed, and nothing besides.
            left = unsaid(said, text, r'(?:like |"name": ")')
            assert (text, "globex" in left, "george" in left) == (text, False, False), left


def unsaid(said: str, asked: str, before: str = "") -> str:
    """Without the words that were asked, where they stand after something that is matched."""
    _, *typed = asked.split() or [""]
    for text in (*(" ".join(typed[place:]) for place in range(len(typed))), *typed):
        said = re.sub(before + re.escape(text), "", said) if text else said
    return said


def rules_of_both() -> list[Rule]:
    """One of each customer alone, and one that names sites of both."""
    both = Selector(names=("acme/cape-town", "globex/george"))
    named = monthly("pooled", sites=both)
    assert isinstance(named.judge, Quota)
    own = (Override("globex/george", 7 * GB), Override("acme/cape-town", 9 * GB))
    quota = replace(named.judge, overrides=own, top_ups=(TopUp(date(2026, 11, 2), GB, "globex/george"),))
    secret = replace(only(monthly("secret-globex"), "globex/*"), place="globex.yaml:3")
    return [monthly(), secret, replace(named, judge=quota, place="globex.yaml:9")]


async def silenced_by_the_operators(world: World) -> None:
    """Of both customers, with a reason that names one of them."""
    silence = Silence(EVERYTHING, Slot(END - HOUR), Slot(END + DAY), "ops", "globex moves house", created_at=END)
    async with world.history.writing() as tx:
        await tx.silences.save(silence)


async def test_operators_are_told_all_of_it(world: World) -> None:
    world.configure(configuration(*rules_of_both()))
    await world.fill(1, START)
    await world.alert(1)
    await silenced_by_the_operators(world)
    assert "globex moves house" in words(await ask(world, "why A1"))
    assert "globex moves house" in words(await ask(world, "history A1"))
    assert "globex.yaml:3" in words(await ask(world, "rule secret-globex"))
    assert "the rule is for globex/*" in words(await ask(world, "whynot cape-town secret-globex"))


async def test_the_worst_is_said_first(world: World) -> None:
    assert (await ask(world, "")).title == "All quiet: no site is near its quota, and no alert is firing"
    world.configure(configuration(monthly(limit=1000 * MB)))
    await world.fill(1, START)
    await world.alert(1)
    assert (await ask(world, "")).title == "1 quota used up, 1 alert firing"


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (START, "unknown"),
        (Slot(START + DAY), "too early to say"),
        (Slot(START + 10 * DAY), "not in this period"),
    ],
)
async def test_why_no_run_out_date_is_given_is_said(world: World, until: Slot, said: str) -> None:
    if until > START:
        await world.fill(1, START, until)
    assert (await ask(world, "quota cape-town")).tables[0].rows[0][-1] == said


async def test_status_begins_with_what_is_wrong(world: World) -> None:
    await world.pulled(1, "answered", timedelta(minutes=1))
    assert (await ask(world, "status")).title == "Nothing was pulled in the last hour from globex"
    await world.pulled(2, "unauthorized", timedelta(minutes=1), "401 <b>token</b>")
    answer = await ask(world, "status")
    assert answer.title == "The API does not answer for globex"
    assert "401 <b>token</b>" in words(answer)


async def test_a_mistake_is_answered_with_what_can_be_asked(world: World) -> None:
    answer = await ask(world, "stauts")
    assert answer.title == "There is no command stauts. Did you mean /usage status?"
    assert ("/usage status", "the bot's own health") in [row for table in answer.tables for row in table.rows]


def test_a_mistake_in_a_question_is_answered_with_its_own_words_alone() -> None:
    mistake = parse_command("whatif durban lots")
    assert isinstance(mistake, Mistake)
    answer = render(mistake, JOHANNESBURG, "/usage")
    [table] = answer.tables
    assert [row[0] for row in table.rows] == ["/usage whatif NAME +20GB", "/usage whatif NAME quota 600GB"]
    assert answer.notes == ("All that can be asked: /usage help.",)


@pytest.mark.parametrize("command", sorted(commands.QUESTIONS))
def test_every_question_has_words_of_its_own_to_show(command: str) -> None:
    assert mistake_answer(Mistake(Wrong.UNKNOWN_WORD, "x", question=command), "/usage").tables


async def test_a_mistyped_name_is_answered_with_those_that_may_be_meant(world: World) -> None:
    answer = await ask(world, "site cape-twon")
    assert answer.title == "There is no site cape-twon here."
    assert answer.notes[0].startswith("Did you mean cape-town")
    assert (await ask(world, "site cape")).notes == ("It may be cape-point or cape-town.",)


def test_who_may_see_nothing_is_told_how_that_is_changed() -> None:
    answer = render(NoScope("C0123"), JOHANNESBURG, "/usage")
    assert "C0123" in answer.notes[0]


async def test_names_that_others_chose_are_one_line_of_visible_characters(world: World) -> None:
    name = "dur\nban\x1b[31m\u202e" + "x" * 500
    world.fleet = Fleet((site(1, "acme", name),), world.fleet.configuration)
    answer = await ask(world, "quota")
    cell = answer.tables[0].rows[0][0]
    assert cell.startswith("dur ban [31mxxx")
    assert len(cell) == 80


@given(st.text())
def test_foreign_text_is_never_long_nor_empty_nor_more_than_a_line(text: str) -> None:
    shown = safe(text)
    assert 0 < len(shown) <= 82
    assert len(shown.splitlines()) == 1


def test_text_from_right_to_left_stays_apart() -> None:
    assert safe("\u05d0\u05d1") == "\u2068\u05d0\u05d1\u2069"


@pytest.mark.parametrize("text", [*QUESTIONS, *OF_ALERTS])
async def test_every_reply_is_json(world: World, text: str) -> None:
    await world.fill(1, START)
    await world.alert(1)
    asked = parse_command(text)
    assert not isinstance(asked, Mistake)
    found = to_json(await world.reply(asked.command, ALL))
    assert isinstance(found, dict)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert isinstance(found["freshness"], dict)
    assert found["freshness"]["asked_at"] == "2026-11-26T12:05:00Z"


async def test_json_has_whole_bytes_percentages_and_utc(world: World) -> None:
    await world.fill(1, START)
    found = to_json(await world.questions.ask(Quotas("cape-town"), ALL))
    assert isinstance(found, dict)
    assert isinstance(found["quotas"], list)
    quota = found["quotas"][0]
    assert isinstance(quota, dict)
    assert found["kind"] == "QuotaTable"
    assert (quota["used"], quota["percent_used"], quota["is_over"]) == (7368 * MB, 1.4, False)
    assert quota["period_start"] == "2026-10-31T22:00:00Z"


async def test_a_large_fleet_is_answered_from_one_query_a_period(world: World) -> None:
    world.fleet = Fleet(sites([("acme", f"shop-{n:04}") for n in range(2000)]), world.fleet.configuration)
    answer = await ask(world, "quota")
    assert len(answer.tables[0].rows) == 2000
