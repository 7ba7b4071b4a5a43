"""What is expected of billing periods, or why nothing can be said, from what the history knows of the weeks before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from bot.domain.hours import Hours
from bot.domain.periods import Per
from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Usage
from bot.engine.forecast import Ahead, Outlook, outlook
from bot.engine.forecast_traits import DAYS, HOURS, KNOWN_ENOUGH, Floats, traits_of
from bot.engine.quota import level_of
from bot.rules.model import Quota
from bot.service.counting import Counted, count, granted
from bot.service.forecasts.cases import Case, least_days
from bot.service.ports import Transaction

LOOK_BACK = 35 * DAY
"""Four weeks that a forecast sees, and one more in which it finds that history reaches back over them."""
KNOWN_OF_TEN = 7
"""Tenths of the days of the least history that must be known."""
SEEN = DAYS * HOURS
MOST_BYTES = 2.0**62
TOLD = (0.5, 0.1, 0.9, 0.025, 0.975)
"""The forecast, and the ends of the 80 % and the 95 % interval."""
TOO_SHORT = "a period of an hour is too short to forecast"


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of one case. `used` is bytes as billed, counted up to `case.until`, and `limit` what is granted.

    With a `reason` nothing is said, and the rest is 0 or None. `forecast` is the total's median; `low80` … `high95`
    bound it with 80 and 95 %. `likely` is the probability that the level asked about is reached. `exhausts_at` is when
    the limit is, as expected; None where not within the period, or already. `days` are known days it rests on.
    """

    case: Case
    used: int
    known: int
    expected: int
    limit: int
    reason: str = ""
    forecast: int = 0
    low80: int = 0
    high80: int = 0
    low95: int = 0
    high95: int = 0
    likely: float = 0.0
    exhausts_at: Slot | None = None
    days: int = 0


@dataclass(slots=True)
class Reader:
    """Reads the history in few queries: hours once for a span, and usage once for all sites that share its window."""

    tx: Transaction
    step: int
    usages: dict[Window, dict[int, Usage]] = field(default_factory=dict)

    async def usage(self, sites: Sequence[int], start: Slot, end: Slot) -> Mapping[int, Usage]:
        if start >= end:
            return dict.fromkeys(sites, Usage())
        window = Window(start, end)
        known = self.usages.setdefault(window, {})
        missing = [site for site in dict.fromkeys(sites) if site not in known]
        if missing:
            known.update(await self.tx.buckets.usage(missing, window, self.step))
        return known

    async def fetch(self, cases: Iterable[Case]) -> None:
        """Ask for what counting these will need, all sites of a window at once."""
        wanted: dict[tuple[Slot, Slot], dict[int, None]] = {}
        for case in cases:
            for part in case.contract.parts(case.period, case.until, self.step):
                wanted.setdefault((part.since, case.until), {}).update(dict.fromkeys(part.sites))
            if case.contract.rollover:
                before = case.contract.before(case.period, self.step)
                wanted.setdefault((before.start, before.end), {}).update(dict.fromkeys(case.sites))
        for (start, end), sites in wanted.items():
            await self.usage(list(sites), start, end)


async def expected(tx: Transaction, cases: Sequence[Case], step: int, knows_from: Mapping[int, Slot]) -> list[Expected]:
    """What is expected of each case, in their order.

    `knows_from` is from when on the history of each site is there, for what was left over of the period before.
    """
    if not cases:
        return []
    sites = np.array(sorted({site for case in cases for site in case.sites}), np.int64)
    first, last = min(case.until for case in cases), max(case.until for case in cases)
    hours = await tx.buckets.hours(sites, Window(Slot(first - LOOK_BACK), last))
    reader = Reader(tx, step)
    await reader.fetch(cases)
    found: dict[int, Expected] = {}
    for until in sorted({case.until for case in cases}):
        places = [place for place, case in enumerate(cases) if case.until == until]
        said = await _at(reader, hours, [cases[place] for place in places], knows_from)
        found.update(zip(places, said, strict=True))
    return [found[place] for place in range(len(cases))]


