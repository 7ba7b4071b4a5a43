"""What a site's week looks like before chance and events: opening hours, lunch, weekends, payday, backups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.demo.noise import F64, I64
from bot.domain.times import DAY

STEP = 300
PER_DAY = DAY // STEP
SUNDAY = 6
PAYDAY = 25

_HALF_HOUR = 1800
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_PAYDAY_FADE = (1.0, 0.7, 0.35)  # of the lift, on the 25th and the two days after it


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of site. Levels are shares of its busy level, hours are local minutes of the day.

    `week` holds one factor for each day from Monday; Sundays have hours of their own. `out_share` is outbound
    as a share of inbound. The backup is outbound, starts at the same local minute every night and lasts
    `backup_minutes`. `payday` is the lift on the 25th, 0.3 for 30 %.
    """

    kind: str
    opens: int
    closes: int
    sunday_opens: int
    sunday_closes: int
    week: tuple[float, float, float, float, float, float, float]
    lunch: float
    evening: float
    floor: float
    out_share: float
    payday: float
    backup_at: int
    backup_minutes: int
    backup_level: float


@dataclass(frozen=True, slots=True, eq=False)
class LocalDay:
    """The 288 buckets of one UTC day on a site's own clock; every array has shape (288,).

    `minute` is the local minute of the day, `ordinal` the local date's proleptic ordinal, `weekday` 0 for Monday.
    """

    minute: F64
    ordinal: I64
    weekday: I64


@lru_cache(maxsize=4096)
def local_day(zone: ZoneInfo, day: int) -> LocalDay:
    """The local clock through UTC day number `day` (days since 1970)."""
    # Zones change their offset on whole UTC half hours, so 48 look-ups are enough for 288 buckets.
    half_hours = range(day * DAY, (day + 1) * DAY, _HALF_HOUR)
    offsets = [_offset(zone, instant) for instant in half_hours]
    slots = day * DAY + np.arange(PER_DAY, dtype=np.int64) * STEP
    local = slots + np.repeat(np.array(offsets, np.int64), _HALF_HOUR // STEP)
    ordinal = local // DAY + _EPOCH_ORDINAL
    return LocalDay((local % DAY) / 60.0, ordinal, (ordinal + 6) % 7)


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


@lru_cache(maxsize=4096)
def expected(profile: Profile, zone: ZoneInfo, holidays: frozenset[date], day: int) -> F64:
    """Shape (2, 288): inbound and outbound of UTC day `day`, as shares of the site's busy inbound level.

    A date in `holidays` looks like a Sunday. The result is cached and read-only.
    """
    local = local_day(zone, day)
    rest = np.isin(local.ordinal, np.array([each.toordinal() for each in holidays], np.int64))
    weekday = np.where(rest, SUNDAY, local.weekday)
    trade = _trade(profile, local.minute, weekday == SUNDAY) * np.array(profile.week)[weekday]
    trade *= 1 + profile.payday * _payday(local.ordinal)
    inbound = profile.floor + (1 - profile.floor) * trade
    backup = profile.backup_level * _backup(profile, local.minute)
    both = np.stack([inbound + 0.03 * backup, inbound * profile.out_share + backup])
    both.setflags(write=False)
    return both


def _trade(profile: Profile, minute: F64, sunday: NDArray[np.bool_]) -> F64:
    """0 to about 1: closed, opening, the morning, the lunch peak, late afternoon, closing."""
    opens = np.where(sunday, profile.sunday_opens, profile.opens)
    closes = np.where(sunday, profile.sunday_closes, profile.closes)
    ramps = _ramp((minute - opens) / 12) * _ramp((closes - minute) / 15)
    lunch = profile.lunch * np.exp(-(((minute - 770) / 50) ** 2))
    evening = profile.evening * np.exp(-(((minute - 1015) / 70) ** 2))
    return np.asarray(ramps * (0.72 + lunch + evening), np.float64)


def _ramp(x: F64) -> F64:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -40, 40))), np.float64)


def _payday(ordinal: I64) -> F64:
    """Share of the payday lift for each local date."""
    shares = {int(each): _payday_share(date.fromordinal(int(each))) for each in np.unique(ordinal)}
    return np.array([shares[int(each)] for each in ordinal])


def _payday_share(day: date) -> float:
    after = day.day - PAYDAY
    return _PAYDAY_FADE[after] if 0 <= after < len(_PAYDAY_FADE) else 0.0


def _backup(profile: Profile, minute: F64) -> F64:
    """1 while the nightly backup runs, with a slower last quarter."""
    since = (minute - profile.backup_at) % 1440
    return np.where(since < profile.backup_minutes, np.where(since < 0.75 * profile.backup_minutes, 1.0, 0.5), 0.0)
