"""`usagebot backtest` without a file: what the bot itself has stored, by raw buckets and the hours before them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli.exits import Exit
from bot.domain.times import DAY, Slot, floor, iso, to_slot
from bot.domain.usage import Bucket
from bot.history.store import SqlHistory
from bot.service.ports import Reading
from tests.cli.console import Usagebot
from tests.processes import now

RULES = """\
version: 1
receivers: {noc: {terminal: true}}
defaults: {receivers: [noc], timezone: UTC}
sites: [{id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10, name: cape}]
rules:
  - {name: daily, quota: 1000 B, per: day, at: [80%, 90%, 100%]}
  - {name: long, quota: 8000 B, per: {every: 28 days, from: FROM}, at: [50%, 100%]}
"""
TODAY = floor(to_slot(now()), DAY)
SWEPT = Slot(TODAY - 2 * DAY)
"""Raw buckets are kept from here on."""


@pytest.fixture
def bot(usagebot: Usagebot, tmp_path: Path) -> Usagebot:
    """A bot whose site used ten bytes in every bucket of four days, the first two of which it only has by the hour."""
    rules = RULES.replace("FROM", iso(TODAY - 4 * DAY)[:10])
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(rules)
    assert usagebot("db", "upgrade").code == Exit.OK
    assert usagebot("query").code == Exit.OK  # makes the site known
    asyncio.run(_fill(f"sqlite:///{tmp_path / 'usage.db'}"))
    return usagebot


async def _fill(url: str) -> None:
    history = SqlHistory(url)
    await history.open()
    async with history.writing() as tx:
        [site] = await tx.sites.all()
        buckets = [Bucket(slot, 10, 0) for slot in range(TODAY - 4 * DAY, TODAY, 300)]
        await tx.buckets.write([Reading(site.key, buckets)], TODAY, {})
        await tx.retention.sweep(raw_before=SWEPT, hourly_before=Slot(0), pulls_before=Slot(0))
    await history.close()


def test_raw_buckets_are_judged_and_the_hours_before_them_are_counted(bot: Usagebot) -> None:
    ran = bot("backtest", "--rules", "rules", "--format", "jsonl")
    assert ran.code == Exit.OK, ran.err
    lines = [json.loads(line) for line in ran.out.splitlines()]
    long = [(one["at"], one["transition"], one["step"]) for one in lines if one["rule"] == "long"]
    # 5,760 bytes were used by the hour before; 50 % of 8,000 were told then, 100 % are reached 224 buckets later.
    assert long == [(iso(SWEPT + 224 * 300), "fired", "100%")]
    daily = [one["at"] for one in lines if one["rule"] == "daily" and one["step"] == "80%"]
    assert daily == [iso(SWEPT + 80 * 300), iso(SWEPT + DAY + 80 * 300)]
    assert f"buckets from {iso(SWEPT)} to {iso(TODAY)}" in ran.err
    assert f"of {iso(TODAY - 4 * DAY)} to {iso(SWEPT)} it holds hourly sums" in ran.err


def test_it_says_the_same_of_what_is_stored_as_of_the_file_that_is_exported(bot: Usagebot, tmp_path: Path) -> None:
    """But for the hours before, which a file of buckets does not have."""
    start = iso(SWEPT)
    assert bot("history", "export", str(tmp_path / "past.csv"), "--from", start).code == Exit.OK
    stored = bot("backtest", "--rules", "rules", "--format", "jsonl").out.splitlines()
    of_file = bot("backtest", "--rules", "rules", "--history", "past.csv", "--format", "jsonl").out.splitlines()
    daily = [line for line in stored if '"daily"' in line]
    assert daily == [line for line in of_file if '"daily"' in line]
    assert len(daily) == 8
