"""What is remembered of one site as one compact value, and back.

A value is of a midnight: nothing of the running day is in it. It begins with a mark of how the memory is laid out,
worked out from its fields, so that a value of another layout, other directions or other buckets is known for what it
is: nothing that can be gone on with.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import Slot
from bot.engine.spikes.memory import FORM, NEVER, Memory, Rows

MARK = 8
"""Bytes of the mark."""
QUICKLY = 1
"""As zlib counts: twice the time saves a fifteenth of the bytes."""
RUNNING = "now_"
"""Fields of the running day begin so."""

Array = NDArray[Any]


def encode(memory: Memory, rows: Rows) -> list[bytes]:
    """One value for each of these rows, which must be as they were at a midnight: see `Memory.go_back`."""
    mark = _mark(memory)
    parts = [np.ascontiguousarray(array[rows]).reshape(len(rows), -1).view(np.uint8) for _, array in _kept(memory)]
    return [mark + zlib.compress(one.tobytes(), QUICKLY) for one in np.hstack(parts)]


def decode(memory: Memory, rows: Rows, values: Sequence[bytes]) -> NDArray[np.bool_]:
    """Put `values[i]` into row `rows[i]`. Which of them could be used: of the others nothing is remembered."""
    length, mark = sum(array[:1].nbytes for _, array in _kept(memory)), _mark(memory)
    found = [_opened(value, mark, length) for value in values]
    usable = np.array([one is not None for one in found], np.bool_)
    memory.begin(rows[~usable], Slot(NEVER))
    memory.begin_day(rows[usable], NEVER)
    if usable.any():
        flat = np.frombuffer(b"".join(filter(None, found)), np.uint8).reshape(-1, length)
        _put(memory, rows[usable], flat)
    return usable


def _put(memory: Memory, rows: Rows, flat: NDArray[np.uint8]) -> None:
    first = 0
    for _, array in _kept(memory):
        size = array[:1].nbytes
        own = np.ascontiguousarray(flat[:, first : first + size]).view(array.dtype)
        array[rows] = own.reshape(len(rows), *array.shape[1:])
        first += size


def _kept(memory: Memory) -> Iterator[tuple[str, Array]]:
    """The arrays that hold anything beside the running day, with a row for each site."""
    for field in fields(memory):
        value = getattr(memory, field.name)
        if isinstance(value, np.ndarray) and not field.name.startswith(RUNNING):
            yield field.name, value


def _mark(memory: Memory) -> bytes:
    layout = [(name, array.dtype.str, array.shape[1:]) for name, array in _kept(memory)]
    said = repr((FORM, memory.step, [str(direction) for direction in memory.directions], layout))
    return blake2b(said.encode(), digest_size=MARK).digest()


def _opened(value: bytes, mark: bytes, length: int) -> bytes | None:
    if value[:MARK] != mark:
        return None
    try:
        found = zlib.decompress(value[MARK:], bufsize=length)
    except zlib.error:
        return None
    return found if len(found) == length else None
