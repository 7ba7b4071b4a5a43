"""How long a window may be asked for at once. The longest that the API takes is not documented, so it is found out."""

from __future__ import annotations

import structlog

from bot.domain.sites import Site
from bot.domain.times import floor
from bot.service.options import PullOptions
from bot.service.plan import Want

log = structlog.get_logger()
ENOUGH = 3
"""So many sites' refusals say that the API takes no longer windows; fewer may be about those sites."""


class Chunks:
    """Halves the window of a site whose long one was refused, and everybody's when that goes for several sites."""

    def __init__(self, options: PullOptions) -> None:
        self._options = options
        self._sites: dict[str, dict[int, int]] = {}
        self._workspaces: dict[str, int] = {}

    def of(self, site: Site) -> int:
        """Seconds."""
        shared = self._workspaces.get(site.workspace, self._options.chunk)
        return min(shared, self._sites.get(site.workspace, {}).get(site.key, shared))

    def refused(self, want: Want) -> None:
        """A 400 or 422 was the answer to this window: ask for less next time."""
        if want.length <= self._options.shortest_chunk:
            return
        half = max(self._options.shortest_chunk, floor(want.length // 2, self._options.bucket))
        sites = self._sites.setdefault(want.site.workspace, {})
        sites[want.site.key] = half
        log.info("window_shortened", workspace=want.site.workspace, site=want.site.key, seconds=half)
        if len(sites) >= ENOUGH:
            self._workspaces[want.site.workspace] = max(sites.values())
