"""Times of day, dates and days, as people write them."""

from __future__ import annotations

import re
from datetime import date, time

YEARS = range(2000, 2100)

TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WEEKDAYS = r"(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
COMING_DAYS = re.compile(rf"today|tomorrow|{_WEEKDAYS}")
PAST_DAYS = re.compile(rf"today|yesterday|{_WEEKDAYS}")


def day_of(text: str) -> str:
    """Of a weekday its first letters; the other days as they are."""
    return text if text in ("today", "tomorrow", "yesterday") else text[:3]


def time_of(text: str) -> time:
    """Of what `TIME` matches."""
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def date_of(text: str) -> date | None:
    """None of what is no date in the years that are understood."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None
