"""The single values of the rule language: sizes, spans, percentages, zones, dates, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cache, partial
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.units import (
    BYTE_UNITS,
    DURATION_UNITS,
    RATE_UNITS,
    format_percent,
    parse_bytes,
    parse_duration,
    parse_percent,
    parse_rate,
)
from bot.rules.fields import Decoder, label, scalar, text
from bot.rules.nodes import Node
from bot.rules.problems import Wrong, did_you_mean, shown

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CHANNEL = re.compile(r"#[^\sA-Z#@.,:<>&*!]{1,80}|[CGD][A-Z0-9]{2,30}")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_SETTING = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHARE = re.compile(r"[01]?\.[0-9]{1,3}")
_LETTERS = re.compile(r"[A-Za-z]+")
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)
# Files that a system keeps beside the zones; none is a place.
_NO_ZONES = frozenset({"localtime", "Factory", "posixrules"})


def _nearly(value: str, parse: Callable[[str], object], units: Mapping[str, int]) -> str | None:
    """The text with a point for its comma and its units in their right case, if that can be read."""
    by_folded = {unit.casefold(): unit for unit in units}
    guess = _LETTERS.sub(lambda m: by_folded.get(m.group().casefold(), m.group()), value.replace(",", "."))
    return guess if guess != value and _readable(guess, parse) else None


def _measured(node: Node, parse: Callable[[str], T], unit: str, units: Mapping[str, int]) -> T:
    value = scalar(node)
    if value.is_number and _readable(value.text + unit, parse):
        raise Wrong(f"{value.text} has no unit; write {value.text}{unit}")
    if value.is_boolean:
        raise Wrong(f"{value.text} is a truth value; write a number with its unit, like 500{unit}")
    try:
        return parse(value.text)
    except ValueError as error:
        raise Wrong(str(error), partial(_nearly, value.text, parse, units)) from None


def _readable(text: str, parse: Callable[[str], object]) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def size(node: Node) -> int:
    """Whole bytes, at least one."""
    count = _measured(node, parse_bytes, " GB", BYTE_UNITS)
    if count == 0:
        raise Wrong("this must be more than 0 B")
    return count


def rate(node: Node) -> int:
    """Whole bits a second, at least one."""
    bits = _measured(node, parse_rate, " Mbps", RATE_UNITS)
    if bits == 0:
        raise Wrong("this must be more than 0 bps")
    return bits


def duration(node: Node) -> timedelta:
    return _measured(node, parse_duration, "m", DURATION_UNITS)


def percent(node: Node) -> Fraction:
    """The number before the sign, more than 0."""
    written = scalar(node)
    if written.plain and _SHARE.fullmatch(written.text):
        meant = format_percent(Fraction(written.text) * 100).replace(" ", "")
        raise Wrong(f"{written.text} is a share, and a percentage is written here; is {meant} meant?")
    value = _measured(node, parse_percent, "%", {})
    if value == 0:
        raise Wrong("0% is always reached; a step is more than 0%")
    return value


def one_of(known: type[E], what: str) -> Decoder[E]:
    """One of the words of an enumeration."""

    def decode(node: Node) -> E:
        word = text(node)
        try:
            return known(word)
        except ValueError:
            words = [member.value for member in known]
            raise Wrong(
                f"{shown(word)} is no {what}; write {_either(words)}", partial(did_you_mean, word, words)
            ) from None

    return decode


def _either(words: list[str]) -> str:
    return ", ".join(words[:-1]) + " or " + words[-1]


@cache
def zone_names() -> frozenset[str]:
    """Every IANA zone that this machine or the tzdata package knows."""
    return frozenset(available_timezones()) - _NO_ZONES


@cache
def _nearest_zone(name: str) -> str | None:
    by_city = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zone_names())}
    return by_city.get(name.replace(" ", "_").casefold()) or did_you_mean(name, zone_names())


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name; None of any other name, whatever files the machine has."""
    return ZoneInfo(name) if name in zone_names() else None


def zone(node: Node) -> ZoneInfo:
    name = text(node)
    found = find_zone(name)
    if found is None:
        raise Wrong(f"{shown(name)} is not an IANA time zone, like Africa/Johannesburg", partial(_nearest_zone, name))
    return found


def clock_time(node: Node) -> time:
    """A time of day, in quotes: some YAML tools read a bare 22:22 as a number."""
    value = scalar(node)
    match = _TIME.fullmatch(value.text)
    if match is None:
        raise Wrong(f'{shown(value.text)} is not a time of day; write it like "08:00"')
    if value.plain:
        raise Wrong(f'a time of day stands in quotes; write "{value.text}"')
    return time(int(match.group(1)), int(match.group(2)))


def day(node: Node) -> date:
    value = scalar(node).text
    try:
        found = date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None or not _EARLIEST <= found <= _LATEST:
        raise Wrong(f"{shown(value)} is not a date; write it like 2026-01-05")
    return found


def site_id(node: Node) -> str:
    """A UUID in lower case."""
    value = text(node)
    if _UUID.fullmatch(value.lower()) is None:
        raise Wrong(f"{shown(value)} is not a site's id; it looks like 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10")
    return value.lower()


def plain_name(node: Node) -> str:
    """A name that can stand before the `/` of `workspace/site`."""
    value = label(node)
    if "/" in value:
        raise Wrong(f"{shown(value)} contains '/', which stands between a workspace and its site")
    return value


def _nearest_channel(name: str) -> str | None:
    near = "#" + name.strip("# ").lower().replace(" ", "-")
    return near if _CHANNEL.fullmatch(near) else None


def slack_channel(node: Node) -> str:
    value = text(node)
    if _CHANNEL.fullmatch(value) is None:
        message = f'{shown(value)} is not a Slack channel; write its name like "#noc", or its id'
        raise Wrong(message, partial(_nearest_channel, value))
    return value


def mailbox(node: Node) -> str:
    value = text(node)
    name, _, host = value.rpartition("@")
    dots = name.startswith(".") or name.endswith(".") or ".." in name
    if dots or _MAILBOX.fullmatch(value) is None or len(host) > 253 or host.startswith("-"):
        raise Wrong(f"{shown(value)} is not an e-mail address")
    return value


def setting_name(node: Node) -> str:
    """The name of a setting that holds a secret. What is no such name may be the secret, and is not shown."""
    value = scalar(node).text
    if _SETTING.fullmatch(value) is None:
        raise Wrong("this must be the name of a setting, like ACME_ALTOSTRAT_TOKEN, never the secret itself")
    return value
