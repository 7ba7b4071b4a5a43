"""Which site a row of a file means, and sites that are made because a file names them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.names import name
from bot.domain.times import Slot
from bot.rules.sites import ListedSite
from bot.service.export_history import plain
from bot.service.fleet import Fleet, NotFound, Scope
from bot.service.import_rows import shown
from bot.service.ports import Transaction

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass
class SiteNames:
    """Sites by UUID, name or `workspace/name`, whole and in any case.

    With `create`, an unknown UUID gets a provisional key below zero; `settle` makes the site and gives it its own.
    """

    fleet: Fleet
    create: bool = False
    new: dict[tuple[str, str], int] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def key(self, site: str, workspace: str, called: str = "") -> int | str:
        """The site's key, or why there is none, with what may be meant. A site that is made is `called` so."""
        scope: Scope = frozenset({workspace}) if workspace else self.fleet.everything
        if not scope <= self.fleet.everything:
            return f"there is no workspace {shown(workspace)}; there is {_listed(sorted(self.fleet.everything))}"
        found = self.fleet.exactly(site, scope)
        if not isinstance(found, NotFound):
            return found.key
        if found.is_ambiguous:
            return f"{shown(site)} may be {_listed(found.suggestions)}; write one of them, or the UUID"
        if self.create and UUID.fullmatch(site.strip().casefold()):
            return self._made(site.strip().casefold(), scope, called)
        hint = f"; did you mean {_listed(found.suggestions)}?" if found.suggestions else ""
        if not hint and UUID.fullmatch(site.strip().casefold()):
            hint = "; --create-sites makes it"
        return f"no site is called {shown(site)}{hint}"

    def _made(self, id_: str, scope: Scope, called: str) -> int | str:
        if len(scope) != 1:
            return f"{id_} is new, and there are several workspaces; name its own in a column `workspace`"
        [workspace] = scope
        self.names.setdefault((workspace, id_), name(plain(called)))
        return self.new.setdefault((workspace, id_), -1 - len(self.new))

    def identity(self, key: int) -> tuple[str, str]:
        """(workspace, UUID) of a key, provisional ones included."""
        site = self.fleet.by_key(key)
        if site is not None:
            return site.workspace, site.id
        return next((identity for identity, made in self.new.items() if made == key), ("", ""))

    async def settle(self, tx: Transaction, at: Slot) -> Mapping[int, int]:
        """Provisional key → key."""
        if not self.new:
            return {}
        await tx.sites.save([ListedSite(*identity, self.names[identity] or None) for identity in self.new], at)
        keys = {(site.listed.workspace, site.listed.id): site.key for site in await tx.sites.all()}
        return {provisional: keys[identity] for identity, provisional in self.new.items()}


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return " or ".join(names) if names else "none"
