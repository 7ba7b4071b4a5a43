"""The dead-man's ping: an outside monitor is told that the bot lives, and raises the alarm when it is not.

It is sent only while that is true: jobs run, the history can be written, and messages do not get stuck. Nothing waits
for it, and whatever the monitor does, the bot goes on. The URL is a secret, and is in no log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import httpx
import structlog
from prometheus_client import Counter

from bot import __version__
from bot.app.senses import Senses
from bot.service.vitals.look import Vitals
from bot.settings import MissingSettingError

log = structlog.get_logger()

TIMEOUT = timedelta(seconds=5)
LOOKED_WITHIN = 180.0
"""Seconds: a bot that has not looked at itself for so long cannot say that it lives."""
ANSWERED, FAILED, WITHHELD = "answered", "failed", "withheld"


def lifeless(senses: Senses, vitals: Vitals, ticks: Callable[[], float]) -> dict[str, str]:
    """What keeps the bot from saying that it lives, by part; empty where nothing does."""
    reasons = {name: why for name, why in senses.troubles().items() if why}
    if senses.looked_at is None or ticks() - senses.looked_at > LOOKED_WITHIN:
        reasons["history"] = "nothing was written to it for three minutes"
    if vitals.is_stuck:
        reasons["outbox"] = "messages wait for too long"
    return reasons


class Deadman:
    """The use case. `run` never raises."""

    def __init__(
        self,
        url_of: Callable[[], str],
        lifeless: Callable[[], Mapping[str, str]],
        pings: Counter,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url_of = url_of
        self._lifeless = lifeless
        self._pings = pings
        self._transport = transport
        self._trouble = ""

    async def run(self) -> None:
        """One ping, or none where something is wrong."""
        reasons = self._lifeless()
        if reasons:
            self._pings.labels(WITHHELD).inc()
            if self._is_news(", ".join(sorted(reasons))):
                log.warning("deadman_withheld", reasons=dict(reasons))
            return
        why = await self._ping()
        self._pings.labels(FAILED if why else ANSWERED).inc()
        if why and self._is_news(why):
            log.warning("deadman_failed", why=why)
        elif not why and self._trouble:
            log.info("deadman_recovered", was=self._trouble)
            self._trouble = ""

    def _is_news(self, trouble: str) -> bool:
        """Said once of each kind in a row."""
        was, self._trouble = self._trouble, trouble
        return was != trouble

    async def _ping(self) -> str:
        """Why the monitor did not take it; "" where it did."""
        try:
            async with (
                httpx.AsyncClient(transport=self._transport, timeout=TIMEOUT.total_seconds()) as client,
                client.stream("GET", self._url_of(), headers={"User-Agent": f"usagebot/{__version__}"}) as response,
            ):
                return "" if response.is_success else f"the address in DEADMAN_URL answers {response.status_code}"
        except MissingSettingError as missing:
            return str(missing)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return f"the address in DEADMAN_URL cannot be reached ({type(error).__name__})"
