"""Single requests to one workspace's API: few, bounded, inside the budget, and with everything that came back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from bot.altostrat.bodies import ACCEPTED_ENCODING, Foreign, read_body
from bot.altostrat.budget import Paused, RequestBudget
from bot.altostrat.config import ApiConfig
from bot.altostrat.tokens import NoTokenError, Tokens

PATIENCE = timedelta(seconds=5)
"""How long a turn in the budget is waited for."""


@dataclass(frozen=True, slots=True)
class Said:
    """A response: header names are in lower case, `body` is what could be read of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes | Foreign


@dataclass(frozen=True, slots=True)
class Unsaid:
    """No response; `why` is fit to be shown. `is_ours` where nothing was sent at all."""

    why: str
    is_ours: bool = False


class Probe:
    """GET requests with the token, each tried once. `made` counts them."""

    def __init__(
        self,
        config: ApiConfig,
        token: Callable[[], str],
        budget: RequestBudget,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.config, self.made = config, 0
        self.tokens = Tokens(token)
        self._budget = budget
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=None,  # noqa: S113 - one deadline for the whole exchange
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"Accept": "application/json", "Accept-Encoding": ACCEPTED_ENCODING, "User-Agent": "usagebot"},
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Said | Unsaid:
        """Never raises for what the API, the network or the token does."""
        try:
            token = self.tokens.current()
        except NoTokenError:
            return Unsaid("there is no token to ask with", is_ours=True)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                ticket = await self._budget.admit(PATIENCE)
        except TimeoutError:
            return Unsaid("the request budget allows no more requests now", is_ours=True)
        if isinstance(ticket, Paused):
            return Unsaid("the API asked for a pause", is_ours=True)
        try:
            return await self._sent(path, params, token)
        finally:
            self._budget.finish(ticket)

    async def _sent(self, path: str, params: Sequence[tuple[str, str]], token: str) -> Said | Unsaid:
        self.made += 1
        seconds = self.config.timeout.total_seconds()
        headers = {"Authorization": f"Bearer {token}"}
        query = httpx.QueryParams(list(params))
        try:
            async with (
                asyncio.timeout(seconds),
                self._http.stream("GET", self.config.url(path), params=query, headers=headers) as response,
            ):
                body = await read_body(response, self.config.max_body)
                names = {name.lower(): value for name, value in response.headers.items()}
                return Said(response.status_code, names, body)
        except TimeoutError:
            return Unsaid(f"no answer within {seconds:g} seconds")
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            detail = self.tokens.quoted(str(error)) or type(error).__name__
            return Unsaid(f"no connection, or it broke: {detail}")
