"""What can be pressed in Slack, as the values of its elements: written by who lays a message out, read by who is told
that somebody pressed. A value comes back as it was sent, maybe months later, and from anybody: it names what is meant
and grants nothing.

Short words in short values: an option of a menu holds 150 characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Press(StrEnum):
    """The `action_id` of each element."""

    ACKNOWLEDGE = "usagebot.ack"
    SILENCE = "usagebot.silence"
    MORE = "usagebot.more"
    ASK = "usagebot.ask"
    """A button whose value is the words of a question, to be answered in place or beneath."""
    BACK = "usagebot.back"
    """As ASK, for the page before: two buttons beside each other have different ids."""
    SHARE = "usagebot.share"
    """A button whose value is the words of a question, to be answered for the whole channel."""


class For(StrEnum):
    """How long the menu of a silence offers to be quiet."""

    HOUR = "1h"
    FOUR_HOURS = "4h"
    MORNING = "morning"
    """Until tomorrow 08:00, on the site's clock."""
    PERIOD = "period"
    """Until the billing period is over."""
    WORSE = "worse"
    """Until the forecast, or whatever the alert counts, gets worse."""
    OTHER = "other"
    """Asked in a modal."""


class More(StrEnum):
    """What the overflow menu offers."""

    WHY = "why"
    STORY = "story"
    RAISE = "raise"


@dataclass(frozen=True, slots=True)
class Target:
    """An alert, or a message that is about several (a group), by its id."""

    id: int
    is_group: bool = False

    def __str__(self) -> str:
        return f"{'G' if self.is_group else 'A'}{self.id}"


_TARGET = re.compile(r"([AG])([0-9]{1,18})", re.ASCII)


def value(target: Target, word: str = "") -> str:
    """`"A17"`, `"G3:1h"`."""
    return f"{target}:{word}" if word else str(target)


def parse(text: str) -> tuple[Target, str] | None:
    """What `value` wrote; None of anything else."""
    named, _, word = text.partition(":")
    match = _TARGET.fullmatch(named)
    return (Target(int(match[2]), match[1] == "G"), word) if match else None
