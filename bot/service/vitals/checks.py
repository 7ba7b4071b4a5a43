"""What the measured facts mean, and what the operators are told of it. Pure.

A note's first line says what is wrong, the rest what that means and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.model import BOT_RULE, AlertKey, Kind
from bot.alerts.trouble import Found, Vital
from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.times import Slot, to_instant
from bot.domain.units import format_bytes, format_duration
from bot.rules.model import Severity
from bot.service.notices import EVERY_WORKSPACE, notice_key
from bot.service.vitals.facts import Behind, Ear, Machine, Reach, Room, Stuck

STALE, OUTBOX, SOCKET, DISK, CLOCK, JOB = "stale-data", "outbox", "socket-mode", "disk", "clock", "job"
MINUTE = 60

LONGEST_WAIT = 15 * MINUTE
"""How long a message may wait beyond its time."""
LONGEST_FAILURE = 15 * MINUTE
"""How long a job may fail."""
LONGEST_SILENCE = timedelta(minutes=5)
SOON_HEARD = timedelta(minutes=1)
"""A socket that was heard so lately works. Between the two nobody can say."""
SETTLING = 2 * MINUTE
"""What is over within so long after a start, or after a machine woke up, is not told."""
LITTLE_FREE = 2**30
LITTLE_SHARE = 10
"""The disk is nearly full with less than so many bytes free and less than one part in so many."""
NOTHING_FREE = 10**8
HARMFUL, HARMLESS = 60, 50
"""Seconds by which a clock may be wrong; less than the second and it is right again."""
NAMED = 5


@dataclass(frozen=True, slots=True)
class Speech:
    """In which zone times are told, and what time it is."""

    zone: ZoneInfo
    now: datetime

    def since(self, slot: Slot) -> str:
        return moment(to_instant(slot), self.zone, self.now)


def key_of(topic: str, workspace: str = EVERY_WORKSPACE) -> AlertKey:
    return notice_key(workspace, topic)


def is_vital(key: AlertKey) -> bool:
    """Whether an alert is of those that the checks here make."""
    topic = key.rule.removeprefix(f"{BOT_RULE}:").partition(":")[0]
    return key.kind is Kind.SELF and topic in {STALE, OUTBOX, SOCKET, DISK, CLOCK, JOB}


def vitals(machine: Machine, reaches: Sequence[Reach], stuck: Stuck | None, speech: Speech) -> Iterator[Vital]:
    """What every check says; nothing of what this process does not have."""
    for reach in reaches:
        yield stale(reach, speech)
    yield outbox(stuck, speech)
    for job, why in sorted(machine.jobs.items()):
        yield failing(job, why)
    if machine.socket is not None:
        yield socket(machine.socket, speech)
    if machine.room is not None:
        yield disk(machine.room)
    yield clock(machine)


def stale(reach: Reach, speech: Speech) -> Vital:
    """One for a workspace, however many of its sites cannot be read. Of a refused token they are told already."""
    key = key_of(STALE, reach.workspace)
    if reach.is_refused:
        return Vital(key, Found.UNKNOWN)
    if reach.unlisted:
        return Vital(key, Found.BREACH, Severity.CRITICAL, reach.hold, _unlisted(reach))
    if not reach.behind:
        return Vital(key, Found.CLEAR)
    is_blind = len(reach.behind) == reach.sites
    severity, note = (Severity.CRITICAL, _blind) if is_blind else (Severity.WARNING, _partly_blind)
    return Vital(key, Found.BREACH, severity, reach.hold, note(reach, speech))


def _unlisted(reach: Reach) -> str:
    return (
        f"No site of workspace {safe(reach.workspace)} is known: its API does not list them, and the rules name none\n"
        f"It says: {safe(reach.unlisted, 300)}. Nothing of this workspace is watched until it does."
    )


def _blind(reach: Reach, speech: Speech) -> str:
    newest = max((one.until for one in reach.behind if one.until is not None), default=None)
    since = f"been read since {speech.since(newest)}" if newest is not None else "ever been read"
    sites = "Its one site is" if reach.sites == 1 else f"All its {reach.sites:,} sites are"
    return (
        f"No usage of workspace {safe(reach.workspace)} has {since}\n"
        f"{sites} concerned. {_said(reach)}Until data come, none of its rules is judged, and rules about silent sites "
        "say nothing of them. The bot goes on asking, and catches up by itself."
    )


def _partly_blind(reach: Reach, speech: Speech) -> str:
    shown = ", ".join(_name(one, speech) for one in reach.behind[:NAMED])
    others = f" and {len(reach.behind) - NAMED:,} more" if len(reach.behind) > NAMED else ""
    verb = "is" if len(reach.behind) == 1 else "are"
    return (
        f"{len(reach.behind):,} of {reach.sites:,} sites of workspace {safe(reach.workspace)} {verb} not being read\n"
        f"{shown}{others}. {_said(reach)}No rule is judged there until data come, those about silent sites neither. "
        "If one is gone from Altostrat, take it out of the rules."
    )


def _name(one: Behind, speech: Speech) -> str:
    return f"{safe(one.site)} ({f'since {speech.since(one.until)}' if one.until is not None else 'never read'})"


def _said(reach: Reach) -> str:
    return f"The API's latest trouble: {safe(reach.why, 300)}. " if reach.why else ""


def outbox(stuck: Stuck | None, speech: Speech) -> Vital:
    if stuck is None:
        return Vital(key_of(OUTBOX), Found.CLEAR)
    wait = "message has" if stuck.rows == 1 else "messages have"
    why = f": {safe(stuck.why, 300)}" if stuck.why else ""
    note = (
        f"{stuck.rows:,} {wait} been waiting to be delivered since {speech.since(stuck.since)}\n"
        f"The oldest is for {safe(stuck.receiver)}{why}. Nothing is lost: it is tried again and again. "
        "`usagebot outbox list` shows what waits."
    )
    return Vital(key_of(OUTBOX), Found.BREACH, Severity.CRITICAL, SETTLING, note)


def failing(job: str, why: str | None) -> Vital:
    key = key_of(f"{JOB}:{job}")
    if not why:
        return Vital(key, Found.UNKNOWN if why is None else Found.CLEAR)
    note = (
        f"The bot's job {job!r} does not work\n"
        f"{safe(why, 500)}. It is tried again by itself; the log says more under `job_failed`."
    )
    return Vital(key, Found.BREACH, Severity.CRITICAL, LONGEST_FAILURE, note)


def socket(ear: Ear, speech: Speech) -> Vital:
    key = key_of(SOCKET)
    if ear.silent_for > LONGEST_SILENCE:
        since = moment(speech.now - ear.silent_for, speech.zone, speech.now)
        note = (
            f"Slack has said nothing over Socket Mode since {since}\n"
            "Questions and buttons in Slack are not answered; alerts are posted all the same. The bot keeps connecting "
            "anew. If that lasts, check SLACK_APP_TOKEN and the way to Slack, then restart it."
        )
        return Vital(key, Found.BREACH, Severity.WARNING, MINUTE, note)
    return Vital(key, Found.CLEAR if ear.was_heard and ear.silent_for <= SOON_HEARD else Found.UNKNOWN)


def disk(room: Room) -> Vital:
    key = key_of(DISK)
    if not _is_short(room, 10):
        return Vital(key, Found.UNKNOWN if _is_short(room, 11) else Found.CLEAR)
    note = (
        f"The disk of {safe(room.folder, 200)} is nearly full: {format_bytes(room.free)} of {format_bytes(room.total)} "
        "are free\nWithout room nothing can be stored, so nothing is judged or told. Make room, or shorten "
        "RETENTION_RAW."
    )
    severity = Severity.CRITICAL if room.free < NOTHING_FREE else Severity.WARNING
    return Vital(key, Found.BREACH, severity, MINUTE, note)


def _is_short(room: Room, tenths: int) -> bool:
    """With a tenth more than what is short it is not quite well yet, so that it does not come and go."""
    return room.free * 10 < LITTLE_FREE * tenths and room.free * 10 * LITTLE_SHARE < room.total * tenths


def clock(machine: Machine) -> Vital:
    key = key_of(CLOCK)
    if not machine.ahead:
        return Vital(key, Found.UNKNOWN)
    who, ahead = max(machine.ahead.items(), key=lambda item: abs(item[1]))
    if abs(ahead) <= HARMFUL:
        return Vital(key, Found.UNKNOWN if abs(ahead) > HARMLESS else Found.CLEAR)
    wrong = f"{format_duration(timedelta(seconds=abs(ahead)))} {'ahead of' if ahead > 0 else 'behind'}"
    note = (
        f"This machine's clock is {wrong} {who}\n"
        "Buckets are taken for complete too early or too late, and what is told has wrong times. Set the clock that is "
        "wrong, and keep it set by NTP (chrony or systemd-timesyncd)."
    )
    return Vital(key, Found.BREACH, Severity.WARNING, SETTLING, note)
