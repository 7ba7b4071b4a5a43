"""Plays a scenario, and says what was otherwise than it should be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from sqlalchemy import select

from bot.alerts.model import BOT_RULE, Kind, Transition
from bot.domain.times import DAY, HOUR, Slot, to_instant
from bot.history.store import SqlHistory, SqlTransaction
from bot.history.tables import OUTBOX, TRANSITIONS
from tests.acceptance.life import fates, happenings
from tests.acceptance.life.ears import Noticed
from tests.acceptance.life.phrases import has_usage, make_happen
from tests.acceptance.life.scenery import living
from tests.acceptance.life.script import News, Scenario, Told, told_words
from tests.acceptance.life.stage import Life

FACTS = ("fired", "worsened", "corrected", "resolved")
"""Changes that come of facts. What the bot tells by itself, again or to others, is none."""
WORDS = (fates, happenings)
"""Modules whose words are known by being imported."""
LONGEST_TEXT = 1000
AFTER_USAGE = 900
"""Seconds for which the clock goes on where the API is read every five minutes; else it is an hour."""


@dataclass(frozen=True)
class Played:
    """What became of a scenario: facts recorded, messages that people noticed, and everything that is wrong."""

    facts: int
    messages: int
    wrong: tuple[str, ...]


async def played(scenario: Scenario, history: SqlHistory, folder: Path) -> Played:
    """Play it on an open and empty history, with rules in the (empty) folder."""
    words = [one.what for one in scenario.happenings]
    usage = any(has_usage(each) for each in words)
    sites = max([1, *(int(number) for each in words for number in re.findall(r"\bs(\d+)\b", each))])
    async with living(history, folder, scenario.start, scenario.settings, sites=sites, has_usage=usage) as life:
        if not _starts_later(scenario):
            await life.start()
        for at, together in groupby(scenario.happenings, key=lambda one: one.at):
            await life.go(at)
            for happening in together:
                await make_happen(life, happening)
            await life.look()
        after = scenario.last + (AFTER_USAGE if usage else HOUR)
        await life.go(Slot(1 + (after if scenario.ends_at is None else scenario.ends_at)))
        async with history.reading() as tx:
            facts = (await tx.connection.execute(select(TRANSITIONS.c.change))).scalars().all()
            heard = [told async for told in _Heard(tx, life).all()]
    return _compared(scenario, sum(change in FACTS for change in facts), heard)


def _starts_later(scenario: Scenario) -> bool:
    words = [one.what for one in scenario.happenings if one.what in {"the bot starts", "the bot stops"}]
    dies = any(one.what.startswith("the bot is about to die") for one in scenario.happenings)
    return not dies and words[:1] == ["the bot starts"]


class _Heard:
    """What was noticed, as facts: each notification's transitions are in the outbox."""

    def __init__(self, tx: SqlTransaction, life: Life) -> None:
        self._tx = tx
        self._noticed = life.ears.noticed
        self._sites = {site.key: site.name for site in life.running.survey.fleet().sites}
        self._first_rule = life.running.configuration.rules[0].name

    async def all(self) -> AsyncIterator[Told]:
        posts = {(one.ear, one.notification) for one in self._noticed if not one.is_edit}
        for one in self._noticed:
            if one.is_edit and (one.ear, one.notification) in posts:
                continue  # the message that a reply is below
            texts = (
                other.text for other in self._noticed if (other.ear, other.notification) == (one.ear, one.notification)
            )
            yield Told(one.at, one.ear, Counter(await self._news(one)), (plain(" ".join(texts)),), one.is_edit)

    async def _news(self, one: Noticed) -> list[News]:
        query = select(OUTBOX.c.transitions).where(OUTBOX.c.id == one.notification)
        ids = (await self._tx.connection.execute(query)).scalar_one()
        return [self._words(move) for move in await self._tx.outbox.transitions(ids)]

    def _words(self, move: Transition) -> News:
        key = move.alert.key
        if key.kind is Kind.SELF:
            return key.rule.removeprefix(f"{BOT_RULE}:"), move.change.value, ""
        about = self._sites[key.site] if key.site is not None else f"pool of {key.rule}"
        return about, move.change.value, "" if key.rule == self._first_rule else key.rule


def plain(text: str) -> str:
    """With single, ordinary spaces."""
    return " ".join(text.split())


def _compared(scenario: Scenario, facts: int, heard: Sequence[Told]) -> Played:
    messages = sum(not one.is_edit for one in heard)
    left = list(heard)
    wrong = []
    for expected in sorted(scenario.expected, key=lambda one: one.is_latest):
        fitting = next((one for one in left if fits(expected, one)), None)
        if fitting is None:
            wrong.append(f"missing:    {line(scenario, expected)}")
        else:
            left.remove(fitting)
            wrong += _unsaid(scenario, expected, fitting)
    wrong += [f"unexpected: {line(scenario, replace(one, saying=()))}" for one in left]
    if facts != scenario.facts:
        wrong.append(f"{facts} facts in, and not {scenario.facts}")
    if messages != scenario.messages:
        wrong.append(f"{messages} messages out, and not {scenario.messages}")
    return Played(facts, messages, tuple(wrong))


def fits(expected: Told, heard: Told) -> bool:
    is_timely = heard.at <= expected.at if expected.is_latest else heard.at == expected.at
    same = (expected.ear, expected.is_edit, expected.news) == (heard.ear, heard.is_edit, heard.news)
    return is_timely and same


def _unsaid(scenario: Scenario, expected: Told, heard: Told) -> Iterator[str]:
    told, said = line(scenario, replace(heard, saying=())), heard.saying[0]
    for text in expected.saying:
        if plain(text) not in said:
            yield f'not said:   "{text}" in {told}: {said[:LONGEST_TEXT]}'


def line(scenario: Scenario, told: Told) -> str:
    """As in the scenario's file."""
    days = (told.at - (scenario.start - scenario.start % DAY)) // DAY
    time = to_instant(told.at).strftime("%H:%M:%S").removesuffix(":00")
    return f"{'by ' if told.is_latest else ''}{f'day {days + 1} ' if days else ''}{time}  {told_words(told)}"
