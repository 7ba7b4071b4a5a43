"""How much spike rules told, to whom may know it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.service.answers import render
from bot.service.commands import Noise, Request
from bot.service.fleet import Scope
from bot.service.queries.noise_replies import NoiseReport
from bot.service.words import parse_command
from tests.slack.world import ACME, ALL, JOHANNESBURG, World, opened_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened_world() as world:
        yield world


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
