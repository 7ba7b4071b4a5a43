"""What a backtest did not judge, and why: silence must not be taken for a clean bill."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.sites import Site
from bot.domain.times import Slot, Window, iso
from bot.rules.contracts import Holder, contract, holders
from bot.rules.model import Quota, Rule
from bot.service.fleet import Fleet
from bot.service.replay.past import Past

NAMED = 3


def shortcomings(past: Past, fleet: Fleet, window: Window) -> Iterator[str]:
    """Sentences for people."""
    there = [site for site in map(fleet.by_key, past.sites.tolist()) if site is not None]
    cells = len(past.sites) * ((window.end - window.start) // past.block.step)
    known = int(past.block.known[:, : past.block.column(window.end)].sum())
    if known < cells:
        yield f"{100 * (cells - known) / cells:.2g} % of the buckets are not known: nothing was taken for zero"
    watched: set[int] = set()
    for rule in fleet.configuration.rules:
        matching = [site for site in there if rule.sites.matches(site)]
        watched.update(site.key for site in matching)
        yield from _of_rule(rule, fleet, matching, past.start)
    idle = [site.name for site in there if site.key not in watched]
    if idle and fleet.configuration.rules:
        yield f"no rule watches {_listed(idle)}"


def _of_rule(rule: Rule, fleet: Fleet, sites: list[Site], start: Slot) -> Iterator[str]:
    if not sites:
        yield f"{rule.name}: not judged: it matches no site of the history"
    elif isinstance(rule.judge, Quota):
        yield from _of_quota(rule, fleet, rule.judge, sites, start)


def _of_quota(rule: Rule, fleet: Fleet, quota: Quota, sites: list[Site], start: Slot) -> Iterator[str]:
    own = [contract(quota, holder) for holder in holders(quota, sites, fleet.configuration.timezone)]
    without = [_name(one.holder) for one in own if not one.has_quota]
    if without:
        yield f"{rule.name}: not judged for {_listed(without)}: no quota"
    early = [_name(one.holder) for one in own if one.has_quota and one.calendar.period(start).start < start]
    if early:
        first = f"of the billing period that {iso(start)} falls into, only usage since then is known"
        yield f"{rule.name}: {first} ({_listed(early)})"


def _name(holder: Holder) -> str:
    return f"the pool of {holder.workspace}" if holder.is_pool else holder.sites[0].name


def _listed(names: list[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
