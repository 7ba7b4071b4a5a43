"""Single sites that a quota rule names: in its overrides, top-ups and openings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.domain.sites import Site
from bot.rules.kinds import Opening, Override, Quota, TopUp
from bot.rules.model import Rule
from bot.rules.problems import shown
from bot.rules.remark import Guesses, Remark, meant, some


class Directory:
    """Every way to write a site, in lower case; `is_all` is False where there may be sites that are not known."""

    def __init__(self, sites: Sequence[Site], guesses: Guesses, *, is_all: bool = True) -> None:
        self.is_all = is_all
        self._guesses = guesses
        self._sites: dict[str, dict[int, Site]] = {}
        for site in sites:
            for written in (site.name, site.full_name, site.id):
                self._sites.setdefault(written.casefold(), {})[site.key] = site
        self._written: Mapping[str, None] = dict.fromkeys(name for s in sites for name in (s.name, s.full_name))

    def meant(self, written: str) -> Sequence[Site]:
        return list(self._sites.get(written.casefold(), {}).values())

    def nearest(self, written: str) -> str | None:
        return self._guesses.nearest(written, self._written)


def about_named(rule: Rule, quota: Quota, directory: Directory) -> Iterator[Remark]:
    """Names that mean no site, several, or one that the rule is not about."""
    lists: dict[str, Sequence[Override | TopUp | Opening]] = {
        "overrides": quota.overrides,
        "top_ups": quota.top_ups,
        "opening": quota.opening,
    }
    for key, entries in lists.items():
        for written in dict.fromkeys(entry.site for entry in entries if entry.site is not None):
            if (what := _wrong_with(written, rule, directory)) is not None:
                yield Remark(f"`{key}` of rule {shown(rule.name)}: {what}", rule.name)


def _wrong_with(written: str, rule: Rule, directory: Directory) -> str | None:
    found = directory.meant(written)
    if not found:
        guess = directory.nearest(written)
        where = "" if directory.is_all else " among those that the rules name"
        return f"there is no site {shown(written)}{where}{meant(guess)}" if directory.is_all or guess else None
    if directory.is_all and not any(rule.sites.matches(site) for site in found):
        return f"the rule is not about site {shown(written)}, so this changes nothing; correct its `sites`, or the name"
    if len(found) > 1:
        names = some([site.full_name for site in found])
        return f"{shown(written)} means {len(found)} sites ({names}); write workspace/site"
    return None


def about_doubles(rule: Rule, quota: Quota, directory: Directory) -> Iterator[Remark]:
    """A site has one override, however it is written."""
    first: dict[int, str] = {}
    for override in quota.overrides:
        for site in directory.meant(override.site):
            written = first.setdefault(site.key, override.site)
            if written != override.site:
                what = f"{shown(written)} and {shown(override.site)} are one site, and only the first counts"
                yield Remark(f"`overrides` of rule {shown(rule.name)}: {what}", rule.name)


def about_openings(rule: Rule, quota: Quota, matched: Sequence[Site]) -> Iterator[Remark]:
    """An opening is of one site; without a `site` it would hold for each of many."""
    if not quota.pool and len(matched) > 1 and any(opening.site is None for opening in quota.opening):
        what = f"an entry without `site` holds for each of the {len(matched)} sites that it matches"
        yield Remark(f"`opening` of rule {shown(rule.name)}: {what}; name the site", rule.name)
