"""Finding out which sites there are: one request a workspace, and the history for what that does not say."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.altostrat.budget import RequestBudget
from bot.altostrat.client import AltostratClient
from bot.app.build import Environment
from bot.app.options import api_config
from bot.domain.times import Slot
from bot.history.address import missing_file
from bot.history.errors import HistoryError
from bot.history.store import SqlHistory
from bot.rules.model import Configuration, WorkspaceRule
from bot.rules.sites import ListedSite
from bot.service.ports import Listed
from bot.service.site_list import Identity, Known
from bot.settings import Settings

SECONDS = timedelta(seconds=20)
NEVER = timedelta(0)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the history knows. `listed` has the API's sites alone: those of the rules have no name there."""

    listed: Sequence[ListedSite] = ()
    data_until: Mapping[Identity, Slot | None] | None = None
    why_not: str = ""


async def known_sites(
    settings: Settings, configuration: Configuration, environment: Environment | None = None, *, details: bool = False
) -> tuple[Known, list[str]]:
    """The sites, and notes for people on what could not be had and what takes its place.

    With `details` the API is asked for the zone and tags of sites whose zone the history does not know.
    """
    environment = environment or Environment()
    stored = await _stored(settings)
    described = {site.id for site in stored.listed if site.timezone}
    wanted = described if details else None
    answers = await asyncio.gather(
        *(_asked(settings, workspace, environment, wanted) for workspace in configuration.workspaces)
    )
    listed: list[ListedSite] = []
    notes = [f"the history tells nothing: {stored.why_not}"] if stored.why_not else []
    for workspace, answer in zip(configuration.workspaces, answers, strict=True):
        kept = {site.id: site for site in stored.listed if site.workspace == workspace.name}
        if isinstance(answer, str):
            listed += kept.values()
            instead = f"what follows is what it listed before ({len(kept)})" if kept else "only the rules' are known"
            notes.append(f"workspace {workspace.name}: the API did not list its sites now ({answer}); {instead}")
        else:
            listed += [_with(site, kept.get(site.id)) for site in answer]
    return Known(listed, stored.data_until or {}), notes


def _with(site: ListedSite, kept: ListedSite | None) -> ListedSite:
    """With the zone and tags that cost a request a site, as they were heard before."""
    if kept is None:
        return site
    return replace(site, timezone=site.timezone or kept.timezone, tags=site.tags or kept.tags)


async def _asked(
    settings: Settings, workspace: WorkspaceRule, environment: Environment, described: Collection[str] | None
) -> Sequence[ListedSite] | str:
    """The sites that the API lists, or why it does not; it is tried once. Metadata is asked for but of those in
    `described`, and not at all where that is None."""
    config = replace(api_config(settings, workspace.name), attempts=1, timeout=SECONDS, patience=NEVER)
    if described is None:
        config = replace(config, metadata_per_listing=0)
    per_minute = workspace.requests_per_minute or settings.altostrat_requests_per_minute
    client = AltostratClient(
        config,
        token=settings.token_reader(workspace.token_env),
        budget=RequestBudget(per_minute, environment.ticks, environment.sleep, environment.random),
        clock=environment.clock,
        sleep=environment.sleep,
        random=environment.random,
    )
    try:
        outcome = await client.list_sites(described or ())
    finally:
        await client.close()
    if not isinstance(outcome, Listed):
        return outcome.why
    if not outcome.sites and outcome.notes:
        return outcome.notes[0]
    return outcome.sites


async def _stored(settings: Settings) -> Stored:
    """Read only; a history that is not there, or cannot be read, is a note and no error."""
    url = settings.database_url.get_secret_value()
    try:
        if (missing := missing_file(url)) is not None:
            return Stored(why_not=f"there is no {missing} yet")
        history = SqlHistory(url)
        await history.open()
    except HistoryError as error:
        return Stored(why_not=f"{error.why}; {error.remedy}")
    try:
        async with history.reading() as tx:
            sites, progress = await tx.sites.all(), await tx.progress.all()
    except HistoryError as error:
        return Stored(why_not=f"{error.why}; {error.remedy}")
    finally:
        await history.close()
    until = {
        (site.listed.workspace, site.listed.id.lower()): progress[site.key].watermark
        for site in sites
        if site.key in progress
    }
    return Stored([site.listed for site in sites if site.listed.name], until)
