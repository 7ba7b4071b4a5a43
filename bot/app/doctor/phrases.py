"""Numbers and spans as the findings say them."""

from __future__ import annotations

from bot.domain.times import DAY, HOUR

MINUTE = 60


def span(seconds: float) -> str:
    """`40 s`, `7 min`, `2 h 30 min`, `3 days`: never more exact than is of use."""
    whole = round(abs(seconds))
    if whole < 2 * MINUTE:
        return f"{whole} s"
    minutes = round(whole / MINUTE)
    if minutes < 120:
        return f"{minutes} min"
    if whole < 2 * DAY:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(whole / DAY)} days"


def offset(seconds: int) -> str:
    """`UTC+02:00`."""
    sign, whole = "-" if seconds < 0 else "+", abs(seconds)
    return f"UTC{sign}{whole // HOUR:02d}:{whole % HOUR // MINUTE:02d}"


def size(count: int) -> str:
    """`412 MB`: decimal, as everywhere."""
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} B"
