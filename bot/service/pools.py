"""Pools: the sites of a workspace that a rule counts together, and how far their data reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.alerts.model import Alert
from bot.domain.sites import Site
from bot.domain.times import Slot
from bot.rules.contracts import Holder, contract, holders
from bot.rules.model import Percentile, Quota, Rule
from bot.service.fleet import Fleet
from bot.service.judging import POOL, Due
from bot.service.ports import Progress
from bot.service.quotas.pooled import common_end


@dataclass(frozen=True, slots=True)
class Pool:
    """A rule's pool in one workspace. `due` are its sites that anything is known of; `dirty_from` is the first bucket
    of any of them that is new."""

    rule: Rule
    holder: Holder
    due: Sequence[Due]
    dirty_from: Slot

    @property
    def seen(self) -> Slot:
        """The end of the newest data of any site."""
        return max(one.until for one in self.due)

    @property
    def until(self) -> Slot:
        """Where the data of all sites reach, but of those that are far behind."""
        return common_end([one.until for one in self.due])[0]

    @property
    def judged_until(self) -> Slot:
        """As `until`, of what was judged before."""
        return common_end([one.judged_until or one.dirty_from for one in self.due])[0]

    def as_one(self, recorded: Sequence[Alert] = ()) -> Due:
        """The pool as if it were one site, with no gap between what was judged before and what is new.

        A site that was far behind and catches up takes the common end back: what is `recorded` says how far the pool
        was judged by then.
        """
        ends = [one.judged_until for one in self.due if one.judged_until is not None]
        further = [min(alert.judged_until, self.seen) for alert in recorded if alert.judged_until is not None]
        judged = max([common_end(ends)[0], *further]) if ends else None
        since = [one.judged_from for one in self.due if one.judged_from is not None]
        site = Site(POOL, self.holder.workspace, "", f"pool of {self.rule.name}", self.holder.zone)
        first = self.dirty_from if judged is None else min(self.dirty_from, judged)
        known_from = min(one.known_from for one in self.due)
        return Due(site, first, max(self.until, judged or first), known_from, min(since, default=None), judged, None)


def members(fleet: Fleet, progress: Mapping[int, Progress]) -> list[tuple[Due, bool]]:
    """Every site that anything is known of, and whether something of it is new."""
    found = []
    for site in fleet.sites:
        row = progress.get(site.key)
        if row is not None and row.watermark is not None and row.known_from is not None:
            first = row.dirty_from if row.dirty_from is not None else row.watermark
            ends = (first, row.watermark, row.known_from, row.judged_from, row.judged_until)
            found.append((Due(site, *ends, row.gave_up_before), row.dirty_from is not None))
    return found


def pools(fleet: Fleet, sites: Sequence[tuple[Due, bool]]) -> list[Pool]:
    """The pools of which any site has something new. `sites` as `members` gives them."""
    by_site = {due.site.key: (due, is_new) for due, is_new in sites}
    found = []
    for rule in fleet.configuration.rules:
        if not isinstance(rule.judge, Quota | Percentile) or not rule.judge.pool:
            continue
        matched = [site for site in fleet.sites if rule.sites.matches(site)]
        for holder in holders(rule.judge, matched, fleet.configuration.timezone):
            mine = [by_site[site.key] for site in holder.sites if site.key in by_site]
            fresh = [due.dirty_from for due, is_new in mine if is_new]
            is_judged = not isinstance(rule.judge, Quota) or contract(rule.judge, holder).has_quota
            if fresh and is_judged:
                found.append(Pool(rule, holder, [due for due, _ in mine], min(fresh)))
    return found
