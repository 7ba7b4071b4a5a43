"""Whole pulls from the simulated API through a proxy that holds both sides to a description of the API.

The simulator differs from the vendor's description on purpose in one thing: as in that description's own example,
a row's time is `2025-10-29 10:00:00`, which is no `date-time`. So `--errors` is used with rows that name their zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.altostrat.config import RequestForm
from bot.demo.api import Behaviour, SimulatedApi, serve
from bot.demo.budget import Budget
from bot.demo.clock import HandClock
from bot.demo.faults import Failing, Fault, Html, Rubbish, Unauthorised
from bot.demo.retail import retail_chain
from bot.demo.rows import RowForm
from bot.domain.times import Window
from bot.service.ports import Answered, Declined, Unauthorized, Unavailable
from tests.strict.prism import Prism, proxy
from tests.strict.wiring import JOHANNESBURG, RULES, TOKEN, bench

START = datetime(2026, 7, 2, 8, 3, tzinfo=UTC)
WEEK = Window.of(START.replace(minute=0) - timedelta(days=7), START.replace(minute=0))
FLEET = retail_chain(date(2026, 6, 1))
CHOSEN = FLEET.sites[:3]
SANDTON = FLEET.site("Sandton").id
FORMS = [
    (RequestForm.UTC, RowForm.UTC),
    (RequestForm.UTC, RowForm.OFFSET),
    (RequestForm.OFFSET, RowForm.UTC),
    (RequestForm.OFFSET, RowForm.OFFSET),
]


def simulator(rows: RowForm = RowForm.SPACED) -> SimulatedApi:
    return SimulatedApi(FLEET, HandClock(START), token=TOKEN, behaviour=Behaviour(zone=JOHANNESBURG, row_form=rows))


def ours() -> str:
    """Rules that name some of the fleet's sites, which the vendor's description has no way to list."""
    sites = "".join(f"  - {{id: {site.id}, name: site-{place}}}\n" for place, site in enumerate(CHOSEN))
    return f"{RULES}sites:\n{sites}"


def truth() -> list[tuple[int, int]]:
    """Bytes in and out of each, as the traffic has them."""
    block = SimulatedApi(FLEET, HandClock(START), token=TOKEN).traffic.block(range(len(CHOSEN)), WEEK)
    return [
        (int(a[k].sum()), int(b[k].sum())) for a, b, k in zip(block.in_bytes, block.out_bytes, block.known, strict=True)
    ]


@contextmanager
def strict(spec: Path, upstream: str) -> Iterator[Prism]:
    with proxy(spec, upstream, "--errors") as prism:
        yield prism


@pytest.mark.parametrize(("form", "rows"), FORMS)
async def test_a_whole_pull_passes_a_strict_proxy_and_is_the_truth(
    spec: Path, form: RequestForm, rows: RowForm
) -> None:
    clock = HandClock(START)
    async with serve(simulator(rows)) as url:
        with strict(spec, url) as prism:
            async with bench(prism.url, form, rules=ours(), clock=clock) as bot:
                summary = await bot.pull.run()
                assert {kind for _, kind in summary.outcomes} == {"answered"}
                assert not summary.refused
                keys = {site.id: site.key for site in bot.survey.fleet().sites}
                order = [keys[site.id] for site in CHOSEN]
                async with bot.history.reading() as tx:
                    usage = await tx.buckets.usage(order, WEEK, 300)
            assert prism.violations() == []
    assert [(usage[key].in_bytes, usage[key].out_bytes) for key in order] == truth()


async def test_requests_without_a_zone_are_refused_before_they_reach_the_api(spec: Path) -> None:
    api = simulator(RowForm.UTC)
    async with serve(api) as url:
        with strict(spec, url) as prism:
            async with bench(prism.url, RequestForm.ZONELESS, rules=ours(), clock=HandClock(START)) as bot:
                outcome = await bot.client.usage([SANDTON], WEEK)
                summary = await bot.pull.run()
    assert isinstance(outcome, Declined)
    assert "ALTOSTRAT_REQUEST_FORM" in outcome.why
    assert {kind for _, kind in summary.outcomes} == {"declined"}
    assert not api.counts


async def test_the_documented_form_of_a_row_breaks_the_description_and_nothing_else_does(spec: Path) -> None:
    async with serve(simulator()) as url:
        with proxy(spec, url) as prism:
            async with bench(prism.url, RequestForm.UTC, rules=ours(), clock=HandClock(START)) as bot:
                assert isinstance(await bot.client.usage([SANDTON], WEEK), Answered)
            assert {one for one in prism.violations() if "time_slot" not in one} == {"request Selected route not found"}
            assert any("time_slot" in one for one in prism.violations())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Unauthorised(), Unauthorized),
        (Unauthorised(bare=True), Unauthorized),
        (Failing(429, "7"), Unavailable),
        (Failing(429), Unavailable),
        (Failing(500), Unavailable),
        (Failing(503, "5"), Unavailable),
        (Html(), Unavailable),
    ],
    ids=str,
)
async def test_errors_are_what_they_are_behind_a_proxy_that_only_warns(spec: Path, fault: Fault, kind: type) -> None:
    api = simulator(RowForm.UTC)
    api.faults.switch_on(fault)
    async with serve(api) as url:
        with proxy(spec, url) as prism:
            async with bench(prism.url, RequestForm.UTC, rules=ours(), clock=HandClock(START)) as bot:
                assert isinstance(await bot.client.usage([SANDTON], WEEK), kind)
        print(fault, prism.violations())  # noqa: T201 - shown with -s


async def test_a_budget_that_is_spent_says_when_to_come_back(spec: Path) -> None:
    clock = HandClock(START)
    api = SimulatedApi(FLEET, clock, token=TOKEN)
    async with serve(api) as url:
        with proxy(spec, url) as prism:
            async with bench(prism.url, RequestForm.UTC, rules=ours(), clock=clock) as bot:
                api.budget = Budget(1)
                outcomes = [await bot.client.usage([SANDTON], WEEK) for _ in range(2)]
    assert isinstance(outcomes[0], Answered)
    assert isinstance(outcomes[1], Unavailable)
    assert outcomes[1].after is not None


async def test_rubbish_is_counted_behind_the_proxy_as_before_it(spec: Path) -> None:
    outcomes = []
    for strictly in (False, True):
        api = simulator(RowForm.UTC)
        api.faults.switch_on(Rubbish())
        async with serve(api) as url:
            with proxy(spec, url) as prism:
                where = prism.url if strictly else url
                async with bench(where, RequestForm.UTC, rules=ours(), clock=HandClock(START)) as bot:
                    outcomes.append(await bot.client.usage([SANDTON], WEEK))
    assert outcomes[0] == outcomes[1]
    assert isinstance(outcomes[0], Answered)
    assert sum(outcomes[0].refused.values()) >= 14
