"""One question and its answer: a turn in the budget, the token, tries that are bounded, and never an exception."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import Random
from typing import TypeVar

import httpx
import structlog

from bot.altostrat.answers import date_of, failure, retry_after
from bot.altostrat.bodies import ACCEPTED_ENCODING, Foreign, read_body
from bot.altostrat.budget import Paused, RequestBudget, Sleep, Ticket
from bot.altostrat.config import ApiConfig
from bot.altostrat.tokens import NoTokenError, Tokens
from bot.service.ports import Clock, Declined, Unauthorized, Unavailable

log = structlog.get_logger()

CONNECTIONS = 10
"""httpx's pool is quadratic in its connections: a hundred are slower than ten."""
ERROR_BODY = 64 * 2**10
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 30.0

LOCATION = "location"

Failure = Unavailable | Declined | Unauthorized
Params = Sequence[tuple[str, str]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _MayPass:
    """A failure that is worth another try. `is_pause`: the budget does the waiting, for everybody."""

    failure: Unavailable
    is_pause: bool = False


async def _hold_location(response: httpx.Response) -> None:
    """Take a redirect's target out of httpx's sight, which prepares the next request and raises where it cannot."""
    response.extensions[LOCATION] = response.headers.pop("location", "")


class Exchange:
    """GET requests of one workspace. Nothing that the API or the network does raises.

    `transport` takes the place of the network, proxies and certificates included.
    """

    def __init__(
        self,
        config: ApiConfig,
        tokens: Tokens,
        budget: RequestBudget,
        *,
        clock: Clock,
        sleep: Sleep,
        random: Random,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._config, self._tokens, self._budget = config, tokens, budget
        self._clock, self._sleep, self._random = clock, sleep, random
        # Waiting for a connection happens here, before the budget: what is granted is sent at once.
        self._connections = asyncio.Semaphore(CONNECTIONS)
        self._http = httpx.AsyncClient(
            transport=transport,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            timeout=None,  # noqa: S113 - one deadline for the whole exchange, which a dribbling server cannot stretch
            follow_redirects=False,
            event_hooks={"response": [_hold_location]},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"Accept": "application/json", "Accept-Encoding": ACCEPTED_ENCODING, "User-Agent": "usagebot"},
        )

        self.heard: tuple[datetime, datetime] | None = None
        """What the API last said that the time is, and what it was here."""

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, path: str, params: Params, read: Callable[[bytes], T | Foreign]) -> T | Failure:
        """What `read` makes of the body of a 200; else the failure, after as many tries as it deserves."""
        tries, workspace = 1, self._config.workspace
        while True:
            result = await self._with_token(path, params, read)
            if not isinstance(result, _MayPass):
                return result
            after = result.failure.after or timedelta()
            if tries >= self._config.attempts or after > self._config.patience:
                return result.failure
            wait = 0.0 if result.is_pause else max(after.total_seconds(), self._backoff(tries))
            log.debug(
                "request_retried",
                workspace=workspace,
                path=path,
                why=result.failure.why,
                tries=tries,
                wait=round(wait, 3),
            )
            if wait:
                await self._sleep(wait)
            tries += 1

    def _backoff(self, tries: int) -> float:
        """Full jitter: anything up to a ceiling that doubles, so that replicas do not march in step."""
        return self._random.uniform(0, min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (tries - 1)))

    async def _with_token(
        self, path: str, params: Params, read: Callable[[bytes], T | Foreign]
    ) -> T | Failure | _MayPass:
        """A refused token is read again, and asked with again only if it has changed: the same one stays refused."""
        try:
            token = self._tokens.current()
        except NoTokenError as error:
            return Unauthorized(str(error))
        result = await self._turn(path, params, read, token)
        if isinstance(result, Unauthorized):
            fresh = self._tokens.renewed(token)
            log.info("token_read_again", workspace=self._config.workspace, path=path, changed=fresh is not None)
            if fresh is not None:
                return await self._turn(path, params, read, fresh)
        return result

    async def _turn(
        self, path: str, params: Params, read: Callable[[bytes], T | Foreign], token: str
    ) -> T | Failure | _MayPass:
        async with self._connections:
            ticket = await self._budget.admit(self._config.patience)
            if isinstance(ticket, Paused):
                return Unavailable("the API asked for a pause", ticket.remaining)
            try:
                return await self._sent(path, params, read, token, ticket)
            finally:
                self._budget.finish(ticket)

    async def _sent(
        self, path: str, params: Params, read: Callable[[bytes], T | Foreign], token: str, ticket: Ticket
    ) -> T | Failure | _MayPass:
        seconds = self._config.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                response, body = await self._fetched(path, params, token)
        except TimeoutError:
            return _MayPass(Unavailable(f"no answer within {seconds:g} seconds"))
        except (httpx.HTTPError, httpx.StreamError) as error:
            return _MayPass(Unavailable(self._trouble(error)))
        if response.status_code != HTTPStatus.OK:
            return self._failed(response, b"" if isinstance(body, Foreign) else body, ticket)
        self._budget.accepted(ticket)
        value = body if isinstance(body, Foreign) else read(body)
        if isinstance(value, Foreign):
            unusable = Unavailable(self._tokens.quoted(value.why))
            return _MayPass(unusable) if value.may_pass else unusable
        return value

    async def _fetched(self, path: str, params: Params, token: str) -> tuple[httpx.Response, bytes | Foreign]:
        url, headers = self._config.url(path), {"Authorization": f"Bearer {token}"}
        async with self._http.stream("GET", url, params=httpx.QueryParams(list(params)), headers=headers) as response:
            self._hear_the_time(response.headers)
            if response.status_code == HTTPStatus.OK:
                return response, await read_body(response, self._config.max_body)
            try:
                return response, await read_body(response, ERROR_BODY)
            except httpx.HTTPError:
                return response, b""  # the status has been said, and counts

    def _hear_the_time(self, headers: httpx.Headers) -> None:
        """An answer that was kept on the way is as old as it was then."""
        said = date_of(headers)
        if said is not None and "age" not in headers:
            self.heard = said, self._clock()

    def _failed(self, response: httpx.Response, body: bytes, ticket: Ticket) -> Failure | _MayPass:
        status, headers = response.status_code, response.headers
        outcome = failure(status, response.extensions.get(LOCATION, ""), body, self._tokens.quoted)
        after = retry_after(headers.get("retry-after"), self._clock())
        after = None if after is None else min(after, self._config.longest_pause)
        if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.SERVICE_UNAVAILABLE and after):
            pause = self._budget.refused(ticket, after)
            log.warning(
                "workspace_paused",
                workspace=self._config.workspace,
                status=status,
                seconds=round(pause.total_seconds(), 3),
            )
            return _MayPass(Unavailable(outcome.why, pause), is_pause=True)
        if status < 500:
            self._budget.accepted(ticket)
        return _MayPass(Unavailable(outcome.why, after)) if isinstance(outcome, Unavailable) else outcome

    def _trouble(self, error: httpx.HTTPError | httpx.StreamError) -> str:
        """What went wrong below HTTP, in words."""
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ssl.SSLError):
            cause = cause.__cause__ or cause.__context__
        detail = self._tokens.quoted(str(error))
        if cause is not None:
            what = "no secure connection"
        elif isinstance(error, httpx.ConnectError):
            what = "no connection"
        elif isinstance(error, httpx.ProxyError):
            what = "the proxy refuses"
        else:
            what = "the connection broke"
        return f"{what}: {detail}" if detail else what
