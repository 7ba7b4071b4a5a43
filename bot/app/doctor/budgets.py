"""The request budget: what the API says of it, and how long it takes to read the whole fleet. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.phrases import span
from bot.service.answers.phrases import count as counted

LIMITS = ("ratelimit-limit", "x-ratelimit-limit", "x-rate-limit-limit")
POLICIES = ("ratelimit-policy", "ratelimit")
LEFT = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
_FIRST = re.compile(r"\s*(\d{1,9})", re.ASCII)
_QUOTA = re.compile(r"q=(\d{1,9})", re.ASCII)
_WINDOW = re.compile(r"w=(\d{1,9})", re.ASCII)


def budget(headers: Iterable[Mapping[str, str]], per_minute: int, workspace: str) -> Finding:
    """What the answers' headers say, against ALTOSTRAT_REQUESTS_PER_MINUTE."""
    tell = Teller(Subject.API, workspace)
    seen = [one for one in headers if one]
    allowed, window = _allowed(seen)
    waits = [one["retry-after"] for one in seen if "retry-after" in one]
    if allowed is None:
        asked = " (it asked for a pause, by Retry-After)" if waits else ""
        return tell.ok("budget", f"the API does not say its limit{asked}; {per_minute} requests a minute are used")
    a_minute = allowed * 60 // window
    said = f"the API allows {allowed} requests in {span(window)}"
    left = next((match[1] for one in seen[-1:] for name in LEFT if (match := _FIRST.match(one.get(name, "")))), None)
    said += f", {left} of them left" if left is not None else ""
    if a_minute < per_minute:
        remedy = f"Set ALTOSTRAT_REQUESTS_PER_MINUTE={max(a_minute, 1)}"
        return tell.warning("budget", f"{said}; the setting is {per_minute} a minute", remedy)
    more = "; ALTOSTRAT_REQUESTS_PER_MINUTE may be raised to that" if a_minute > per_minute else ""
    return tell.ok("budget", f"{said}; {per_minute} a minute are used{more}")


def _allowed(seen: Iterable[Mapping[str, str]]) -> tuple[int | None, int]:
    """Requests, and the seconds they are for: a minute where nothing else is said, as the documentation has it."""
    for one in seen:
        policy = next((one[name] for name in POLICIES if _QUOTA.search(one.get(name, ""))), "")
        limit = next((one[name] for name in LIMITS if _FIRST.match(one.get(name, ""))), "")
        number, window = _QUOTA.search(policy) or _FIRST.match(limit), _WINDOW.search(policy) or _WINDOW.search(limit)
        if number is not None:
            return int(number[1]), max(int(window[1]), 1) if window is not None else 60
    return None, 60


def sweep(sites: int, per_minute: int, step: int, workspace: str) -> Finding:
    """How long it takes to ask once for every site: usage of a site costs a request."""
    tell = Teller(Subject.SITES, workspace)
    if not sites:
        return tell.skipped("sweep", "no site is known")
    seconds = sites * 60 / per_minute
    text = f"{counted(sites, 'site')} at {per_minute} requests a minute: reading all takes {span(seconds)}"
    if seconds <= step:
        return tell.ok("sweep", f"{text}, within a bucket of {span(step)}")
    remedy = (
        "News may come that late. Ask Altostrat for a larger budget and set ALTOSTRAT_REQUESTS_PER_MINUTE, or split "
        "the sites between workspaces with keys of their own"
    )
    return tell.warning("sweep", f"{text}, which is longer than a bucket of {span(step)}", remedy)
