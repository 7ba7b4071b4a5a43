"""`usagebot history backfill` as a process, against a simulated API over HTTP."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from bot.demo.api import SimulatedApi, serve
from bot.demo.retail import retail_chain
from bot.demo.traffic import Traffic
from bot.domain.times import DAY, Window
from tests.acceptance.world import TOKEN
from tests.processes import ROOT, now, ran

ORIGIN = date.fromordinal(now().date().toordinal() - 60)
FLEET = retail_chain(ORIGIN)
SITES = [FLEET.site("Sandton"), FLEET.site("Durban North")]
RULES = "version: 1\nreceivers: {noc: {terminal: true}}\ndefaults: {receivers: [noc]}\nsites:\n" + "".join(
    f"  - {{id: {site.id}, name: {site.name}}}\n" for site in SITES
)


async def usagebot(folder: Path, base_url: str, *words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one command."""
    known = {"PYTHONPATH": str(ROOT), "ALTOSTRAT_TOKEN": TOKEN, "ALTOSTRAT_BASE_URL": base_url}
    told = await ran(known, folder, *words)
    return told.code, told.out, told.err


async def test_it_says_what_it_takes_and_fetches_it_once(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    api = SimulatedApi(FLEET, now, token=TOKEN)
    start = now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=50)
    words = ("history", "backfill", "--from", f"{start:%Y-%m-%d}", "--site", "Sandton")
    async with serve(api) as base_url:
        await usagebot(tmp_path, base_url, "db", "upgrade")
        assert await usagebot(tmp_path, base_url, *words, "--dry-run") == (
            0,
            "2 requests for 1 site: about 1 minute.\n",
            "",
        )
        assert api.counts.total() == 0
        code, out, err = await usagebot(tmp_path, base_url, *words)
        assert (code, err) == (0, "")
        assert "Requests: 2 answered." in out
        code, out, _ = await usagebot(tmp_path, base_url, *words)
        assert (code, api.counts.total()) == (0, 2)
        assert "Nothing is missing." in out
    day = Window.of(start, start + timedelta(days=1))
    block = Traffic(FLEET).block([FLEET.index("Sandton")], day)
    with closing(sqlite3.connect(tmp_path / "usage.db")) as db:
        [(stored,)] = db.execute("SELECT in_bytes + out_bytes FROM daily WHERE day = ?", [day.start]).fetchall()
    assert stored == int(block.in_bytes.sum() + block.out_bytes.sum())
    assert day.end - day.start == DAY
