"""How much spike rules told, to whom may know it."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.alerts.spike import Unusual
from bot.domain.periods import Per
from bot.domain.times import DAY, HOUR, Slot
from bot.domain.usage import Direction
from bot.rules.kinds import Noise as Promise
from bot.rules.kinds import Spike
from bot.rules.model import Rule, Severity
from bot.service.answers import render, to_json
from bot.service.commands import Mistake, Noise, Request, Wrong
from bot.service.fleet import Scope
from bot.service.ports import Progress
from bot.service.queries.noise_replies import NoiseReport
from bot.service.renames import watch_of
from bot.service.words import parse_command
from tests.slack.world import ACME, ALL, END, JOHANNESBURG, World, at, configuration

BEGIN = at("2026-10-31T22:00")
"""Of November in Johannesburg."""
RULES = (
    Rule("odd", Spike(noise=Promise(1, Per.MONTH)), directions=(Direction.IN, Direction.OUT)),
    Rule("sensitive", Spike()),
)


async def noise(world: World, scope: Scope = ALL, command: Noise | None = None) -> NoiseReport:
    reply = await world.questions.ask(command or Noise(), scope)
    assert isinstance(reply, NoiseReport)
    return reply


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("noise", Noise()),
        ("noise 2026-10", Noise(10, 2026)),
        ("noise October", Noise(10)),
        ("noise last", Noise(before=1)),
    ],
)
def test_a_month_is_asked_for_in_a_word(words: str, command: Noise) -> None:
    assert parse_command(words) == Request(command)


async def test_without_a_spike_rule_it_says_so(world: World) -> None:
    reply = await noise(world, ACME)
    assert reply.rules == ()
    assert "No rule looks for spikes" in render(reply, JOHANNESBURG, "/usage ").title


@pytest.mark.parametrize("word", ["nov2026", "2026-13", "0", "ma", "june-july", "٢٠٢٦-١٠"])
def test_what_is_no_month_is_said(word: str) -> None:
    assert parse_command(f"noise {word}") == Mistake(Wrong.BAD_MONTH, word, question="noise")


# --- a month with spikes ------------------------------------------------------------------------------------


@pytest.fixture
async def noisy(world: World) -> World:
    """Of both rules, known since before November: three spikes at cape-town and one at cape-point were told, one at
    durban was held back, two at the other customer's george and one of his fleet were told."""
    world.configure(configuration(*RULES))
    async with world.history.writing() as tx:
        await tx.alerts.watched_since([watch_of(rule) for rule in RULES], Slot(BEGIN - DAY))
        await tx.progress.save([Progress(key, Slot(BEGIN - DAY), END) for key in (1, 2, 3, 4)])
        for until in (Slot(BEGIN - DAY), END):
            await tx.progress.mark_judged(dict.fromkeys((1, 2, 3, 4), until))
        told = [_spike(1, 1), _spike(1, 2, score=3140), _spike(1, 3), _spike(2, 4)]
        elsewhere = [_spike(4, 1, "globex"), _spike(4, 2, "globex"), _spike(None, 2, "globex")]
        others = [_spike(3, 1, told=False), _spike(1, -1), replace(_spike(1, 5), key=_key(1, "acme", "sensitive"))]
        await tx.alerts.save([*told, *elsewhere, *others])
    return world


def _key(site: int | None, workspace: str, rule: str = "odd") -> AlertKey:
    return AlertKey(workspace, rule, Kind.SPIKE, site, Direction.IN)


def _spike(site: int | None, day: int, workspace: str = "acme", *, told: bool = True, score: int = 1200) -> Alert:
    begun = Slot(BEGIN + day * DAY + HOUR)
    alert = Alert(_key(site, workspace), State.FIRING, begun, Severity.WARNING, fired_at=begun)
    alert = replace(alert, told_at=begun if told else None)
    return replace(alert, detail={**Unusual().as_detail(), "score": score} if site else {"largest": [[1, 2]]})


