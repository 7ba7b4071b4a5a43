"""Backtests: a past from a file or from the stored history, and rules to be tried on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.app.past import opened
from bot.domain.times import Slot, Window, ceil, floor, to_instant
from bot.history.files.loading import load
from bot.history.unusable import UnusableFileError
from bot.notify.plain import plain_text
from bot.rules.model import Configuration
from bot.service.answers.backtest import Backtest
from bot.service.answers.phrases import count
from bot.service.fleet import Fleet
from bot.service.replay.compare import compare
from bot.service.replay.fleet import NamedSite, fleet_of
from bot.service.replay.model import Doings, Replayed
from bot.service.replay.past import Past
from bot.service.replay.run import replay
from bot.service.replay.shortcomings import shortcomings
from bot.service.replay.stored import stored_past
from bot.service.views import Notification
from bot.settings import Settings

WORDED = 2000

Steps = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Source:
    """A past, and its sites as its source describes them: by name of a file's, as a fleet of the stored history's."""

    past: Past
    named: Sequence[NamedSite] | None
    fleet: Fleet | None
    notes: tuple[str, ...]

    def fleet_for(self, rules: Configuration) -> tuple[Fleet, tuple[str, ...]]:
        if self.named is not None:
            return fleet_of(rules, self.named, self.past.block.step)
        assert self.fleet is not None  # noqa: S101 - a past has either
        return replace(self.fleet, configuration=rules), ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be tried. `start` and `end` bound what is shown and, at the end, what is judged. `is_told` says that
    somebody wants to read the messages."""

    rules: Configuration
    against: Configuration | None
    start: Slot | None
    end: Slot | None
    is_told: bool


def from_file(file: Path, tell: Steps) -> Source:
    """Raises UnusableFileError."""
    loaded = load(file, tell)
    notes = (f"{count(loaded.repeated, 'row')} of the file say again what others say",) if loaded.repeated else ()
    return Source(loaded.past, loaded.sites, None, notes)


async def from_history(settings: Settings, rules: Configuration, end: Slot | None, tell: Steps) -> Source:
    """What is stored, of the sites that these rules and the history know. Raises HistoryError, UnusableFileError."""
    async with opened(settings, rules) as at:
        stored = await stored_past(at.history, at.fleet, end, tell)
    if stored is None:
        remedy = "Let the bot run for a while, import some (`usagebot history import`), or name a file with --history"
        raise UnusableFileError("the history", "it holds no usage yet", remedy)
    return Source(stored.past, None, at.fleet, stored.notes)


async def try_rules(source: Source, asked: Asked, tell: Steps) -> Backtest:
    """Raises UnusableFileError where nothing is left between the bounds."""
    window = _judged(source.past, asked)
    shown = Window(max(window.start, asked.start), window.end) if asked.start is not None else window
    parts = 1 if asked.against is None else 2
    fleet, notes = source.fleet_for(asked.rules)
    new = await _replayed(source.past, fleet, window, asked, lambda done: tell(done / parts))
    difference = None
    if asked.against is not None:
        older = source.fleet_for(asked.against)[0]
        old = await _replayed(source.past, older, window, asked, lambda done: tell((1 + done) / parts))
        difference = compare(_since(new, shown.start), _since(old, shown.start))
    known = int(source.past.block.known.sum())
    every = (*source.notes, *notes, *shortcomings(source.past, fleet, window))
    return Backtest(fleet, shown, known, _since(new, shown.start), difference, every)


def _judged(past: Past, asked: Asked) -> Window:
    """From the first bucket, whatever is shown: what fires at the beginning of what is shown began before it."""
    step = past.block.step
    end = min(past.window.end, floor(asked.end, step)) if asked.end is not None else past.window.end
    start = ceil(asked.start, step) if asked.start is not None else past.window.start
    if max(start, past.window.start) >= end:
        first, last = (f"{to_instant(slot):%Y-%m-%d %H:%M}" for slot in (past.window.start, past.window.end))
        why = f"it has usage of {first} to {last} UTC, and none of that is between --from and --to"
        raise UnusableFileError("the history", why, "Choose other times")
    return Window(past.window.start, Slot(end))


async def _replayed(past: Past, fleet: Fleet, window: Window, asked: Asked, tell: Steps) -> Replayed:
    return await replay(past, fleet, window, Doings(), _First() if asked.is_told else None, tell)


class _First:
    """The words of a receiver's first messages: nobody reads thousands, and words are dear."""

    def __init__(self) -> None:
        self._told: Counter[str] = Counter()

    def __call__(self, notification: Notification) -> str:
        self._told[notification.receiver] += 1
        return plain_text(notification) if self._told[notification.receiver] <= WORDED else ""


def _since(replayed: Replayed, start: Slot) -> Replayed:
    return Replayed(
        tuple(move for move in replayed.transitions if move.known_at > start),
        tuple(told for told in replayed.messages if told.at > start),
    )
