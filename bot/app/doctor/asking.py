"""Asking one workspace's API for usage and sites, and keeping what its answers say besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.altostrat.answers import date_of
from bot.altostrat.config import RequestForm
from bot.altostrat.sites import Metadata, metadata_of, read_sites
from bot.altostrat.times import written
from bot.app.doctor.hearing import Answer, understood
from bot.app.doctor.probe import Probe, Said
from bot.domain.times import Window
from bot.rules.sites import ListedSite
from bot.service.ports import Clock


class Asking:
    """`answers` are all of them, in order; `dates` what they said that the time is, with ours."""

    def __init__(self, probe: Probe, clock: Clock) -> None:
        self.probe, self.clock = probe, clock
        self.answers: list[Answer] = []
        self.dates: list[tuple[datetime, datetime]] = []

    async def usage(self, form: RequestForm, sites: Sequence[str], window: Window) -> Answer:
        """Usage summed over the sites; of the whole account where none is named."""
        config = self.probe.config
        params = [
            ("start_time", written(window.start, form, config.zone)),
            ("end_time", written(window.end, form, config.zone)),
            ("bucket_interval_minutes", str(config.bucket_minutes)),
            *(("site_ids[]", site) for site in sites),
        ]
        return await self._get(config.usage_path, params)

    async def sites(self) -> tuple[list[ListedSite] | None, str]:
        """The sites that are listed; None, and why, where they are not."""
        answer = await self._get(self.probe.config.sites_path)
        if answer.rows is None:
            return None, "it has no such path: 404" if answer.status == 404 else answer.why
        sites, notes = read_sites(answer.rows, self.probe.config.workspace, self.probe.tokens.quoted)
        return sites, "; ".join(notes)

    async def described(self, site: ListedSite) -> ListedSite:
        """The site with the zone and tags of its metadata, where the API tells them."""
        path = self.probe.config.metadata_path.replace("{id}", site.id)
        said = await self.probe.get(path)
        if not isinstance(said, Said) or said.status != 200 or not isinstance(said.body, bytes):
            return site
        told = partial(metadata_of, quoted=self.probe.tokens.quoted)(said.body)
        if not isinstance(told, Metadata):
            return site
        return replace(site, timezone=told.timezone or site.timezone, tags={**site.tags, **told.tags})

    async def _get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Answer:
        said = await self.probe.get(path, params)
        if isinstance(said, Said) and (date := date_of(said.headers)) is not None:
            self.dates.append((date, self.clock()))
        answer = understood(said, self.probe.tokens.quoted)
        self.answers.append(answer)
        return answer
