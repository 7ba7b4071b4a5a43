"""The audit: what is written down of what people do."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.times import Slot
from bot.history.store import SqlHistory
from bot.service.ports import AuditEntry

TAKEN = AuditEntry(Slot(100), "Ana", "slack", "acknowledged", "A1", "acme", {"rule": "lte", "until": None})


async def test_what_was_done_is_read_back_the_newest_first(history: SqlHistory) -> None:
    later = replace(TAKEN, at=Slot(200), subject="A2")
    async with history.writing() as tx:
        first, second = await tx.audit.add(TAKEN), await tx.audit.add(later)
    async with history.reading() as tx:
        assert await tx.audit.since(Slot(0), 10) == [second, first]
        assert await tx.audit.since(Slot(101), 10) == [second]
        assert await tx.audit.since(Slot(0), 1) == [second]
    assert (first, second) == (replace(TAKEN, id=first.id), replace(later, id=second.id))


async def test_entries_are_found_by_what_was_done(history: SqlHistory) -> None:
    entries = [
        replace(TAKEN, at=Slot(at), action=action) for at, action in ((1, "tested"), (2, "taken"), (3, "tested"))
    ]
    async with history.writing() as tx:
        assert await tx.audit.latest("tested") is None
        first, taken, last = [await tx.audit.add(entry) for entry in entries]
        assert await tx.audit.since(Slot(0), None, ["tested"]) == [last, first]
        assert await tx.audit.since(Slot(0), 1, ["tested", "taken"]) == [last]
        assert await tx.audit.since(Slot(2), 5, ["taken", "none"]) == [taken]
        assert await tx.audit.latest("tested") == last
        assert await tx.audit.actions() == ["taken", "tested"]
