"""Forecasts of a history at several instants, and how well they would have done on its own past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, floor
from bot.rules.model import Configuration
from bot.service.forecasts.cases import Case, Contracts
from bot.service.forecasts.expected import Counting, Expected, expected
from bot.service.ports import BucketTable

SHARES = (1, 2, 3, 4)
OF_SHARES = 6
"""Calibration looks at periods when one, two, three and four sixths of them had passed: about days 5, 10, 15, 20."""
ENOUGH_KNOWN = 90
"""Percent of a period that must be known for its total to be the truth."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Which history is asked: of these sites (of which a pool's count together), with this grain in seconds.

    `knows_from` is from when on each site's history is there, `until` where all of it ends.
    """

    configuration: Configuration
    sites: tuple[Site, ...]
    step: int
    knows_from: Mapping[int, Slot]
    until: Slot


async def foretell(buckets: BucketTable, asking: Asking, times: Sequence[Slot], only: frozenset[int]) -> list[Expected]:
    """What is expected at each of the times, by time, rule and site. `only` are the sites wanted; of a pool any."""
    contracts = Contracts.of(asking.configuration, asking.sites, asking.step)
    cases = [case for at in times for case in contracts.cases(at) if only.intersection(case.sites)]
    return await expected(buckets, cases, asking.step, asking.knows_from)


@dataclass(frozen=True, slots=True)
class Scored:
    """How forecasts of one rule did when so many sixths of the period had passed. Errors are medians of shares of the
    true total, None where there was no case; `in80` and `in95` count totals that were within the intervals."""

    rule: str
    sixths: int
    cases: int
    error: float | None
    run_rate: float | None
    in80: int
    in95: int


async def score(buckets: BucketTable, asking: Asking, only: frozenset[int]) -> list[Scored]:
    """Forecasts of every period of the past that is known whole enough, each from what was known then."""
    contracts = Contracts.of(asking.configuration, asking.sites, asking.step)
    trials = [one for one in _trials(contracts, asking) if only.intersection(one[1].sites)]
    truth = await _truth(buckets, [case for _, case in trials], asking.step)
    said = await expected(buckets, [case for _, case in trials], asking.step, asking.knows_from)
    found: dict[tuple[str, int], list[tuple[Expected, int]]] = {}
    for (sixths, case), one, total in zip(trials, said, truth, strict=True):
        own = found.setdefault((case.rule.name, sixths), [])
        if total and not one.reason:
            own.append((one, total))
    return [_scored(rule, sixths, own) for (rule, sixths), own in found.items()]


def _trials(contracts: Contracts, asking: Asking) -> Iterator[tuple[int, Case]]:
    for rule, one in contracts.all:
        start = min((asking.knows_from[s.key] for s in one.holder.sites if s.key in asking.knows_from), default=None)
        if start is None:
            continue
        for direction in rule.directions:
            for case in _periods(
                Case(rule, one, direction, start, contracts.period(one.calendar, start)), contracts, asking.until
            ):
                yield from _within(case)


def _periods(first: Case, contracts: Contracts, until: Slot) -> Iterator[Case]:
    """One case for each whole period before `until`."""
    period, calendar = first.period, first.contract.calendar
    while period.end <= until:
        yield Case(first.rule, first.contract, first.direction, period.start, period)
        period = contracts.period(calendar, Slot(period.end + contracts.step))


def _within(case: Case) -> Iterator[tuple[int, Case]]:
    length = case.period.end - case.period.start
    for sixths in SHARES:
        at = floor(case.period.start + length * sixths // OF_SHARES, HOUR)
        yield sixths, Case(case.rule, case.contract, case.direction, at, case.period)


async def _truth(buckets: BucketTable, cases: Iterable[Case], step: int) -> list[int]:
    """What each period's total was in the end, gaps filled at its average; 0 where too little of it is known."""
    at_end = [Case(c.rule, c.contract, c.direction, c.period.end, c.period) for c in cases]
    counting, totals = await Counting.of(buckets, at_end, step), []
    for place in range(len(at_end)):
        one = counting.counted(place)
        is_enough = one.known and one.known * 100 >= one.expected * ENOUGH_KNOWN
        totals.append(one.used * one.expected // one.known if is_enough else 0)
    return totals


def _scored(rule: str, sixths: int, own: Sequence[tuple[Expected, int]]) -> Scored:
    return Scored(
        rule,
        sixths,
        len(own),
        _median(abs(one.forecast - total) / total for one, total in own),
        _median(abs(_run_rate(one) - total) / total for one, total in own),
        sum(one.low80 <= total <= one.high80 for one, total in own),
        sum(one.low95 <= total <= one.high95 for one, total in own),
    )


def _run_rate(one: Expected) -> int:
    period, until = one.case.period, one.case.until
    return one.used * (period.end - period.start) // max(1, until - period.start)


def _median(values: Iterable[float]) -> float | None:
    known = list(values)
    return median(known) if known else None
