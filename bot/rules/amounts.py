"""Exact numbers and local moments: what is granted, factored and looked back over."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from fractions import Fraction
from functools import partial

from bot.domain.units import parse_bytes
from bot.rules.fields import Decoder, scalar
from bot.rules.nodes import Node, Scalar
from bot.rules.problems import Wrong, shown
from bot.rules.values import day, duration, percent, size

MINUTE = timedelta(minutes=1)
_FACTOR = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,4})?")
_TIMES = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?x")
_RANK = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,3})?")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9])")
_NEARLY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-2]?[0-9]:[0-5][0-9])")
_LEAST_FACTOR, _MOST_FACTOR = Fraction(1, 10), Fraction(10)
_MOST_TIMES = 1000


def amount(node: Node) -> int:
    """Whole bytes, nothing included: `0 B`."""
    written = scalar(node)
    if not written.is_number and not written.is_boolean:
        try:
            return parse_bytes(written.text)
        except ValueError:
            pass
    return size(node)


def billing_factor(node: Node) -> Fraction:
    """How many bytes the carrier bills for each that is counted."""
    written = scalar(node)
    if written.text.endswith("%"):
        raise Wrong("a factor is written here; write 1.04 for a carrier that bills 4 % more")
    if not written.plain or _FACTOR.fullmatch(written.text) is None:
        raise Wrong(f"{shown(written.text)} is not a factor; write it like 1.04, with at most four decimals")
    factor = Fraction(written.text)
    if not _LEAST_FACTOR <= factor <= _MOST_FACTOR:
        raise Wrong(f"a billing factor is from 0.1 to 10, and {written.text} is not; write 1.04 for 4 % more")
    return factor


def times_faster(node: Node) -> Fraction:
    """`14.4x`, exactly."""
    written = scalar(node)
    if written.is_number and _TIMES.fullmatch(f"{written.text}x"):
        raise Wrong(f"{written.text} has no unit; write {written.text}x")
    if _TIMES.fullmatch(written.text) is None:
        raise Wrong(f"{shown(written.text)} is not a pace; write it like 14.4x, that many times the even pace")
    factor = Fraction(written.text[:-1])
    if not 1 <= factor <= _MOST_TIMES:
        raise Wrong(f"a pace is from 1x, which is even, to {_MOST_TIMES}x; write it like 14.4x")
    return factor


def rank(node: Node) -> Fraction:
    """The `p` of a percentile: from 1, and below 100."""
    written = scalar(node)
    number = written.text.removesuffix("%").strip()
    if not written.plain or _RANK.fullmatch(number) is None or not 1 <= Fraction(number) < 100:
        raise Wrong(f"{shown(written.text)} is no percentile; write a number from 1 to 99.999, like 95")
    if number != written.text:
        raise Wrong(f"a percentile is a number without its sign; write {number}")
    return Fraction(number)


def percent_within(least: int, most: int, why: str) -> Decoder[Fraction]:
    def decode(node: Node) -> Fraction:
        value = percent(node)
        if not least <= value <= most:
            raise Wrong(f"{why}; write a percentage from {least}% to {most}%")
        return value

    return decode


def minutes(what: str, least: timedelta = MINUTE) -> Decoder[timedelta]:
    """Whole minutes, at least `least`."""

    def decode(node: Node) -> timedelta:
        span = duration(node)
        if span < least or span % MINUTE:
            few = "one" if least == MINUTE else str(least // MINUTE)
            raise Wrong(f"{what} is whole minutes, at least {few}")
        return span

    return decode


def local_moment(node: Node) -> datetime:
    """A naive time of day of a date, by the site's own clock."""
    written = scalar(node).text
    if (match := _MOMENT.fullmatch(written)) is None:
        raise Wrong(
            f"{shown(written)} is not a local time to the minute, like 2026-11-12T09:00", partial(_near, written)
        )
    found = day(Scalar(node.place, match.group(1)))
    return datetime.combine(found, time(int(match.group(2)), int(match.group(3))))


def _near(written: str) -> str | None:
    """The same without what follows the minute, and with the `T` between date and time."""
    match = _NEARLY.match(written)
    meant = f"{match.group(1)}T{match.group(2).zfill(5)}" if match is not None else ""
    return meant if _MOMENT.fullmatch(meant) and meant != written else None
