"""What a quota rule means for one site or one pool: its grant, and from when and how its usage is counted. Pure.

A `Contract` lays a rule's calendar words (a plan, top-ups, openings) on the time line of whoever holds the quota. For
one billing period it gives

- the `Grant`: bytes granted, which top-ups raise at local midnights, so that it is constant between them;
- the `Part`s in which usage is counted: what an opening says, and since when buckets are added to it. Usage of the
  period is the sum of `Part.billed(bytes of its buckets)`.

Periods are those of `Contract.calendar`, or the same begun and ended on the grid of buckets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.periods import Calendar, Starts
from bot.domain.sites import Site
from bot.domain.times import Slot, Window, floor, local_slot, to_instant
from bot.rules.kinds import Override, Percentile, Quota
from bot.rules.references import means


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose usage counts against a quota: one site, or the sites of a pool together, in the zone of their calendar."""

    workspace: str
    sites: tuple[Site, ...]
    zone: ZoneInfo
    is_pool: bool = False

    @classmethod
    def of(cls, site: Site) -> Holder:
        return cls(site.workspace, (site,), site.timezone)

    @property
    def key(self) -> int | None:
        """As in an alert's key: the site's number, None of a pool."""
        return None if self.is_pool else self.sites[0].key

    def named(self, written: str | None) -> tuple[Site, ...]:
        """The sites that a rule means by `written`, a name, `workspace/name` or id; all of them by None."""
        return self.sites if written is None else tuple(site for site in self.sites if means(written, site))


def holders(judge: Quota | Percentile, sites: Iterable[Site], zone: ZoneInfo) -> list[Holder]:
    """Who holds a quota or a commit, of the sites that its rule is about: each of them, or a pool in each workspace.

    A pool's calendar is in `zone`, the configuration's.
    """
    if not judge.pool:
        return [Holder.of(site) for site in sites]
    pools: dict[str, list[Site]] = {}
    for site in sites:
        pools.setdefault(site.workspace, []).append(site)
    return [Holder(workspace, tuple(members), zone, True) for workspace, members in pools.items()]


