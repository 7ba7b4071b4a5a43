"""What a fault is: a name, and what happens between its beginning and its end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from random import Random

from tests.faults.judge import Likeness
from tests.faults.stage import Stage

Happens = Callable[[Stage, Random], AbstractAsyncContextManager[None]]

HOUR = 6
DAY = 144
"""In ticks of ten minutes."""

BOTH = frozenset({"sqlite", "postgresql"})


@dataclass(frozen=True)
class Fault:
    """`ticks` is how long it lasts; `likeness` what can be asked of the alerts afterwards, and `known_days` of how many
    days before the beginning the usage must be true."""

    family: str
    name: str
    happens: Happens
    likeness: Likeness = Likeness.EXACT
    ticks: int = HOUR
    databases: frozenset[str] = BOTH
    known_days: int = 2
