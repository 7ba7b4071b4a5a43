"""Which rules were in force since when, and which were refused: written down for whoever asks later."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.times import Slot
from bot.rules.model import Configuration
from bot.service.audit import BY_ITSELF, REFUSED, RELOADED, note
from bot.service.ports import Transaction

SUBJECT = "rules"
MOST_PROBLEMS = 20
LONGEST_PROBLEM = 300


async def note_in_force(tx: Transaction, configuration: Configuration, at: Slot) -> None:
    """Write down that these rules are in force, unless they are the last that were written down: an edit counts once,
    also one that a restart brought into force."""
    last = await tx.audit.latest(RELOADED)
    was = str(last.detail.get("version", "")) if last is not None else ""
    if configuration.version != was:
        version, rules = configuration.version, len(configuration.rules)
        await note(tx, at, BY_ITSELF, RELOADED, SUBJECT, was=was, version=version, rules=rules)


async def note_refused(tx: Transaction, in_force: str, problems: Sequence[str], at: Slot) -> None:
    """Write down that a folder with these problems changed nothing. `in_force` is the version that stays."""
    shown = [shortened(problem) for problem in problems[:MOST_PROBLEMS]]
    await note(tx, at, BY_ITSELF, REFUSED, SUBJECT, in_force=in_force, problems=shown, count=len(problems))


def shortened(problem: str) -> str:
    return problem if len(problem) <= LONGEST_PROBLEM else problem[: LONGEST_PROBLEM - 1] + "…"