@dataclass(frozen=True, slots=True)
class Grant:
    """Bytes granted for one period: the quota itself, what was `carried` over, and top-ups with when each counts."""

    base: int
    top_ups: tuple[tuple[Slot, int], ...] = ()
    carried: int = 0

    def at(self, slot: int) -> int:
        """What is granted for the bucket that starts at `slot`, and all before it in the period."""
        return self.base + self.carried + sum(add for since, add in self.top_ups if since <= slot)

    def until(self, end: int, step: int) -> int:
        """What is granted for the bucket of `step` seconds that ends at `end`."""
        return self.at(end - step)

    @property
    def own(self) -> int:
        """The period's own quota and all its top-ups: what can be left over for the next period."""
        return self.base + sum(add for _, add in self.top_ups)

    def pieces(self, window: Window, step: int) -> Iterator[tuple[Window, int]]:
        """The window (of buckets of `step` seconds) cut where the grant rises, with what is granted in each piece."""
        cuts = {-(-since // step) * step for since, _ in self.top_ups}
        start = window.start
        for cut in sorted(Slot(cut) for cut in cuts if window.start < cut < window.end):
            yield Window(start, cut), self.at(start)
            start = cut
        yield Window(start, window.end), self.at(start)


@dataclass(frozen=True, slots=True)
class Part:
    """Sites (their keys) counted together: `opening` bytes, and what their buckets since `since` hold, as billed."""

    sites: tuple[int, ...]
    since: Slot
    opening: int
    factor: Fraction

    def billed(self, counted: int) -> int:
        """Bytes used as billed, where `counted` bytes were counted since `since`; whole, rounded down."""
        return self.opening + counted * self.factor.numerator // self.factor.denominator

    def counted_for(self, used: int) -> int:
        """The fewest counted bytes that are billed as `used`, 0 where the opening alone is."""
        missing = max(0, used - self.opening)
        return -(-missing * self.factor.denominator // self.factor.numerator)


@dataclass(frozen=True, slots=True)
class Contract:
    """A quota rule for one holder. `limit` is None where a plan says it, or where there is none.

    `top_ups` and `openings` are (instant, bytes, site keys), in order of time; no sites means all.
    """

    holder: Holder
    calendar: Calendar
    limit: int | None
    plan: tuple[tuple[date, int], ...] = ()
    top_ups: tuple[tuple[Slot, int], ...] = ()
    openings: tuple[tuple[Slot, int, tuple[int, ...]], ...] = ()
    rollover: int = 0

    @property
    def has_quota(self) -> bool:
        """Whether there is one in any period."""
        return self.limit is not None or bool(self.plan)

    def base(self, period: Window) -> int | None:
        """The period's own quota in bytes, without top-ups; None where it has none, and is not judged."""
        if not self.plan:
            return self.limit
        # A period may begin inside a bucket, which is then its first: the day is that of its true beginning.
        begins = to_instant(self.calendar.period(period.end - 1).start).astimezone(self.calendar.zone).date()
        return next((quota for since, quota in reversed(self.plan) if since <= begins), None)

    def grant(self, period: Window, carried: int = 0) -> Grant | None:
        """What is granted for the period; `carried` is for `carried_over` to say."""
        base = self.base(period)
        if base is None:
            return None
        return Grant(base, tuple((at, add) for at, add in self.top_ups if at in period), carried)

    def before(self, period: Window, step: int) -> Window:
        """The period just before, on the grid of `step` seconds."""
        start = self.calendar.period(self.calendar.period(period.end - 1).start - 1).start
        return Window(floor(start, step), period.start)

    def carried_over(self, before: Grant | None, used: int) -> int:
        """Bytes carried into a period from the one before, of whose grant `used` were used."""
        return max(0, min(self.rollover, before.own - used)) if before is not None else 0

    def turns(self, period: Window, step: int) -> list[Slot]:
        """The buckets of the period, each once and in order, from which on an opening counts."""
        return sorted({floor(at, step) for at, _, _ in self.openings if floor(at, step) in period})

    def parts(self, period: Window, until: int, step: int) -> tuple[Part, ...]:
        """In which parts usage of the period up to `until` is counted: the latest opening not after the last bucket
        counts. A pool's own opening outweighs those of its sites."""
        whole: tuple[Slot, int] | None = None
        own: dict[int, tuple[Slot, int]] = {}
        for at, used, sites in self.openings:
            slot = floor(at, step)
            if slot in period and slot < until:
                own.update(dict.fromkeys(sites, (slot, used)))
                whole = whole if sites else (slot, used)
        if whole is not None:
            return _by_factor(self.holder.sites, *whole)
        rest = [site for site in self.holder.sites if site.key not in own]
        opened = (Part((s.key,), *own[s.key], s.billing_factor) for s in self.holder.sites if s.key in own)
        return (*_by_factor(rest, period.start, 0), *opened)


def _by_factor(sites: Iterable[Site], since: Slot, opening: int) -> tuple[Part, ...]:
    """One part for each billing factor; the opening belongs to the first."""
    grouped: dict[Fraction, list[int]] = {}
    for site in sites:
        grouped.setdefault(site.billing_factor, []).append(site.key)
    return tuple(
        Part(tuple(keys), since, 0 if place else opening, factor)
        for place, (factor, keys) in enumerate(sorted(grouped.items()))
    )


NOTHING_DIFFERENT = Override("")


def contract(quota: Quota, holder: Holder) -> Contract:
    """The rule for one holder. What it says of sites that are none of the holder's is left out."""
    zone, different = holder.zone, _override(quota.overrides, holder)
    starts = different.starts or quota.starts or (None if holder.is_pool else holder.sites[0].starts) or Starts()
    limit, plan = quota.limit, tuple(sorted((planned.since, planned.quota) for planned in quota.plan))
    if limit is None and not plan and not holder.is_pool:
        limit = holder.sites[0].quota
    if different.quota is not None:
        limit, plan = different.quota, ()
    return Contract(
        holder,
        Calendar(quota.per, zone, starts, quota.every, quota.anchor),
        limit,
        plan,
        tuple(sorted((_midnight(one.on, zone), one.add) for one in quota.top_ups if holder.named(one.site))),
        _openings(quota, holder),
        quota.rollover,
    )


def _override(overrides: Sequence[Override], holder: Holder) -> Override:
    """What is different at the site; a pool has none."""
    found = (one for one in overrides if not holder.is_pool and holder.named(one.site))
    return next(found, NOTHING_DIFFERENT)


def _openings(quota: Quota, holder: Holder) -> tuple[tuple[Slot, int, tuple[int, ...]], ...]:
    found: list[tuple[Slot, int, tuple[int, ...]]] = []
    for one in quota.opening:
        named = holder.named(one.site)
        if holder.is_pool and one.site is None:
            found.append((local_slot(one.at, holder.zone), one.used, ()))
        elif named:
            found.append((local_slot(one.at, named[0].timezone), one.used, tuple(site.key for site in named)))
    return tuple(sorted(found))


def _midnight(day: date, zone: ZoneInfo) -> Slot:
    return local_slot(datetime.combine(day, time(0)), zone)
