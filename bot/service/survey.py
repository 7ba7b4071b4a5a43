"""Which sites there are: what the API lists and the rules say, kept in the history and merged into a fleet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from bot.domain.times import to_slot
from bot.rules.model import Configuration
from bot.rules.sites import ListedSite, identities, merge_sites
from bot.service.fleet import Fleet
from bot.service.notices import TOKEN, Notices
from bot.service.ports import (
    Clock,
    Declined,
    History,
    Listed,
    ListOutcome,
    Transaction,
    Unauthorized,
    UsageSource,
)

log = structlog.get_logger()
NOT_ASKED = "not asked yet"


class Survey:
    """Holds the fleet as it is known now, with the configuration in force, and renews it.

    Call `load` once before `fleet` is asked for.
    """

    def __init__(
        self,
        history: History,
        sources: Mapping[str, UsageSource],
        configuration: Configuration,
        clock: Clock,
        bucket: int,
    ) -> None:
        self._history = history
        self._sources = sources
        self._configuration = configuration
        self._clock = clock
        self._bucket = bucket
        self._fleet = Fleet((), configuration, bucket)
        self._notices = Notices(history, self.fleet)
        self._notes: frozenset[str] = frozenset()
        self._turn = asyncio.Lock()
        self.trouble: dict[str, str] = dict.fromkeys(sources, NOT_ASKED)
        """Workspace → why its API did not list its sites when it was last asked."""

    def fleet(self) -> Fleet:
        return self._fleet

    async def load(self) -> Fleet:
        """The fleet from the rules and from what the history knows of the API's sites; no request is made."""
        async with self._turn:
            return await self._load()

    async def follow(self, configuration: Configuration) -> Fleet:
        """Put a configuration in force: from now on the fleet is what it says. Where that fails, nothing changes."""
        async with self._turn:
            before, self._configuration = self._configuration, configuration
            try:
                fleet = await self._load()
            except BaseException:
                self._configuration = before
                raise
        known = {workspace.name for workspace in before.workspaces}
        self.trouble.update({name: NOT_ASKED for name in self._sources if name not in known})
        for name in self.trouble.keys() - self._sources.keys():
            del self.trouble[name]
        return fleet

    async def _load(self) -> Fleet:
        async with self._history.writing() as tx:
            await tx.sites.workspaces([workspace.name for workspace in self._configuration.workspaces])
            stored = [site.listed for site in await tx.sites.all()]
            fleet = await self._merge(tx, stored)
        self._fleet = fleet
        return fleet

    async def run(self) -> Mapping[str, ListOutcome]:
        """Ask every workspace's API for its sites. Where it does not answer, those known before stay."""
        async with self._history.reading() as tx:
            described = {site.listed.id for site in await tx.sites.all() if site.listed.timezone}
        outcomes = {name: await source.list_sites(described) for name, source in list(self._sources.items())}
        listed = [site for outcome in outcomes.values() if isinstance(outcome, Listed) for site in outcome.sites]
        async with self._history.writing() as tx:
            if listed:
                await tx.sites.save(listed, to_slot(self._clock()))
        await self.load()
        for name, outcome in outcomes.items():
            before = self.trouble.get(name)
            await self._tell_of_token(name, outcome)
            if before is not None and self.trouble.get(name) == before:
                continue  # said when it began; it is asked again at every tick
            notes = list(outcome.notes) if isinstance(outcome, Listed) else [outcome.why]
            tell = log.info if isinstance(outcome, Listed) else log.warning
            tell(
                "surveyed", workspace=name, sites=sum(site.workspace == name for site in self._fleet.sites), notes=notes
            )
        return outcomes

    @property
    def is_missing_any(self) -> bool:
        """Whether a workspace's API did not list its sites when it was last asked: ask again soon."""
        return bool(self.trouble)

    def unlisted(self) -> dict[str, str]:
        """As `trouble`, of workspaces that were asked since the start."""
        return {name: why for name, why in self.trouble.items() if why != NOT_ASKED}

    async def _tell_of_token(self, workspace: str, outcome: ListOutcome) -> None:
        """Where no site is known yet nothing else is asked, so this is the only place that finds out."""
        now = to_slot(self._clock())
        if isinstance(outcome, Unauthorized):
            await self._notices.refused(workspace, outcome.why, now)
        elif isinstance(outcome, Listed):
            await self._notices.clear(workspace, TOKEN, now)
        if isinstance(outcome, Listed | Declined) or workspace not in self._sources:
            self.trouble.pop(workspace, None)
        else:
            self.trouble[workspace] = outcome.why

    async def _merge(self, tx: Transaction, listed: list[ListedSite]) -> Fleet:
        """Sites of workspaces that are configured; the others' history stays, and nobody watches it."""
        names = {workspace.name for workspace in self._configuration.workspaces}
        current = [site for site in listed if site.workspace in names]
        known = {(site.workspace, site.id) for site in listed}
        new = [ListedSite(*identity) for identity in identities(self._configuration, current) if identity not in known]
        if new:
            await tx.sites.save(new, to_slot(self._clock()))
        keys = {(site.listed.workspace, site.listed.id): site.key for site in await tx.sites.all()}
        merged = merge_sites(self._configuration, current, keys)
        for note in merged.notes:
            if note not in self._notes:
                log.warning("site_note", note=note)
        self._notes = frozenset(merged.notes)
        return Fleet(merged.sites, self._configuration, self._bucket)
