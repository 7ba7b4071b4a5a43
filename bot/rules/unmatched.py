"""What a rule's `sites` name and no site has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.rules.model import Rule
from bot.rules.problems import shown
from bot.rules.remark import Guesses, Remark, meant
from bot.rules.roster import Roster


@dataclass(frozen=True, slots=True)
class Known:
    """The sites that are known; `is_all` is False where there may be others."""

    roster: Roster
    guesses: Guesses
    is_all: bool = True

    def lacks(self, rule: Rule, *, globs_too: bool) -> Iterator[str]:
        """What the rule's `sites` name that no site has, with what was probably meant. Where not all sites are known,
        only what is nearly right, or a value of a tag that the known ones have."""
        for key, globs in rule.sites.tags.items():
            yield from self._tag(key, globs, globs_too=globs_too)
        for glob in rule.sites.names:
            if (globs_too or not _is_glob(glob)) and not self.roster.names.matching(glob):
                guess = None if _is_glob(glob) else self.guesses.nearest(glob, self.roster.names)
                if self.is_all or guess:
                    yield f"no site is called {shown(glob)}{meant(guess)}"

    def _tag(self, key: str, globs: Sequence[str], *, globs_too: bool) -> Iterator[str]:
        values = self.roster.tags.get(key)
        if values is None:
            guess = self.guesses.nearest(key, self.roster.tags)
            if self.is_all or guess:
                yield f"no site has a tag {shown(key)}{meant(guess)}"
            return
        for glob in globs:
            if (globs_too or not _is_glob(glob)) and not values.matching(glob):
                guess = None if _is_glob(glob) else self.guesses.nearest(glob, values)
                if self.is_all or globs_too or guess:
                    yield f"no site has {shown(glob)} for its tag {shown(key)}{meant(guess)}"


def unmatched(rule: Rule, known: Known, *, matches: bool) -> Iterator[Remark]:
    """About a rule that matches no site, or some, while a part of its `sites` matches none."""
    lacking = list(known.lacks(rule, globs_too=not matches))
    if matches:
        for what in lacking:
            yield Remark(f"rule {shown(rule.name)}: {what}", rule.name)
    elif known.is_all:
        why = f": {lacking[0]}" if lacking else ""
        yield Remark(f"rule {shown(rule.name)} matches no site{why}", rule.name)
    elif lacking:
        where = "none of the sites that the rules name; the API may list others"
        yield Remark(f"rule {shown(rule.name)} matches {where}: {lacking[0]}", rule.name)


def _is_glob(text: str) -> bool:
    """One that matches nothing yet may be there for sites to come."""
    return "*" in text or "?" in text
