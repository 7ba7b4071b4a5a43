"""`UsageSource` over HTTP: one workspace's usage and sites."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random
from typing import assert_never

import httpx
import structlog

from bot.altostrat.answers import rows_of
from bot.altostrat.bodies import Foreign
from bot.altostrat.budget import RequestBudget, Sleep
from bot.altostrat.config import ApiConfig, RequestForm
from bot.altostrat.exchange import Exchange, Failure
from bot.altostrat.rows import Reading, read_rows
from bot.altostrat.sites import Metadata, is_site_id, metadata_of, read_sites
from bot.altostrat.times import written
from bot.altostrat.tokens import Tokens
from bot.altostrat.troubles import Troubles
from bot.domain.times import Window
from bot.rules.sites import ListedSite
from bot.service.ports import (
    ABOUT_THE_QUESTION,
    Answered,
    Clock,
    Declined,
    Listed,
    ListOutcome,
    PullOutcome,
    Unauthorized,
    Unavailable,
)

log = structlog.get_logger()

_ZONES = "if it refuses every window, it may want times with a zone: set ALTOSTRAT_REQUEST_FORM=utc"


class AltostratClient:
    """One workspace's usage API, inside its request budget. Never raises for what the API does.

    `token` gives the bearer token that is valid now; it is called once, and again after a 401. `budget` is shared
    by everything that uses this token. `random` gives the jitter of retries.
    """

    def __init__(
        self,
        config: ApiConfig,
        *,
        token: Callable[[], str],
        budget: RequestBudget,
        clock: Clock,
        sleep: Sleep,
        random: Random,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.workspace, self.budget = config.workspace, budget
        self._config, self._clock = config, clock
        self._tokens = Tokens(token)
        self._exchange = Exchange(
            config, self._tokens, budget, clock=clock, sleep=sleep, random=random, transport=transport
        )
        self._described: dict[str, datetime] = {}
        self._troubles = Troubles()

    @property
    def heard(self) -> tuple[datetime, datetime] | None:
        """What the API last said that the time is, and what it was here."""
        return self._exchange.heard

    async def close(self) -> None:
        """Close the connections. Nothing may be asked afterwards."""
        await self._exchange.close()

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        """Usage of `window` summed over the UUIDs in `sites`.

        An id that is no UUID is declined without a request. Raises ValueError where `sites` is empty, which the
        API would take for "all sites".
        """
        if not sites:
            raise ValueError("usage is asked of at least one site")
        if strange := [site for site in sites if not is_site_id(site.lower())]:
            return Declined(f"{strange[0]!r} is no site's UUID", 404)
        params = self._params(sites, window)
        result = await self._exchange.ask(self._config.usage_path, params, partial(self._read, window))
        if not isinstance(result, Reading):
            result = self._with_remedy(result)
            if self._troubles.is_news(sites, result):
                log.warning("usage_not_had", workspace=self.workspace, outcome=type(result).__name__, why=result.why)
            return result
        if failures := self._troubles.over(sites):
            log.info("usage_had_again", workspace=self.workspace, failures=failures)
        odd = {"odd_totals": result.odd_totals} if result.odd_totals else {}
        if self._troubles.are_new([*result.refused, *odd]):
            counts = {"refused": dict(result.refused), "odd_totals": result.odd_totals}
            log.warning("rows_refused", workspace=self.workspace, kept=len(result.buckets), **counts)
        return Answered(result.buckets, result.refused)

    def _with_remedy(self, failure: Failure) -> Failure:
        """A strict server refuses times without a zone, and says so badly or not at all."""
        zoneless = self._config.form is RequestForm.ZONELESS
        if isinstance(failure, Declined) and failure.status in ABOUT_THE_QUESTION and zoneless:
            return replace(failure, why=f"{failure.why} ({_ZONES})")
        return failure

    def _params(self, sites: Sequence[str], window: Window) -> list[tuple[str, str]]:
        form, zone = self._config.form, self._config.zone
        return [
            ("start_time", written(window.start, form, zone)),
            ("end_time", written(window.end, form, zone)),
            ("bucket_interval_minutes", str(self._config.bucket_minutes)),
            *(("site_ids[]", site) for site in sites),
        ]

    def _read(self, window: Window, body: bytes) -> Reading | Foreign:
        rows = rows_of(body)
        if isinstance(rows, Foreign):
            return rows
        return read_rows(rows, window, self._config.step, self._config.zone)

    async def list_sites(self, known: Collection[str] = ()) -> ListOutcome:
        """Sites by name, with time zone and tags where the API tells them.

        Metadata costs one request a site: it is asked neither for sites in `known`, nor again soon for those
        asked before, nor at all once it was refused in this listing. Where there is no such path, or no
        permission, the list is empty or shorter of words, and the notes say so.
        """
        rows = await self._exchange.ask(self._config.sites_path, (), rows_of)
        match rows:
            case list():
                sites, notes = read_sites(rows, self.workspace, self._tokens.quoted)
                described, more = await self._described_all(sites, known)
                log.info("sites_listed", workspace=self.workspace, sites=len(sites), notes=[*notes, *more])
                return Listed(tuple(described), (*notes, *more))
            case Declined(why, status) if status in {403, 404}:
                return Listed((), (f"the sites cannot be listed: {why}",))
            case Declined() | Unavailable() | Unauthorized():
                return rows
            case _:
                assert_never(rows)

    async def _described_all(
        self, sites: Sequence[ListedSite], known: Collection[str]
    ) -> tuple[list[ListedSite], list[str]]:
        found = {site.id: site for site in sites}
        wanted = [site for site in sites if self._wants_metadata(site, known)]
        notes: list[str] = []
        for site in wanted[: self._config.metadata_per_listing]:
            said = await self._metadata(site.id)
            if not isinstance(said, Metadata):
                notes.append(f"time zones and tags cannot be had: {said.why}")
                return list(found.values()), notes
            found[site.id] = _with(site, said)
            if said.bad_tags:
                notes.append(f"{said.bad_tags} tags of site {site.id} could not be read")
        if left := len(wanted[self._config.metadata_per_listing :]):
            notes.append(f"the metadata of {left} sites is left to the next listings")
        return list(found.values()), notes

    def _wants_metadata(self, site: ListedSite, known: Collection[str]) -> bool:
        """A site whose metadata failed counts as asked: the next listing tries another one first."""
        if site.id in known or (site.timezone and site.tags):
            return False
        asked = self._described.get(site.id)
        return asked is None or self._clock() - asked >= self._config.metadata_age

    async def _metadata(self, site: str) -> Metadata | Unavailable | Declined | Unauthorized:
        path = self._config.metadata_path.replace("{id}", site)
        said = await self._exchange.ask(path, (), partial(metadata_of, quoted=self._tokens.quoted))
        if isinstance(said, Metadata | Declined):
            self._described[site] = self._clock()
        return said


def _with(site: ListedSite, said: Metadata) -> ListedSite:
    return replace(site, timezone=said.timezone or site.timezone, tags={**site.tags, **said.tags})
