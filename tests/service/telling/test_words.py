"""What people write, and what others are told because of it: the same story on both databases."""

from __future__ import annotations

from bot.domain.times import to_instant
from bot.service.actions.act import Actions
from bot.service.actions.replies import Acknowledged, Done, Silenced, Undone, Unsilenced
from bot.service.audit import Actor
from bot.service.commands import Request
from bot.service.orders import Order
from bot.service.words import parse_command
from tests.service.telling.stage import Stage, clock

ROUTES = "routes: [{notify: [oncall], repeat_every: 2h}]"


async def written(stage: Stage, text: str, by: str = "Ana") -> Done | Undone:
    request = parse_command(text)
    assert isinstance(request, Request)
    assert isinstance(request.command, Order)
    actions = Actions(stage.history, lambda: stage.fleet, lambda: to_instant(stage.now))
    reply = await actions.act(request.command, stage.fleet.everything, Actor(by, "slack"))
    await stage.go(f"{to_instant(stage.now):%H:%M}")
    return reply


async def day_of_words(stage: Stage) -> None:
    stage.configure(ROUTES)
    await stage.fire(1, 2)
    assert isinstance(await written(stage, "ack A1 for 3h"), Acknowledged)
    await stage.go("12:30")
    assert isinstance(await written(stage, "silence site-2 rule=lt* until 17:00 works", "Ben"), Silenced)
    await stage.go("13:30")
    assert isinstance(await written(stage, "silence S1 until 20:00"), Silenced)
    await stage.worsen(2)
    await stage.fire(3)
    await stage.go("15:30")
    assert isinstance(await written(stage, "unsilence S1"), Unsilenced)
    await stage.go("16:00")
    assert isinstance(await written(stage, "unsilence S1"), Unsilenced)
    assert stage.said == [
        "10:00 oncall: fired 1, fired 2",
        "12:00 oncall: repeated 2",
        "13:30 oncall: fired 3",
        "14:00 oncall: repeated 1",
        "15:30 oncall: repeated 3",
        "15:30 oncall: worsened 2",
    ]
    async with stage.history.reading() as tx:
        entries = list(reversed(await tx.audit.since(clock("00:00"), 9)))
    assert [(one.actor, one.action, one.subject) for one in entries] == [
        ("Ana", "acknowledged", "A1"),
        ("Ben", "silenced", "S1"),
        ("usagebot", "lapsed", "A1"),
        ("Ana", "extended", "S1"),
        ("Ana", "unsilenced", "S1"),
    ]


async def test_what_people_write_is_heard_in_what_is_told(stage: Stage) -> None:
    await day_of_words(stage)


async def test_what_people_write_is_heard_on_postgresql_too(stage_on_postgresql: Stage) -> None:
    await day_of_words(stage_on_postgresql)
