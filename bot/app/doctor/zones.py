"""In which zone the API writes times, and how late its data is: both from the newest row and the clock. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.phrases import MINUTE, offset, span
from bot.domain.times import HOUR, to_slot

QUARTER = 15 * MINUTE
TOLERANCE = 2 * MINUTE
"""By how much two good clocks may differ."""
LATE = 40 * MINUTE
"""Data older than this is late indeed, or written in a zone behind the one that is set."""
LEEWAY = 20 * MINUTE
"""How late data may be besides a shift by a zone."""
EXAMPLES = (
    "UTC", "Africa/Johannesburg", "Europe/London", "Europe/Berlin", "Europe/Helsinki", "Africa/Nairobi", "Asia/Dubai",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Bangkok", "Asia/Singapore", "Asia/Tokyo", "Australia/Adelaide",
    "Australia/Sydney", "Pacific/Auckland", "Asia/Karachi", "Asia/Dhaka", "Asia/Tehran", "Asia/Kabul",
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Sao_Paulo", "America/Halifax", "America/St_Johns", "America/Anchorage", "Pacific/Honolulu",
    "Africa/Lagos", "Atlantic/Azores", "Atlantic/Cape_Verde",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Newest:
    """What the newest row is judged by. `into_future`: rows of the future were asked for, so that a zone ahead of
    the one that is set shows. `sites_zones`: where the sites are, as far as is known."""

    slot: int
    step: int
    now: datetime
    zone: ZoneInfo
    name_zone: bool = False
    into_future: bool = True
    sites_zones: tuple[ZoneInfo, ...] = ()

    @property
    def age(self) -> int:
        """Seconds since the newest bucket began; below zero where it lies in the future."""
        return to_slot(self.now) - self.slot


def zone_of_rows(newest: Newest, workspace: str) -> Finding:
    """Whether the newest row lies where the zone that is set puts it."""
    tell, age, set_to = Teller(Subject.API, workspace), newest.age, f"ALTOSTRAT_TIMEZONE={newest.zone.key}"
    if newest.name_zone:
        return tell.ok("time zone", "rows name their zone themselves")
    if age < -TOLERANCE:
        shifts = _shifts(newest, range(-age, -age + LEEWAY + newest.step))
        text = f"the newest row begins {span(age)} in the future under {set_to}: the API writes another zone"
        return tell.problem("time zone", text, _remedy(newest, shifts))
    if age > LATE + newest.step:
        shifts = _shifts(newest, range(-age, -age + LEEWAY + newest.step))
        text = (
            f"the newest row is {span(age)} old under {set_to}: either data comes that late, or the API writes a zone "
            "that is behind; the rows alone cannot tell which"
        )
        remedy = _remedy(newest, shifts) if shifts else "look whether it is late or has stopped: no zone fits that"
        remedy = f"Compare with the dashboard; if it shows newer data: {remedy[:1].lower()}{remedy[1:]}"
        return tell.warning("time zone", text, remedy)
    text = f"the newest row began {span(max(age, 0))} ago, as it should under {set_to}"
    blind = "" if newest.into_future else "; whether the API is ahead of it cannot be seen, since it refuses the future"
    return tell.ok("time zone", text + blind)


def _shifts(newest: Newest, span_of_shifts: Iterable[int]) -> list[int]:
    """Offsets from UTC, in seconds, of zones that would put the newest row at the present."""
    shifts = [shift for shift in span_of_shifts if shift % QUARTER == 0]
    current = _offset(newest.zone, newest.now)
    real = {_offset(ZoneInfo(name), newest.now) for name in EXAMPLES}
    return sorted({current + shift for shift in shifts if current + shift in real}, key=lambda at: (at % HOUR != 0, at))


def _remedy(newest: Newest, offsets: list[int]) -> str:
    if not offsets:
        return "Check this machine's clock first; then set ALTOSTRAT_TIMEZONE to the zone of the API's times"
    named = [f"{_named(at, newest)} (now {offset(at)})" for at in offsets]
    what = " or ".join(f"ALTOSTRAT_TIMEZONE={one}" for one in named[:2])
    return f"Set {what}, or another zone with that offset"


def _named(at: int, newest: Newest) -> str:
    """A zone with this offset: one in which sites are, if any is."""
    zones = (*newest.sites_zones, *map(ZoneInfo, EXAMPLES))
    return next(zone.key for zone in zones if _offset(zone, newest.now) == at)


def _offset(zone: ZoneInfo, now: datetime) -> int:
    return int((now.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def lateness(newest: Newest, settle: timedelta, workspace: str) -> Iterator[Finding]:
    """How old the data is, against the time after which a bucket is taken as complete."""
    tell, since = Teller(Subject.API, workspace), newest.age - newest.step
    if not -newest.step - TOLERANCE <= since <= LATE:
        yield tell.skipped("lateness", "not to be told while the zone is in doubt")
        return
    settled, missing = settle.total_seconds(), since - newest.step
    if missing > settled:
        minutes = -(-missing // MINUTE) + 1
        text = f"a bucket that ended {span(missing)} ago is not there yet; PULL_SETTLE is {span(settled)}"
        remedy = f"Set PULL_SETTLE={minutes:.0f}m, so that late buckets are not taken for empty ones"
        yield tell.warning("lateness", text, remedy)
    elif since < 0:
        yield tell.ok("lateness", "the bucket of the present is there already, in part; it is not used until it ends")
    else:
        yield tell.ok("lateness", f"the newest bucket ended {span(since)} ago; PULL_SETTLE is {span(settled)}")
