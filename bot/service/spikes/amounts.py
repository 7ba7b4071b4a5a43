"""Levels of usage in words. A level is said as so many bytes an hour, over whatever span it was kept up, so that what
came and what is usual can be compared at sight."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.limits import limit_words
from bot.domain.moments import rhythm
from bot.domain.times import HOUR
from bot.domain.units import format_bytes, format_duration, format_percent
from bot.service.views import LikeDays, QuotaShare, SpikeView

LEAST_PART = Fraction(1, 10)
"""Percent of a quota, below which it is not said exactly."""
NOTHING = 1000
"""Bytes an hour that are as good as none."""


def an_hour(count: int, span: timedelta) -> int:
    """Bytes an hour, of so many in a span."""
    seconds = max(1, int(span.total_seconds()))
    return (count * HOUR + seconds // 2) // seconds


def level_words(count: int, span: timedelta) -> str:
    """`"12.4 GB an hour"`."""
    return f"{format_bytes(an_hour(count, span))} an hour"


def usual_words(low: int, top: int, span: timedelta) -> str:
    """What is usual: `"400 MB to 1.20 GB an hour"`, `"up to 1.20 GB an hour"`, `"next to nothing"`."""
    words = _range(an_hour(low, span), an_hour(top, span))
    return f"{words} an hour" if words else "next to nothing"


def usual_then(spike: SpikeView) -> str:
    """`"400 MB to 1.20 GB an hour at that time of day"`."""
    return f"{usual_words(spike.low, spike.top, spike.span)} at that time of day"


def lasting_words(spike: SpikeView, side: str = "") -> str:
    """`"above its usual level for 1 day"`: its half hours are compared one by one, so no two amounts say it."""
    return f"above its usual level{side} for {format_duration(spike.span)}"


def reached_words(spike: SpikeView, side: str) -> str:
    """What the site did: `"reached 12.4 GB an hour outbound, where 400 MB to 1.20 GB is usual"`. `side` is what is said
    of the direction."""
    if spike.is_lasting:
        return f"stayed {lasting_words(spike, side)}"
    level = level_words(spike.came, spike.span)
    return f"reached {level}{side}, {where_usual(spike.low, spike.top, spike.span)}"


def where_usual(low: int, top: int, span: timedelta) -> str:
    """Behind a level: `"where 400 MB to 1.20 GB is usual"`."""
    words = _range(an_hour(low, span), an_hour(top, span))
    return f"where {words} is usual" if words else "where next to nothing is usual"


def _range(low: int, top: int) -> str:
    if top < NOTHING:
        return ""
    first, last = format_bytes(low), format_bytes(top)
    if first == last:
        return f"about {last}"
    if low < NOTHING:
        return f"up to {last}"
    number, _, unit = first.partition(" ")
    return f"{number if last.endswith(f' {unit}') else first} to {last}"


def kept_up(span: timedelta, *, is_mostly: bool) -> str:
    """How long a level lasted: `"kept up for 15 minutes"`, `"for most of 3 hours"`."""
    return f"{'for most of' if is_mostly else 'kept up for'} {format_duration(span)}"


def like_words(like: LikeDays | None) -> str:
    """`"more than on any of the last 28 days at that time of day"`; "" where nothing is known of them."""
    if like is None or not like.known:
        return ""
    return f"{_often(like)} at that time of day"


def _often(like: LikeDays) -> str:
    if like.back == 1:
        return "as high as the day before" if like.as_high else "more than the day before"
    days = f"the last {like.back} days"
    if like.known < like.back:
        days = f"the {like.known} known of {days}"
    if not like.as_high:
        return f"more than on any of {days}"
    return f"as high on {'each' if like.as_high == like.known else like.as_high} of {days}"


def extra_words(spike: SpikeView, zone: ZoneInfo) -> str:
    """`"4.10 GB beyond the usual: 0.8 % of its 500 GB monthly quota"`; "" where nothing was."""
    if spike.extra <= 0:
        return ""
    quota = f": {_part_of_quota(spike.share, zone)}" if spike.share is not None else ""
    return f"{format_bytes(spike.extra)} beyond the usual{quota}"


def _part_of_quota(share: QuotaShare, zone: ZoneInfo) -> str:
    part = "less than 0.1 %" if share.part < LEAST_PART else format_percent(share.part)
    return f"{part} of its {limit_words(share.limit)} {rhythm(share.start, share.end, zone)} quota"