async def _at(reader: Reader, hours: Hours, cases: Sequence[Case], knows_from: Mapping[int, Slot]) -> list[Expected]:
    """Cases of one instant."""
    counts = [await _counted(reader, case) for case in cases]
    limits = [await _limit(reader, case, knows_from) for case in cases]
    counted, known = _recent(hours, cases, HOUR // reader.step)
    traits = traits_of(counted[:, -SEEN:], known[:, -SEEN:])
    numbers = _numbers(outlook(traits, _ahead(cases, counts)), cases, limits)
    found = []
    for n, (case, one, limit) in enumerate(zip(cases, counts, limits, strict=True)):
        reason = _reason(case, one, known[n])
        days = int(traits.known_days[n])
        plain = Expected(case, one.used, one.known, one.expected, limit, reason, days=days)
        found.append(plain if reason else replace(plain, **numbers[n]))
    return found


def _numbers(said: Outlook, cases: Sequence[Case], limits: Sequence[int]) -> list[dict[str, Any]]:
    """For each case the fields of `Expected` that are of the forecast itself."""
    granted_ = np.array(limits, np.float64)
    names = ("forecast", "low80", "high80", "low95", "high95")
    totals = [np.minimum(said.total(level), MOST_BYTES).round().astype(np.int64).tolist() for level in TOLD]
    ends = [None if np.isnan(at) else Slot(int(at)) for at in said.exhausted(granted_)]
    levels = np.array([_level(case, limit) for case, limit in zip(cases, limits, strict=True)], np.float64)
    likely = said.probability(levels).tolist()
    return [
        {**dict(zip(names, amounts, strict=True)), "likely": one, "exhausts_at": end if limit else None}
        for *amounts, one, end, limit in zip(*totals, likely, ends, limits, strict=True)
    ]


def _level(case: Case, limit: int) -> int:
    """The bytes that the rule's forecast is about: its `reaches`, or all that is granted."""
    quota = case.rule.judge
    outlook_of = quota.forecast if isinstance(quota, Quota) else None
    return level_of(limit, outlook_of.reaches if outlook_of is not None else Fraction(100))


async def _counted(reader: Reader, case: Case) -> Counted:
    if case.until <= case.period.start:
        return Counted()
    parts = case.contract.parts(case.period, case.until, reader.step)
    return await count(reader.usage, parts, case.direction, case.until)


async def _limit(reader: Reader, case: Case, knows_from: Mapping[int, Slot]) -> int:
    """What is granted at the instant; 0 where nothing is."""

    def knows(site: int, slot: Slot) -> bool:
        return site in knows_from and knows_from[site] <= slot

    grant = await granted(reader.usage, case.contract, case.direction, case.period, reader.step, knows)
    return grant.at(case.at) if grant is not None else 0


def _recent(hours: Hours, cases: Sequence[Case], buckets: int) -> tuple[Floats, Floats]:
    """Shape (S, 840) each: bytes of the last five weeks' hours as billed, and the share of each hour that is known.
    A pool's are its sites' together, as if those unknown were like the others."""
    row = {site: place for place, site in enumerate(hours.sites.tolist())}
    end = (cases[0].until - hours.start) // HOUR
    span = slice(end - LOOK_BACK // HOUR, end)
    shares = np.minimum(hours.known[:, span] / buckets, 1.0)
    amounts = {d: hours.of(d)[:, span].astype(np.float64) for d in {case.direction for case in cases}}
    counted, known = np.zeros((len(cases), shares.shape[1])), np.zeros((len(cases), shares.shape[1]))
    for place, case in enumerate(cases):
        rows = [row[site] for site in case.sites]
        factors = np.array([float(site.billing_factor) for site in case.contract.holder.sites])
        counted[place] = factors @ amounts[case.direction][rows]
        known[place] = shares[rows].mean(0)
    return counted, known


def _ahead(cases: Sequence[Case], counts: Sequence[Counted]) -> Ahead:
    return Ahead(
        at=cases[0].until,
        starts=np.array([case.period.start for case in cases], np.int64),
        ends=np.array([case.period.end for case in cases], np.int64),
        used=np.array([one.used for one in counts], np.float64),
        known=np.array([one.known / one.expected if one.expected else 1.0 for one in counts]),
    )


def _reason(case: Case, counted: Counted, known: Floats) -> str:
    """Why nothing is said; "" where something is. `known` is the share of each of the last hours."""
    quota = case.rule.judge
    per = quota.per if isinstance(quota, Quota) else Per.MONTH
    if per is Per.HOUR:
        return TOO_SHORT
    days = least_days(case.period, per)
    if not known[: -days * HOURS].any():
        return f"needs {days} days of history"
    enough = -(-days * KNOWN_OF_TEN // 10)
    have = int(np.count_nonzero(known[-days * HOURS :].reshape(days, HOURS).mean(1) >= KNOWN_ENOUGH))
    if have < enough:
        return f"only {have} of the last {days} days are known, and {enough} are needed"
    if case.until - case.period.start >= DAY and counted.known * 2 < counted.expected:
        return "less than half of the period so far is known"
    return ""
