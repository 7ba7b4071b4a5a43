"""What is expected of billing periods, or why nothing can be said, from what the history knows of the weeks before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from bot.domain.hours import Hours
from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Usage
from bot.engine.forecast import Ahead, Outlook, outlook
from bot.engine.forecast_traits import DAYS, HOURS, KNOWN_ENOUGH, Floats, traits_of
from bot.engine.quota import level_of
from bot.rules.contracts import Part
from bot.rules.model import Quota
from bot.service.counting import Counted, Once, granted
from bot.service.forecasts.cases import LEAST, SHORT_LEAST, Case, least_days
from bot.service.ports import BucketTable

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


@dataclass(frozen=True, slots=True)
class Counting:
    """Cases and the parts in which each is counted, with all usage that this needs asked for in few queries."""

    once: Once
    cases: Sequence[Case]
    parts: Sequence[tuple[Part, ...]]

    @classmethod
    async def of(cls, buckets: BucketTable, cases: Sequence[Case], step: int) -> Counting:
        parts = [case.contract.parts(case.period, case.until, step) for case in cases]
        wanted: dict[tuple[Slot, Slot], dict[int, None]] = {}
        for case, own in zip(cases, parts, strict=True):
            for part in own:
                wanted.setdefault((part.since, case.until), {}).update(dict.fromkeys(part.sites))
            if case.contract.rollover:
                before = case.contract.before(case.period, step)
                wanted.setdefault((before.start, before.end), {}).update(dict.fromkeys(case.sites))
        once = Once(buckets, step)
        for (start, end), sites in wanted.items():
            await once.usage(list(sites), start, end)
        return cls(once, cases, parts)

    def counted(self, place: int) -> Counted:
        """What was used of one case up to its instant, as billed."""
        case, total = self.cases[place], Counted()
        for part in self.parts[place]:
            if part.since < case.until:
                usages = self.once.known[Window(part.since, case.until)]
                usage = sum((usages[site] for site in part.sites), Usage())
                total += Counted(part.billed(usage.of(case.direction)), usage.known, usage.expected)
            else:
                total += Counted(part.opening)
        return total

    async def limit(self, place: int, knows_from: Mapping[int, Slot]) -> int:
        """What is granted at the instant; 0 where nothing is."""
        case = self.cases[place]

        def knows(site: int, slot: Slot) -> bool:
            return site in knows_from and knows_from[site] <= slot

        args = (case.contract, case.direction, case.period, self.once.step, knows)
        grant = await granted(self.once.usage, *args)
        return grant.at(case.at) if grant is not None else 0


async def expected(
    buckets: BucketTable, cases: Sequence[Case], step: int, knows_from: Mapping[int, Slot]
) -> list[Expected]:
    """What is expected of each case, in their order.

    `knows_from` is from when on the history of each site is there, for what was left over of the period before.
    """
    if not cases:
        return []
    sites = np.array(sorted({site for case in cases for site in case.sites}), np.int64)
    first, last = min(case.until for case in cases), max(case.until for case in cases)
    hours = await buckets.hours(sites, Window(Slot(first - LOOK_BACK), last))
    counting = await Counting.of(buckets, cases, step)
    found: dict[int, Expected] = {}
    for until in sorted({case.until for case in cases}):
        places = [place for place, case in enumerate(cases) if case.until == until]
        counts = [counting.counted(place) for place in places]
        limits = [await counting.limit(place, knows_from) for place in places]
        said = _at(hours, [cases[place] for place in places], counts, limits, HOUR // step)
        found.update(zip(places, said, strict=True))
    return [found[place] for place in range(len(cases))]


def _at(
    hours: Hours, cases: Sequence[Case], counts: Sequence[Counted], limits: Sequence[int], buckets: int
) -> list[Expected]:
    """Cases of one instant. `buckets` is how many an hour has."""
    counted, known = _recent(hours, cases, buckets)
    traits = traits_of(counted[:, -SEEN:], known[:, -SEEN:])
    numbers = _numbers(outlook(traits, _ahead(cases, counts)), cases, limits)
    reasons, days = _reasons(cases, counts, known), traits.known_days.tolist()
    found = []
    for n, (case, one) in enumerate(zip(cases, counts, strict=True)):
        own = {} if reasons[n] else numbers[n]
        found.append(Expected(case, one.used, one.known, one.expected, limits[n], reasons[n], days=days[n], **own))
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


def _reasons(cases: Sequence[Case], counts: Sequence[Counted], known: Floats) -> list[str]:
    """Why nothing is said of each; "" where something is. `known`, (S, 840), is the share of each of the last hours."""
    share: Floats = known.reshape(len(cases), -1, HOURS).mean(axis=2)
    blocks = np.where(share >= KNOWN_ENOUGH, 1, 0)
    reaches = {days: known[:, : -days * HOURS].max(axis=1).tolist() for days in (SHORT_LEAST, LEAST)}
    have = {days: np.count_nonzero(blocks[:, -days:], axis=1).tolist() for days in (SHORT_LEAST, LEAST)}
    found = []
    for n, (case, counted) in enumerate(zip(cases, counts, strict=True)):
        days = least_days(case)
        found.append(_reason(case, counted, days, have[days][n], reaches=reaches[days][n] > 0))
    return found


def _reason(case: Case, counted: Counted, days: int, have: int, *, reaches: bool) -> str:
    if case.is_hourly:
        return TOO_SHORT
    if not reaches:
        return f"needs {days} days of history"
    enough = -(-days * KNOWN_OF_TEN // 10)
    if have < enough:
        return f"only {have} of the last {days} days are known, and {enough} are needed"
    if case.until - case.period.start >= DAY and counted.known * 2 < counted.expected:
        return "less than half of the period so far is known"
    return ""