async def test_it_counts_what_was_told_in_the_month_of_the_operators_clock(noisy: World) -> None:
    odd, sensitive = (await noise(noisy)).rules
    assert (odd.judged, odd.kept, odd.told, odd.held, odd.fleet) == (4, 2, 6, 1, 1)
    assert (odd.is_promise, odd.at_most, odd.average) == (True, Fraction(1), Fraction(3, 2))
    assert [(one.site, one.told, one.held, one.is_above) for one in odd.sites] == [
        ("cape-town", 3, 0, True),
        ("george", 2, 0, True),
        ("cape-point", 1, 0, False),
        ("acme/durban", 0, 1, False),
    ]
    assert odd.sites[0].score == Fraction(314, 100)
    assert (sensitive.is_promise, sensitive.at_most, sensitive.told) == (False, Fraction(1, 2), 1)


async def test_a_customer_sees_the_noise_of_his_sites_alone(noisy: World) -> None:
    reply = await noise(noisy, ACME)
    odd = reply.rules[0]
    assert (odd.judged, odd.told, odd.fleet) == (3, 4, 0)
    said = json.dumps(to_json(reply)) + str(render(reply, JOHANNESBURG, "/usage"))
    assert "george" not in said
    assert "globex" not in said


async def test_in_words_it_says_which_sites_were_louder_than_promised(noisy: World) -> None:
    answer = render(await noise(noisy), JOHANNESBURG, "/usage")
    assert answer.title == "Noise of spike rules in November so far"
    assert answer.tables[0].rows == (
        ("odd", "at most 1 a site", "1.5 on average", "2 of 4 sites", "6, and 1 about the whole fleet", "1"),
        ("sensitive", "sensitivity medium, about 0.5 a site", "0.2 on average", "4 of 4 sites", "1", "0"),
    )
    assert answer.tables[1].rows[0] == ("cape-town", "3", "0", "3.1", "more than promised")
    assert answer.freshness.startswith("Data until")


async def test_of_the_month_before_it_says_what_was_then_and_since_when_the_rule_counts(noisy: World) -> None:
    reply = await noise(noisy, command=Noise(before=1))
    assert (reply.month, reply.is_running, reply.rules[0].told) == ("October", False, 1)
    assert reply.rules[0].remarks == ("Counted since Sat 31 Oct, when the rule was judged first.",)


async def test_of_a_month_in_which_nothing_was_judged_it_says_so(noisy: World) -> None:
    reply = await noise(noisy, command=Noise(9, 2026))
    assert [rule.judged for rule in reply.rules] == [0, 0]
    assert render(reply, JOHANNESBURG, "/usage").tables[0].rows[0][2] == "not judged"


async def test_a_month_that_has_not_begun_has_no_noise(noisy: World) -> None:
    reply = await noise(noisy, command=Noise(1, 2027))
    answer = render(reply, JOHANNESBURG, "/usage")
    assert (answer.title, answer.notes) == ("January 2027 has not begun", ("It begins on Fri 1 Jan 2027.",))
    assert (await noise(noisy, command=Noise(12))).month == "December 2025"


async def test_an_edit_of_the_rule_in_the_month_is_said(noisy: World) -> None:
    softer = replace(RULES[0], judge=Spike(noise=Promise(2, Per.WEEK)))
    async with noisy.history.writing() as tx:
        await tx.alerts.watched_since([watch_of(softer)], Slot(BEGIN + 9 * DAY))
    noisy.configure(configuration(softer))
    (odd,) = (await noise(noisy)).rules
    assert odd.at_most == 9
    assert odd.remarks == (
        "2 a week is 9 in this month.",
        "The rule was edited on Tue 10 Nov: what it says now is what is compared with.",
    )


async def test_a_site_that_is_listed_no_more_is_not_counted(noisy: World) -> None:
    noisy.fleet = replace(noisy.fleet, sites=noisy.fleet.sites[1:])
    assert [one.site for one in (await noise(noisy)).rules[0].sites] == ["george", "cape-point", "acme/durban"]
