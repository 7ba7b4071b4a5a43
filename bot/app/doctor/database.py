"""The database and the room that it has. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.phrases import size
from bot.history.vitals import Check, Schema, Vitals
from bot.service.answers.phrases import count as counted

TELL = Teller(Subject.DATABASE)
LEAST_FREE = 10**9
"""Bytes: with less than that left, a month of a few hundred sites may not fit."""
NO_ROOM = 10**8


def database(vitals: Vitals) -> Iterator[Finding]:
    where = str(vitals.file) if vitals.file is not None else f"PostgreSQL {vitals.version}"
    if vitals.file is not None and not vitals.exists:
        yield TELL.ok("reachable", f"there is no {where} yet; `usagebot run` makes it")
    else:
        about = f" (SQLite {vitals.version})" if vitals.file is not None else ""
        yield TELL.ok("reachable", f"{where}{about}: {size(vitals.size)}, {counted(vitals.sites, 'site')}")
        if vitals.check is not Check.DAMAGED:
            yield _schema(vitals)
    if not vitals.is_writable:
        remedy = "Give this user the right to write the file and its folder" if vitals.file else "Name the primary"
        yield TELL.problem("writable", f"{where} cannot be written", f"{remedy}, or change DATABASE_URL")
    else:
        yield TELL.ok("writable", "by its rights; nothing was written to try")
    if vitals.exists and vitals.file is not None:
        yield _sound(vitals.check)


def _schema(vitals: Vitals) -> Finding:
    match vitals.schema:
        case Schema.CURRENT:
            return TELL.ok("schema", "its tables are those of this version")
        case Schema.NEWER:
            remedy = "Install that version or a later one"
            return TELL.problem("schema", "it was made by a newer usagebot", remedy)
        case Schema.OLDER if vitals.file is not None:
            text = "its tables are older than this version, or not there; `usagebot run` upgrades them by itself"
            return TELL.warning("schema", text, "Make a copy of the file first, then start `usagebot run`")
        case Schema.OLDER:
            text = "its tables are older than this version, or not there"
            return TELL.problem("schema", text, "Run `usagebot db upgrade`")


def _sound(check: Check) -> Finding:
    match check:
        case Check.SOUND:
            return TELL.ok("integrity", "SQLite's quick check finds nothing wrong")
        case Check.DAMAGED:
            return TELL.problem("integrity", "the file is damaged", "Stop the bot and restore a backup")
        case Check.UNFINISHED:
            remedy = "Run `usagebot doctor --thorough`, which takes more time for it"
            return TELL.skipped("integrity", "the quick check was given up, for its time", remedy)
        case Check.NOT_MADE:
            return TELL.skipped("integrity", "not checked")


def disk(free: int, vitals: Vitals, folder: str) -> Finding:
    """Room against the size of the database: a backup or an upgrade may need as much again."""
    text = f"{size(free)} free in {folder}; the database has {size(vitals.size)}"
    if free < NO_ROOM:
        return TELL.problem("disk", text, "Make room now: without it nothing can be stored")
    if free < max(LEAST_FREE, vitals.size):
        return TELL.warning("disk", text, "Make room for at least as much again, or shorten RETENTION_RAW")
    return TELL.ok("disk", text)
