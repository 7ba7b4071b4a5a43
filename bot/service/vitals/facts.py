"""What is measured of the bot: of its process and machine, and of what the history says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.times import Slot


@dataclass(frozen=True, slots=True)
class Room:
    """Of the disk that the history is on, in bytes. `free` is what this user may still write."""

    folder: str
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Ear:
    """Socket Mode: for how long Slack has said nothing, and whether it ever has since this process began."""

    silent_for: timedelta
    was_heard: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """What a process knows of itself. `jobs`: job → why it does not work, "" where its latest run went well, None where
    it has not run yet. `socket` and `room` are None where there is no such thing. `ahead`: whose clock → seconds by
    which this machine's is ahead of it."""

    jobs: Mapping[str, str | None] = field(default_factory=dict)
    socket: Ear | None = None
    room: Room | None = None
    ahead: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Behind:
    """A site whose data should reach further: until when they do, None where it was never read."""

    site: str
    until: Slot | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one workspace is read. `sites` are those that should be; `behind` those that are not, the furthest first.
    `why` is the API's latest trouble; `unlisted` why no site is known at all ("" where some are, or none should be).
    `hold` is how many seconds of that are patience. `is_refused`: its token is refused, as the operators know."""

    workspace: str
    sites: int
    behind: Sequence[Behind] = ()
    why: str = ""
    unlisted: str = ""
    hold: int = 0
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Stuck:
    """Messages that should have been delivered long ago; the oldest one's receiver, and why it was not."""

    rows: int
    since: Slot
    receiver: str
    why: str
