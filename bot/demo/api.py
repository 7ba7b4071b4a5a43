"""A simulated Altostrat API over real HTTP, faithful to the API's description where it has one.

Where the real API's behaviour is not known, this one has a `Behaviour` to choose, so that a client can be tried
against every answer. Decided here: a bucket that the window cuts is answered whole; a well-formed id of no
site of the workspace adds no rows; rows of the future do not exist; intervals are multiples of five minutes.
`openapi.yaml`, beside this module, describes all of it.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from typing import NamedTuple

import msgspec
from aiohttp import web

from bot.demo import rows, wire
from bot.demo.asking import Question, RefusedError, not_found, over_budget, read_question, read_site_id, unauthenticated
from bot.demo.budget import Budget
from bot.demo.faults import LONGEST_DELAY, Fault, Faults, Slow, Truncated, Unauthorised
from bot.demo.fleet import DemoSite, Fleet
from bot.demo.rows import RowForm
from bot.demo.shapes import STEP
from bot.demo.traffic import Traffic
from bot.domain.times import Slot, Window, floor, to_slot

USAGE_PATH = "/metrics/dashboard/data-transferred"
SITES_PATH = "/site-minimal"
METADATA_PATH = "/sites/{id}/metadata"

Clock = Callable[[], datetime]


class EmptySlots(Enum):
    """What the API answers for a bucket in which nothing was used, or of which it knows nothing."""

    AS_METERED = "a row of zeros where nothing was used, no row where nothing is known"
    LEFT_OUT = "no row for either"
    ZERO = "a row of zeros for both"


class Asked(NamedTuple):
    """What is counted: a path (one of the constants above), and `ok`, an error's code, or a fault's class name."""

    path: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request, when it came, and what goes wrong with it."""

    request: web.Request
    now: datetime
    faults: Sequence[Fault]


