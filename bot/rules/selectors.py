"""Which sites a rule is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bot.domain.sites import Site


@lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    """`*` is any text and `?` any one character; everything else is itself, case folded.

    Our own translation, since `fnmatch` gives `[…]` a meaning that nobody expects in a site's name. What stands
    between two stars is found where it comes first, and never looked for again (an atomic group): to go on from
    there is always as good, and a pattern of many stars is no way to make the bot try for ever.
    """
    first, *rest = ["".join("." if c == "?" else re.escape(c) for c in part) for part in glob.casefold().split("*")]
    if not rest:
        return re.compile(first, re.DOTALL)
    between = "".join(f"(?>.*?{part})" for part in rest[:-1] if part)
    return re.compile(f"{first}{between}.*{rest[-1]}", re.DOTALL)


def glob_matches(glob: str, text: str) -> bool:
    return _pattern(glob).fullmatch(text.casefold()) is not None


def is_literal(glob: str) -> bool:
    """Whether it matches one text only, but for its case."""
    return not {"*", "?"} & set(glob)


@dataclass(frozen=True, slots=True)
class Selector:
    """All keys must match; the values of one key are "any of". Empty keys match every site.

    `names` are globs on the short name or on `workspace/name`; `tags` are globs on tag values.
    """

    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    workspaces: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def matches(self, site: Site) -> bool:
        return (
            self._any(self.names, site.name, site.full_name)
            and (not self.ids or site.id in self.ids)
            and self._any(self.workspaces, site.workspace)
            and all(key in site.tags and self._any(globs, site.tags[key]) for key, globs in self.tags.items())
        )

    @staticmethod
    def _any(globs: tuple[str, ...], *texts: str) -> bool:
        return not globs or any(glob_matches(glob, text) for glob in globs for text in texts)


EVERYWHERE = Selector()
