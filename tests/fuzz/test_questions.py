"""Any text after `/usage`, through the real door, and after `usagebot query`: always an answer, and no power."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from bot.cli.drawing import draw
from bot.domain.sites import Site
from bot.notify.answer_blocks import message
from bot.service.answers import render, to_json
from bot.service.commands import Mistake, Request
from bot.service.words import LONGEST_WORD, parse_command, parse_words
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import live_markup, seen
from tests.fuzz.foreign_text import POWERFUL, drives_a_terminal, hides, texts
from tests.fuzz.trying import tries
from tests.slack.door import Door, opened_door
from tests.slack.world import ALL, JOHANNESBURG, MB, World, at, opened_world

ORDERS = (
    "ack",
    "ack A1",
    "silence",
    "silence cape-town 4h",
    "silence A1 until",
    "silences",
    "unsilence",
    "unsilence S1",
)
NEWER = ("compare", "whatif", "why", "why A1", "whynot", "history", "history A1", "rules", "rule", "rule lte")
COMMANDS = (
    "",
    "help",
    "site",
    "top",
    "quota",
    "alerts",
    "noise",
    "noise last",
    "status",
    "Site",
    *ORDERS,
    *NEWER,
    "report month",
)
questions = st.one_of(
    texts,
    st.builds(lambda command, rest: f"{command} {rest}", st.sampled_from(COMMANDS), texts),
    st.lists(
        st.sampled_from(
            [
                *COMMANDS,
                *("24h", "7d", "period", "in", "out", "3", "99999999999w", "0h", '"', "cape", "public", "٣d", "²"),
                *(
                    "A1",
                    "S1",
                    "for",
                    "until",
                    "until-worse",
                    "until-forecast",
                    "95%",
                    "08:00",
                    "rule=*",
                    "site=",
                    "tag.x=y",
                    "+20GB",
                    "-20",
                    "quota",
                    "cape-town",
                    "durban,",
                    "yesterday",
                    "2026-11-24",
                    "page",
                ),
            ]
        ),
        max_size=6,
    ).map(" ".join),
)


@tries(250)
@given(questions)
@example("top ²")
@example("noise ٢٠٢٦-١٠")
@example("site ٣d ٣d")
def test_any_text_is_a_request_or_a_mistake(text: str) -> None:
    for asked in (parse_command(text), parse_words(text.split(" ")), parse_words([text])):
        assert isinstance(asked, Request | Mistake)
        if isinstance(asked, Mistake):
            assert len(asked.word) <= LONGEST_WORD
            assert asked.word.isprintable()


# --- through Slack's door ---------------------------------------------------------------------------------

Asked = Callable[[str], dict[str, Any]]


async def _furnished(stack: AsyncExitStack) -> Door:
    """Sites with data and alerts whose names are as bad as names can be."""
    world: World = await stack.enter_async_context(opened_world())
    slack = await stack.enter_async_context(FakeSlack())
    for key in (1, 4):
        await world.fill(key, at("2026-11-25T22:00"), in_bytes=60 * MB)
        await world.alert(key)
    await world.alert(None, note="<!channel> \x1b[31m went wrong")
    world.fleet = replace(world.fleet, sites=(*world.fleet.sites[:3], *(_renamed(world.fleet.sites[3], POWERFUL))))
    return await stack.enter_async_context(opened_door(world, slack))


def _renamed(site: Site, names: Sequence[str]) -> list[Site]:
    return [
        replace(site, key=site.key + n, name=name, id=f"{n:08}-1111-4000-8000-000000000000")
        for n, name in enumerate(names)
    ]


@pytest.fixture(scope="module")
def ask() -> Iterator[Asked]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        door = runner.run(_furnished(stack))
        yield lambda text: runner.run(door.ask(text))
        runner.run(stack.aclose())


@tries(70)
@given(questions.map(lambda text: text.encode("utf-8", "replace").decode()))
@example("site <!channel>")
@example("quota")
@example("alerts")
@example("top 100")
@example("site cape")
@example("silence site={0}% 4h {1}")
@example("ack A٣")
@example("silence A1 until ٠٨:٠٠")
@example("compare cape-town <!channel>, {0}")
@example("whynot cape-town <!channel>")
@example("why A1")
@example("history A1")
@example("rule <!channel>")
def test_whatever_is_asked_is_answered_and_nothing_of_it_has_power(ask: Asked, text: str) -> None:
    response = ask(text)
    assert refusal(response) is None
    assert live_markup(response) == []
    said = seen(response)
    assert said.strip()
    assert "Sorry, that did not work" not in said
    assert "Traceback" not in said
    assert not drives_a_terminal(said)
    assert not hides(said)
    assert len(json.dumps(response)) < 200_000


# --- at the terminal --------------------------------------------------------------------------------------


def on_a_terminal(reply: Any) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=80, highlight=False, force_terminal=False)
    draw(console, render(reply, JOHANNESBURG, "usagebot query"))
    return stream.getvalue()


@tries(70)
@given(st.lists(questions, max_size=4))
@example(["site", "\x1b[31m"])
@example(["\udcff"])
def test_words_at_the_terminal_never_drive_it(words: list[str]) -> None:
    asked = parse_words(words)
    if isinstance(asked, Mistake):
        assert not drives_a_terminal(on_a_terminal(asked))
        assert json.dumps(to_json(asked)).isascii()


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[World, asyncio.Runner]]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        world = runner.run(stack.enter_async_context(opened_world()))
        runner.run(world.fill(1, at("2026-11-25T22:00"), in_bytes=60 * MB))
        yield world, runner
        runner.run(stack.aclose())


@tries(60)
@given(
    st.lists(texts, min_size=1, max_size=3),
    st.sampled_from(
        [
            "",
            "quota",
            "top",
            "site x",
            "quota x",
            "alerts",
            "status",
            "silence x 4h x",
            "silences",
            "rules",
            "compare x, x",
            "whatif x +1GB",
            "whynot x x",
        ]
    ),
)
def test_names_of_any_text_are_answered_everywhere(
    world: tuple[World, asyncio.Runner], names: list[str], words: str
) -> None:
    """Names as they would come if nothing had cleaned them before."""
    given_world, runner = world
    rule = replace(given_world.fleet.configuration.rules[0], name=names[-1])
    fleet = replace(
        given_world.fleet,
        sites=tuple(_renamed(given_world.fleet.sites[0], names)),
        configuration=replace(given_world.fleet.configuration, rules=(rule,)),
    )
    given_world.fleet, before = fleet, given_world.fleet
    try:
        asked = parse_command(words.replace("x", f'"{names[0]}"') if '"' not in names[0] else words)
        reply = runner.run(given_world.reply(asked.command, ALL)) if isinstance(asked, Request) else asked
    finally:
        given_world.fleet = before
    drawn = message(render(reply, JOHANNESBURG, "/usage"))
    assert refusal(drawn) is None
    assert live_markup(drawn) == []
    assert not drives_a_terminal(on_a_terminal(reply))
    assert not hides(seen(drawn))
    assert json.dumps(to_json(reply)).isascii()
