"""A history file as a `Past`: every bucket of every site in matrices, whatever the order of the rows.

The file is read twice, first to see which sites and times there are: rows are never held, only the matrices (17 bytes a
bucket).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import HOUR, Slot, Window, iso
from bot.history.files.columnar import Columns, Numbers, read_columns
from bot.history.unusable import UnusableFileError
from bot.service.replay.fleet import NamedSite
from bot.service.replay.past import Past

SHORTEST = 60
SPARSEST = 200
"""A file whose times span more buckets than this for each row has a time that is far off."""
MOST_CELLS = 1_500_000_000
"""25 GB of matrices."""

MINUTES = 68_374_080
"""Of the years 1970 to 2099."""

Steps = Callable[[float], None]
Key = tuple[str, str]
"""Workspace and name of a site as a file gives them."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """`sites[n]` is the site with key n + 1 of `past`. `repeated` rows say what others said already."""

    sites: tuple[NamedSite, ...]
    past: Past
    repeated: int


def load(file: Path, tell: Steps = lambda _: None) -> Loaded:
    """Raises UnusableFileError, which names the line where there is one. `tell` is told the share that is done."""
    seen = _Seen(file)
    for part in read_columns(file, bytes_too=False):
        seen.look(part)
        tell(0)
    grain, window = seen.grain(), seen.window()
    sites = seen.in_order()
    block = _room(file, len(sites), window, grain, seen.rows)
    done = 0
    for part in read_columns(file, bytes_too=True):
        _fill(block, part, seen.numbers(part))
        done += len(part.slots)
        tell(done / seen.rows)
    return Loaded(sites, Past(block), seen.rows - int(block.known.sum()))


@dataclass(slots=True)
class _Seen:
    """Which sites and times a file has. Sites are numbered as they come, and put in order at the end."""

    file: Path
    rows: int = 0
    sites: dict[Key, NamedSite] = field(default_factory=dict)
    times: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(MINUTES, np.bool_))
    minutes: set[int] = field(default_factory=set)
    rank: dict[Key, int] = field(default_factory=dict)

    def look(self, part: Columns) -> None:
        self.rows += len(part.slots)
        self._mark(part)
        if part.minutes is not None:
            self.minutes |= set(np.unique(part.minutes).tolist())
        for key, texts, row in _distinct(part):
            if not key[1]:
                part.refuse(row, "it names no site")
            self._note(part, row, key, texts)

    def _mark(self, part: Columns) -> None:
        """Remember the times; most of the map's pages are never touched."""
        minutes, seconds = np.divmod(part.slots, 60)
        wrong = (seconds != 0) | (minutes < 0) | (minutes >= MINUTES)
        if wrong.any():
            row = int(np.argmax(wrong))
            is_within = 0 <= minutes[row] < MINUTES
            why = "buckets begin on whole minutes" if is_within else "times are of the years 1970 to 2099"
            part.refuse(row, f"its time is {int(part.slots[row])} seconds after 1970; {why}")
        self.times[minutes] = True

    @property
    def slots(self) -> Numbers:
        """Every time of the file, once, in order."""
        return np.flatnonzero(self.times).astype(np.int64) * 60

    def _note(self, part: Columns, row: int, key: Key, texts: tuple[str, str]) -> None:
        """A site's zone and tags may be said in some rows only, but not in two ways."""
        old, (zone, tags) = self.sites.get(key), texts
        new = NamedSite(key[1], key[0], zone or None, _tags(part, row, tags))
        if old is None:
            self.sites[key] = new
            return
        if (zone and old.timezone not in {None, zone}) or (new.tags and old.tags and new.tags != old.tags):
            part.refuse(row, f"another row says otherwise of the time zone or tags of {key[1]!r}", "Make them agree")
        self.sites[key] = NamedSite(key[1], key[0], old.timezone or new.timezone, old.tags or new.tags)

    def grain(self) -> int:
        """Seconds of a bucket: the usual distance between the times of the file."""
        if len(self.minutes) > 1:
            several = ", ".join(map(str, sorted(self.minutes)))
            self._refuse(f"it has rows of {several} minutes", "Keep rows of one length, such as the shortest")
        if not self.rows:
            self._refuse("it has no rows", "Export some, or check the file")
        distances, counts = np.unique(np.diff(self.slots), return_counts=True)
        if not self.minutes and not len(distances):
            self._refuse("all its rows are of one time, which does not tell how long a bucket is", "Add other times")
        grain = 60 * min(self.minutes) if self.minutes else int(distances[np.argmax(counts)])
        if grain < SHORTEST or HOUR % grain:
            why = f"its rows are {_span(grain)} apart, and a bucket is a part of an hour, from one minute to all of it"
            self._refuse(why, "Sum them to such a length, or take a finer export")
        return grain

    def window(self) -> Window:
        """From the first bucket to the end of the last."""
        grain, slots = self.grain(), self.slots
        off = slots[slots % grain != 0]
        if len(off):
            self._refuse_slot(int(off[0]), f"is not the start of a bucket of {_span(grain)}, as others are (UTC)")
        return Window(Slot(int(slots[0])), Slot(int(slots[-1]) + grain))

    def _refuse_slot(self, slot: int, why: str) -> NoReturn:
        for part in read_columns(self.file, bytes_too=False):
            found = np.flatnonzero(part.slots == slot)
            if len(found):
                part.refuse(int(found[0]), f"{iso(slot)} {why}")
        raise AssertionError("the file changed while it was read")

    def _refuse(self, why: str, remedy: str) -> NoReturn:
        raise UnusableFileError(self.file, why, remedy)

    def in_order(self) -> tuple[NamedSite, ...]:
        ordered = sorted(self.sites)
        self.rank = {key: number for number, key in enumerate(ordered)}
        return tuple(self.sites[key] for key in ordered)

    def numbers(self, part: Columns) -> NDArray[np.intp]:
        """The row of the matrices for each row of a part."""
        combined, keys = _keys(part)
        ranks = np.array([self.rank[_key(part, key)] for key in keys], np.intp)
        return ranks[combined]


