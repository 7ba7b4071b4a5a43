"""The choices that the use cases are given. All spans are whole seconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.times import DAY, HOUR


@dataclass(frozen=True, slots=True)
class PullOptions:
    """How the API is read.

    `settle`: how long after its end a bucket is taken as complete. `trailing` is read again at every tick for
    revisions, and `reread` every `reread_every`. `chunk` is the longest window asked for at once, and
    `shortest_chunk` how far that is shortened when the API refuses long ones. `baseline` is how much history
    is wanted of every site besides its current billing periods. `empty_is_zero`: a row left out of an answer
    means that nothing was used; else nothing is known there.
    """

    bucket: int = 300
    settle: int = 120
    trailing: int = HOUR
    reread: int = 2 * DAY
    reread_every: int = HOUR
    chunk: int = 31 * DAY
    shortest_chunk: int = DAY
    baseline: int = 28 * DAY
    empty_is_zero: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """`slack` seconds lie between two messages to one Slack channel: it allows about one a second. `ticks` are seconds
    that only grow, `sleep` waits for some of them."""

    ticks: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    slack: float = 1.0


@dataclass(frozen=True, slots=True)
class DeliverOptions:
    """How messages go out. `lease`: how long one attempt may take before another may be made; `timeout` is
    shorter, so that nothing is sent on a lease that has ended. Waits double from `first_wait` to `longest_wait`, which
    bounds how late a message is after an outage; a wait that the other side asks for is kept up to `longest_asked`.

    `width` is how many attempts may be on their way at once, whatever waits; endpoints that fail have half of it.
    What fails for `gives_up_after` is given up; what waits for a person is handed to whoever hears it instead after
    `hands_over_after`: learning of it late is worse than in another place.
    `pace` None: messages follow each other as fast as they are taken.
    """

    lease: int = 60
    timeout: int = 45
    first_wait: int = 5
    longest_wait: int = 5 * 60
    longest_asked: int = HOUR
    width: int = 200
    gives_up_after: int = DAY
    hands_over_after: int = HOUR
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class RetentionOptions:
    raw: int = 35 * DAY
    hourly: int = 460 * DAY
    pulls: int = 7 * DAY
