"""The client and whole pulls against a server that was made from the API's description."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.altostrat.config import RequestForm
from bot.domain.times import Window
from bot.domain.usage import LARGEST_BUCKET
from bot.service.ports import Answered, Declined, Listed, Unauthorized
from tests.strict.prism import Prism, mock
from tests.strict.wiring import SITES, bench

STRICT_FORMS = [RequestForm.UTC, RequestForm.OFFSET]
TEN = datetime(2025, 10, 29, 8, tzinfo=UTC)
"""The slot of the description's example row, read as local time of Johannesburg."""
HOUR = Window.of(TEN, TEN + timedelta(hours=1))
ABOUT_TEN = Window.of(TEN - timedelta(hours=1), TEN + timedelta(hours=2))
EVER = Window.of(datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
YEAR = Window.of(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("form", STRICT_FORMS)
async def test_the_example_row_is_read(static: Prism, form: RequestForm) -> None:
    async with bench(static.url, form) as bot:
        outcome = await bot.client.usage(SITES[:1], HOUR)
    assert isinstance(outcome, Answered)
    assert [(one.slot, one.in_bytes, one.out_bytes) for one in outcome.buckets] == [(HOUR.start, 937500000, 176250000)]
    assert outcome.refused == {}


@pytest.mark.parametrize("form", STRICT_FORMS)
async def test_several_sites_are_one_request(static: Prism, form: RequestForm) -> None:
    async with bench(static.url, form) as bot:
        assert isinstance(await bot.client.usage(SITES, HOUR), Answered)


@pytest.mark.parametrize("form", STRICT_FORMS)
async def test_a_row_outside_the_window_is_refused(static: Prism, form: RequestForm) -> None:
    after = Window.of(TEN + timedelta(hours=1), TEN + timedelta(hours=2))
    async with bench(static.url, form) as bot:
        assert await bot.client.usage(SITES[:1], after) == Answered([], {"outside": 1})


async def test_times_without_a_zone_are_declined_and_the_message_names_the_setting(static: Prism) -> None:
    async with bench(static.url, RequestForm.ZONELESS) as bot:
        bot.recorder.answers.clear()
        outcome = await bot.client.usage(SITES[:1], HOUR)
        assert len(bot.recorder.answers) == 1
    assert isinstance(outcome, Declined)
    assert outcome.status == 400
    assert "ALTOSTRAT_REQUEST_FORM" in outcome.why


async def test_requests_conform_to_the_description(static: Prism) -> None:
    """What Prism complains of is its own example, which is no `date-time`, and zone-less times."""
    for form in RequestForm:
        async with bench(static.url, form) as bot:
            await bot.client.usage(SITES, HOUR)
    assert {one.partition(" ")[0] for one in static.violations()} <= {
        "request.query.start_time",
        "request.query.end_time",
        "response.body.0.time_slot",
    }


@pytest.mark.parametrize(("code", "kind"), [(400, Declined), (401, Unauthorized)])
async def test_documented_errors(static: Prism, code: int, kind: type) -> None:
    async with bench(static.url, RequestForm.UTC, headers={"Prefer": f"code={code}"}) as bot:
        outcome = await bot.client.usage(SITES[:1], HOUR)
    assert isinstance(outcome, kind)
    assert "parameter_invalid: The provided 'siteId' is not a valid UUID." in str(outcome)


async def test_a_list_of_sites_that_the_description_does_not_know_is_empty_with_a_note(static: Prism) -> None:
    async with bench(static.url, RequestForm.UTC) as bot:
        outcome = await bot.client.list_sites()
        assert len(bot.survey.fleet().sites) == len(SITES)
    assert isinstance(outcome, Listed)
    assert not outcome.sites
    assert "the sites cannot be listed: 404" in outcome.notes[0]


@pytest.mark.parametrize("form", STRICT_FORMS)
async def test_a_whole_pull_stores_the_one_row_of_each_site(static: Prism, form: RequestForm) -> None:
    async with bench(static.url, form) as bot:
        summary = await bot.pull.run()
        async with bot.history.reading() as tx:
            usage = await tx.buckets.usage([1, 2, 3], YEAR, 300)
    assert {kind for _, kind in summary.outcomes} == {"answered"}
    assert {one.known for one in usage.values()} == {1}
    assert {one.in_bytes for one in usage.values()} == {937500000}


async def test_a_pull_whose_every_request_is_refused_stores_nothing_and_asks_no_end_of_questions(
    static: Prism,
) -> None:
    async with bench(static.url, RequestForm.ZONELESS) as bot:
        before = len(bot.recorder.answers)
        summary = await bot.pull.run()
        asked = len(bot.recorder.answers) - before
        async with bot.history.reading() as tx:
            progress, usage = await tx.progress.all(), await tx.buckets.usage([1, 2, 3], YEAR, 300)
            last = await tx.pulls.last(1)
    assert {kind for _, kind in summary.outcomes} == {"declined"}
    assert asked <= 6 * len(SITES)
    assert all(row.watermark is None for row in progress.values())
    assert {one.known for one in usage.values()} == {0}
    assert "ALTOSTRAT_REQUEST_FORM" in last["declined"].why


@pytest.mark.parametrize("options", [[], ["--seed", "1"], ["--seed", "2"], ["--seed", "4"]], ids=" ".join)
async def test_random_answers_are_kept_where_they_are_good_and_counted_where_not(
    spec: Path, options: list[str]
) -> None:
    """As the description has them: times of any year, and mostly more bytes than there are."""
    with mock(spec, "-d", *options) as prism:
        refused = await accounted(prism, 1 if options else 40)
    assert refused["bad_time"] > 0


async def test_random_answers_near_the_truth_are_kept_or_counted_for_every_reason(spec: Path, tmp_path: Path) -> None:
    with mock(tamed(spec, tmp_path), "-d") as prism:
        refused = await accounted(prism, 100)
    assert {"negative", "missing_bytes", "missing_time", "misaligned", "outside", "contradictory"} <= set(refused)


async def accounted(prism: Prism, times: int) -> Counter[str]:
    """Every row that came is kept or counted, and nothing that breaks an invariant is kept. What was refused."""
    refused: Counter[str] = Counter()
    async with bench(prism.url, RequestForm.UTC) as bot:
        for _ in range(times):
            outcome = await bot.client.usage(SITES[:1], HOUR)
            assert isinstance(outcome, Answered)
            refused.update(outcome.refused)
            rows = json.loads(bot.recorder.answers[-1][1])
            assert len(outcome.buckets) + sum(outcome.refused.values()) == len(rows), rows
            assert all(_is_good(one.slot, one.in_bytes, one.out_bytes) for one in outcome.buckets), rows
    return refused


def _is_good(slot: int, *counts: int) -> bool:
    return slot % 300 == 0 and slot in HOUR and all(0 <= count <= LARGEST_BUCKET for count in counts)


def tamed(spec: Path, folder: Path) -> Path:
    """The description with rows whose times are those of an hour, or near it, whose bytes are few, and of which
    some lack a field."""
    whole = YAML(typ="safe").load(spec)
    schemas = whole["components"]["schemas"]
    names = [name for name, one in schemas.items() if "time_slot" in one.get("properties", {})]
    assert names, "the description knows no time_slot"
    minutes = [*range(-10, 70, 5), 7]
    times = [(TEN + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ") for minute in minutes]
    bytes_ = {"type": "integer", "minimum": -9, "maximum": 99}
    for name in names:
        row = dict.fromkeys(schemas[name]["properties"], bytes_) | {"time_slot": {"enum": times}}
        lacking = [{field: row[field] for field in row if field != one} for one in (None, *row)]
        shapes = [{"type": "object", "required": list(some), "properties": some} for some in lacking]
        schemas[name] = {"oneOf": shapes}
    written = folder / "tamed.json"
    written.write_text(json.dumps(whole))
    return written


async def test_whole_pulls_of_random_answers_store_nothing_outside_what_was_asked(spec: Path, tmp_path: Path) -> None:
    outcomes: set[str] = set()
    with mock(tamed(spec, tmp_path), "-d") as prism:
        async with bench(prism.url, RequestForm.UTC) as bot:
            for _ in range(5):
                summary = await bot.pull.run()
                outcomes |= {kind for _, kind in summary.outcomes}
            async with bot.history.reading() as tx:
                all_, some = [await tx.buckets.usage([1, 2, 3], window, 300) for window in (EVER, ABOUT_TEN)]
                last = await tx.pulls.last(1)
    assert outcomes == {"answered"}
    assert last["answered"].refused > 0
    assert all_ == {key: replace(one, expected=all_[key].expected) for key, one in some.items()}
