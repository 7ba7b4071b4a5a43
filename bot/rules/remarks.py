"""What looks wrong about a configuration only once the real sites are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.sites import Site
from bot.rules.model import Configuration, Quota, Rule
from bot.rules.problems import did_you_mean, shown

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning about a rule or a site; `Parsed.places` knows where a rule stands."""

    message: str
    rule: str | None = None
    site: str | None = None

    def __str__(self) -> str:
        return self.message


def warnings_for(configuration: Configuration, sites: Sequence[Site]) -> list[Remark]:
    """Warnings that need the real list of sites: rules that match none, quotas that no rule reads or that lack."""
    remarks: list[Remark] = []
    used: set[int] = set()
    for rule in configuration.rules:
        if isinstance(rule.judge, Quota) and rule.judge.limit is None:
            matched = [site for site in sites if rule.sites.matches(site)]
            used.update(site.key for site in matched)
            remarks += _about_own_quotas(rule, matched)
            found = bool(matched)
        else:
            found = any(rule.sites.matches(site) for site in sites)
        if not found:
            remarks.append(Remark(f"rule {shown(rule.name)} matches no site{_tag_hint(rule, sites)}", rule.name))
    return [*remarks, *_unused_quotas(sites, used)]


def _about_own_quotas(rule: Rule, matched: Sequence[Site]) -> Iterator[Remark]:
    without = [site.full_name for site in matched if site.quota is None]
    if without:
        named = ", ".join(without[:MOST_NAMED]) + (", …" if len(without) > MOST_NAMED else "")
        count = f"{len(without)} of {len(matched)} sites that it matches"
        yield Remark(f"rule {shown(rule.name)} says `quota: site`, but {count} have no quota: {named}", rule.name)


def _unused_quotas(sites: Sequence[Site], used: set[int]) -> Iterator[Remark]:
    for site in sites:
        if site.quota is not None and site.key not in used:
            message = f"site {shown(site.full_name)} has a quota that no rule with `quota: site` reads"
            yield Remark(message, site=site.full_name)


def _tag_hint(rule: Rule, sites: Sequence[Site]) -> str:
    """Which of its tags no site has at all, and what was probably meant."""
    known = {key for site in sites for key in site.tags}
    for key in rule.sites.tags:
        if key not in known and sites:
            guess = did_you_mean(key, known)
            return f": no site has a tag {shown(key)}" + (f" — did you mean {guess!r}?" if guess else "")
    return ""
