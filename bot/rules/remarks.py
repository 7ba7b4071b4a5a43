"""What looks wrong about a configuration only once the sites are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.sites import Site
from bot.rules.kinds import Percentile, Quota
from bot.rules.model import Configuration, Rule
from bot.rules.named_sites import Directory, about_doubles, about_named, about_openings
from bot.rules.own_contracts import about_pools, about_starts
from bot.rules.problems import shown
from bot.rules.promises import Means, about_promises, sweeps_of
from bot.rules.remark import MOST_NAMED, Guesses, Remark, some
from bot.rules.roster import Roster
from bot.rules.sites import merge_sites
from bot.rules.unmatched import Known, unmatched

__all__ = ["MEANS", "Means", "Remark", "early_warnings", "warnings_for"]
MEANS = Means()


def warnings_for(configuration: Configuration, sites: Sequence[Site], means: Means = MEANS) -> list[Remark]:
    """Warnings that need the real list of sites: rules that match none, quotas that no rule reads or that lack, sites
    that a rule names and that do not exist, and what cannot be kept with so many of them."""
    remarks: list[Remark] = []
    used: set[int] = set()
    roster, guesses = Roster(sites), Guesses()
    known, directory = Known(roster, guesses), Directory(sites, guesses)
    sweeps = sweeps_of(configuration, sites, means)
    for rule in configuration.rules:
        matched = roster.matching(rule.sites)
        remarks += unmatched(rule, known, matches=bool(matched))
        if isinstance(rule.judge, Quota):
            remarks += about_named(rule, rule.judge, directory)
            remarks += about_doubles(rule, rule.judge, directory)
            remarks += about_openings(rule, rule.judge, matched)
            if reads_own_quotas(rule.judge):
                used.update(site.key for site in matched)
                remarks += _about_own_quotas(rule, rule.judge, matched, directory)
        if isinstance(rule.judge, Quota | Percentile):
            remarks += about_pools(rule, rule.judge, matched)
        remarks += about_starts(rule, matched)
        remarks += about_promises(rule, matched, sweeps, means.bucket)
    return [*remarks, *_unused_quotas(sites, used)]


def early_warnings(configuration: Configuration, means: Means = MEANS) -> list[Remark]:
    """What can be said before the API is asked, of the sites that the rules name: the API may list others, and may
    know more of these."""
    identities = {(rule.workspace, rule.id): key for key, rule in enumerate(configuration.sites)}
    sites = merge_sites(configuration, (), identities).sites
    roster, sweeps = Roster(sites), sweeps_of(configuration, sites, means)
    guesses = Guesses()
    known, directory = Known(roster, guesses, is_all=False), Directory(sites, guesses, is_all=False)
    remarks: list[Remark] = []
    for rule in configuration.rules:
        matched = roster.matching(rule.sites)
        remarks += unmatched(rule, known, matches=bool(matched)) if sites else ()
        remarks += about_named(rule, rule.judge, directory) if isinstance(rule.judge, Quota) else ()
        if isinstance(rule.judge, Quota | Percentile):
            remarks += about_pools(rule, rule.judge, matched)
        remarks += about_starts(rule, matched)
        remarks += about_promises(rule, matched, sweeps, means.bucket)
    reading = [r.sites for r in configuration.rules if isinstance(r.judge, Quota) and reads_own_quotas(r.judge)]
    used = {site.key for selector in reading for site in roster.possible(selector)}
    return [*remarks, *_unused_quotas(sites, used)]


def reads_own_quotas(quota: Quota) -> bool:
    """Whether it says `quota: site`."""
    return quota.limit is None and not quota.plan


def _about_own_quotas(rule: Rule, quota: Quota, matched: Sequence[Site], directory: Directory) -> Iterator[Remark]:
    overridden = {site.key for one in quota.overrides if one.quota is not None for site in directory.meant(one.site)}
    without = [site.full_name for site in matched if site.quota is None and site.key not in overridden]
    if without:
        count = f"{len(without)} of {len(matched)} sites that it matches"
        message = f"rule {shown(rule.name)} says `quota: site`, but {count} have no quota: {some(without)}"
        yield Remark(message, rule.name)


def _unused_quotas(sites: Sequence[Site], used: set[int]) -> Iterator[Remark]:
    unused = [site.full_name for site in sites if site.quota is not None and site.key not in used]
    if len(unused) > MOST_NAMED:
        yield Remark(
            f"{len(unused):,} sites have a quota that no rule with `quota: site` reads: {some(unused)}", site=unused[0]
        )
        return
    for name in unused:
        yield Remark(f"site {shown(name)} has a quota that no rule with `quota: site` reads", site=name)
