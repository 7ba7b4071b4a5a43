"""What is remembered of a site, as one value and back."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from bot.domain.times import DAY, Slot
from bot.domain.usage import Direction
from bot.engine.spikes import value
from bot.engine.spikes.memory import FORM, Memory
from bot.engine.spikes.value import decode, encode

BOTH = (Direction.IN, Direction.OUT)
MIDNIGHT = Slot(20_000 * DAY)


def of_many_days(sites: int = 3) -> Memory:
    """A memory in which every byte that may be kept is drawn, as at a midnight."""
    memory, drawn = Memory.empty(sites, BOTH, 300), np.random.default_rng(1)
    for field in fields(memory):
        array = getattr(memory, field.name)
        if isinstance(array, np.ndarray) and not field.name.startswith("now_"):
            array[:] = drawn.integers(0, 2 if array.dtype == np.bool_ else 99, array.shape)
    memory.since[:], memory.until[:] = MIDNIGHT - 40 * DAY, MIDNIGHT
    return memory


def same(one: Memory, other: Memory) -> bool:
    arrays = [field.name for field in fields(one) if isinstance(getattr(one, field.name), np.ndarray)]
    pairs = [(getattr(one, name), getattr(other, name)) for name in arrays]
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)


def test_a_value_brings_back_what_was_remembered() -> None:
    memory, found = of_many_days(), Memory.empty(3, BOTH, 300)
    values = encode(memory, np.array([2, 0]))
    assert decode(found, np.array([1, 2]), values).all()
    assert same(found.taken(np.array([1, 2])), memory.taken(np.array([2, 0])))
    assert found.until[0] == 0


@pytest.mark.parametrize("spoilt", [b"", b"\0" * 40, "cut", "bit"])
def test_what_is_spoilt_is_not_gone_on_with(spoilt: bytes | str) -> None:
    (good,) = encode(of_many_days(1), np.array([0]))
    bad = {"cut": good[:-9], "bit": good[:30] + bytes([good[30] ^ 1]) + good[31:]}
    found = of_many_days(1)
    kept = decode(found, np.array([0]), [bad[spoilt] if isinstance(spoilt, str) else spoilt])
    assert not kept.any()
    assert same(found, Memory.empty(1, BOTH, 300))


@pytest.mark.parametrize(("directions", "step"), [((Direction.IN,), 300), (BOTH, 900), (BOTH[::-1], 300)])
def test_a_value_of_other_directions_or_buckets_begins_anew(directions: tuple[Direction, ...], step: int) -> None:
    values = encode(of_many_days(2), np.arange(2))
    assert not decode(Memory.empty(2, directions, step), np.arange(2), values).any()


def test_a_value_of_another_form_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    values = encode(of_many_days(2), np.arange(2))
    monkeypatch.setattr(value, "FORM", FORM + 1)
    assert decode(of_many_days(2), np.arange(2), [*values]).tolist() == [False, False]