def _keys(part: Columns) -> tuple[NDArray[np.intp], list[tuple[int, ...]]]:
    """For each row which of the distinct combinations of words it has, and those, as codes."""
    codes = [indices.astype(np.int64) for indices, _ in part.words.values()]
    packed = codes[0]
    sizes = [len(texts) for _, texts in part.words.values()]
    for one, size in zip(codes[1:], sizes[1:], strict=True):
        packed = packed * size + one
    if len(codes) == 1:
        return packed.astype(np.intp), [(code,) for code in range(sizes[0])]
    distinct, combined = np.unique(packed, return_inverse=True)
    unpacked: list[list[int]] = []
    for size in reversed(sizes[1:]):
        distinct, code = np.divmod(distinct, size)
        unpacked.insert(0, code.tolist())
    return combined.astype(np.intp), list(zip(distinct.tolist(), *unpacked, strict=True))


def _text(part: Columns, key: tuple[int, ...], word: str) -> str:
    place = list(part.words).index(word) if word in part.words else None
    return "" if place is None else part.words[word][1][key[place]]


def _key(part: Columns, key: tuple[int, ...]) -> Key:
    return _text(part, key, "workspace"), _text(part, key, "site")


def _distinct(part: Columns) -> Iterator[tuple[Key, tuple[str, str], int]]:
    """The distinct sites of a part with the text of their zone and tags, and a row of each."""
    combined, keys = _keys(part)
    first = np.full(len(keys), -1)
    first[combined[::-1]] = np.arange(len(combined) - 1, -1, -1)
    for place in np.flatnonzero(first >= 0).tolist():
        row = int(first[place])
        key = keys[place]
        yield _key(part, key), (_text(part, key, "timezone"), _text(part, key, "tags")), row


def _tags(part: Columns, row: int, text: str) -> dict[str, str]:
    """`plan=lte-500;carrier=mtn`."""
    tags: dict[str, str] = {}
    for one in filter(None, (piece.strip() for piece in text.split(";"))):
        key, equals, value = one.partition("=")
        if not equals or not key.strip():
            part.refuse(row, f"{one[:40]!r} is no tag", "Write tags like plan=lte-500;carrier=mtn")
        tags[key.strip()] = value.strip()
    return tags


def _room(file: Path, sites: int, window: Window, grain: int, rows: int) -> Block:
    """Matrices in which nothing is known yet. Pages that stay empty take no memory."""
    cells = sites * ((window.end - window.start) // grain)
    if cells > SPARSEST * rows + 10_000_000 or cells > MOST_CELLS:
        why = f"its times span {iso(window.start)} to {iso(window.end)}, {cells:,} buckets of {sites} sites"
        raise UnusableFileError(file, f"{why}, for {rows:,} rows", "Check its first and last time, or split the file")
    return Block.unknown(np.arange(1, sites + 1), window, grain)


def _fill(block: Block, part: Columns, sites: NDArray[np.intp]) -> None:
    """Put the rows into their places. What is said twice must be said alike."""
    assert part.bytes is not None  # noqa: S101 - asked for
    flat = sites * block.length + (part.slots - block.start) // block.step
    matrices = (block.in_bytes.reshape(-1), block.out_bytes.reshape(-1))
    known = block.known.reshape(-1)
    before = known[flat]
    if before.any():
        _compare(part, matrices, flat, before)
    for matrix, values in zip(matrices, part.bytes, strict=True):
        matrix[flat] = values
    known[flat] = True
    _compare(part, matrices, flat, np.ones(len(flat), np.bool_))


def _compare(part: Columns, matrices: Iterable[Numbers], flat: Numbers, where: NDArray[np.bool_]) -> None:
    assert part.bytes is not None  # noqa: S101 - asked for
    for matrix, values in zip(matrices, part.bytes, strict=True):
        wrong = where & (matrix[flat] != values)
        if wrong.any():
            row = int(np.argmax(wrong))
            why = f"another row says otherwise of the same site at {iso(int(part.slots[row]))}"
            part.refuse(row, why, "Leave one of them out")


def _span(seconds: int) -> str:
    return f"{seconds // 60} minutes" if seconds % 60 == 0 else f"{seconds} seconds"