Answer = Callable[[Call], object]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The habits of the API that its description leaves open.

    `lateness`: rows of so much time before now are not there yet. With none, the newest bucket is there in part.
    `longest_window`: a longer one is refused with 400. `retention`: older rows are gone. `zone`: in which zone-less
    times are read and rows are written. `row_form`: how rows write their times. `lists_sites`, `tells_metadata`:
    whether these paths exist. `empty_slots`: see there.
    """

    lateness: timedelta = timedelta(0)
    longest_window: timedelta | None = None
    retention: timedelta = timedelta(days=400)
    zone: tzinfo = UTC
    row_form: RowForm = RowForm.SPACED
    lists_sites: bool = True
    tells_metadata: bool = True
    empty_slots: EmptySlots = EmptySlots.AS_METERED


class SimulatedApi:
    """The API of one workspace: its fleet's traffic as far as `clock` has come.

    `token`, `budget` (None: no limit), `faults` and `behaviour` may be replaced at any time; `counts` tells how often
    each path had each outcome. `sleep` is what a slow answer waits with.
    """

    def __init__(
        self,
        fleet: Fleet,
        clock: Clock,
        *,
        token: str,
        budget: Budget | None = None,
        faults: Faults | None = None,
        behaviour: Behaviour | None = None,
    ) -> None:
        self.fleet = fleet
        self.traffic = Traffic(fleet)
        self.token = token
        self.budget = budget
        self.faults = faults if faults is not None else Faults()
        self.behaviour = behaviour if behaviour is not None else Behaviour()
        self.counts: Counter[Asked] = Counter()
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self._clock = clock
        self._index = {site.id: place for place, site in enumerate(fleet.sites)}

    def application(self) -> web.Application:
        """The API as an aiohttp application; `serve` is the usual way to run it."""
        application = web.Application()
        for path, answer in ((USAGE_PATH, self._usage), (SITES_PATH, self._sites), (METADATA_PATH, self._metadata)):
            application.router.add_get(path, self._endpoint(path, answer), allow_head=False)
        return application

    def _endpoint(self, path: str, answer: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def respond(request: web.Request) -> web.StreamResponse:
            call = Call(request, self._clock(), self.faults.take(self._clock(), _named(request)))
            for fault in call.faults:
                if isinstance(fault, Slow):
                    await self.sleep(min(fault.delay, LONGEST_DELAY).total_seconds())
            broken = next((fault for fault in call.faults if isinstance(fault, wire.BROKEN)), None)
            if broken is None:
                return await self._answered(path, call, answer)
            self.counts[Asked(path, type(broken).__name__)] += 1
            return await wire.broken(request, broken)

        return respond

    async def _answered(self, path: str, call: Call, answer: Answer) -> web.StreamResponse:
        try:
            self._admit(call)
            body = msgspec.json.encode(answer(call))
        except RefusedError as refused:
            self.counts[Asked(path, refused.code)] += 1
            return wire.json_response(msgspec.json.encode(refused.body), refused.status, refused.headers)
        cut = next((fault for fault in call.faults if isinstance(fault, Truncated)), None)
        self.counts[Asked(path, "ok" if cut is None else "Truncated")] += 1
        return wire.json_response(body) if cut is None else await wire.truncated(call.request, body, cut)

    def _admit(self, call: Call) -> None:
        """Raises RefusedError: 401 without the right token, 429 without budget."""
        scheme, _, token = call.request.headers.get("Authorization", "").partition(" ")
        rotated = next((fault for fault in call.faults if isinstance(fault, Unauthorised)), None)
        known = scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), self.token.encode())
        if rotated is not None or not known:
            raise unauthenticated(bare=rotated is not None and rotated.bare)
        wait = self.budget.spend(token, call.now) if self.budget is not None else None
        if self.budget is not None and wait is not None:
            raise over_budget(self.budget.header(wait, call.now))

    def _usage(self, call: Call) -> list[object]:
        habits = self.behaviour
        question = read_question(call.request.query, call.now, habits.zone, habits.longest_window)
        question = replace(question, start=max(question.start, call.now - habits.retention))
        sites = [self._index[each] for each in question.site_ids if each in self._index]
        totals = rows.totals(
            self.traffic,
            sites if question.site_ids else range(len(self.fleet.sites)),
            question,
            call.now - habits.lateness,
            partial=not habits.lateness,
        )
        totals = self._emptied(totals, question, call.now)
        written = rows.written(rows.adjusted(totals, call.faults, call.now), habits.zone, habits.row_form)
        return rows.spoiled(written, call.faults, question, habits.zone)

    def _emptied(self, totals: list[rows.Total], question: Question, now: datetime) -> list[rows.Total]:
        match self.behaviour.empty_slots:
            case EmptySlots.LEFT_OUT:
                return [row for row in totals if any(row[1:])]
            case EmptySlots.ZERO:
                return rows.completed(totals, question, now - self.behaviour.lateness)
            case EmptySlots.AS_METERED:
                return totals

    def _sites(self, call: Call) -> list[dict[str, object]]:
        if not self.behaviour.lists_sites:
            raise not_found()
        newest = floor(to_slot(call.now), STEP)
        alive = self.traffic.block(range(len(self.fleet.sites)), Window(newest, Slot(newest + STEP))).known[:, 0]
        return [_listed(site, has_pulse=bool(pulse)) for site, pulse in zip(self.fleet.sites, alive, strict=True)]

    def _metadata(self, call: Call) -> dict[str, object]:
        place = self._index.get(read_site_id(call.request.match_info["id"]))
        if place is None or not self.behaviour.tells_metadata:
            raise not_found()
        site = self.fleet.sites[place]
        return {"site_id": site.id, "timezone": site.timezone.key, "tags": dict(site.tags)}


def _named(request: web.Request) -> Collection[str]:
    """The sites that a request names, for faults that concern one of them."""
    return [*request.query.getall("site_ids[]", ()), request.match_info.get("id", "")]


def _listed(site: DemoSite, *, has_pulse: bool) -> dict[str, object]:
    return {
        "id": site.id,
        "pid": site.pid,
        "name": site.name,
        "has_pulse": has_pulse,
        "serial_number": site.serial_number,
        "created_at": site.created_at.strftime("%Y-%m-%d %H:%M:%S"),
    }


@asynccontextmanager
async def serve(api: SimulatedApi, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve the API over HTTP and yield its base URL, without a slash at its end.

    With port 0 the system chooses one. After the block has been left connections are refused; entering again with the
    same port is a restart. Raises OSError if the port is taken.
    """
    runner = web.AppRunner(api.application(), access_log=None, shutdown_timeout=1, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
