"""`usagebot explain` in a terminal and for machines."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli.exits import Exit
from bot.domain.times import floor, to_slot
from bot.domain.usage import Bucket
from bot.history.store import SqlHistory
from bot.service.ports import Progress, Reading
from tests.cli.console import Usagebot
from tests.processes import now

SITE = "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10"
RULES = f"""\
version: 1
receivers: {{noc: {{terminal: true}}}}
defaults: {{receivers: [noc], timezone: Africa/Johannesburg}}
sites:
  - {{id: {SITE}, name: "Cape [bold]Town", tags: {{plan: lte}}}}
rules:
  - {{name: hourly, quota: 500 GB, per: hour}}
  - {{name: elsewhere, quota: 1 GB, sites: {{name: "[red]durban"}}}}
"""
NAME = "Cape [bold]Town"


@pytest.fixture
def asked(usagebot: Usagebot, tmp_path: Path) -> Usagebot:
    """A bot with one site, of whose last hours every bucket holds 1 MB."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    assert usagebot("db", "upgrade").code == Exit.OK
    assert usagebot("query").code == Exit.OK  # makes the site known
    asyncio.run(_fill(f"sqlite:///{tmp_path / 'usage.db'}"))
    return usagebot


async def _fill(url: str) -> None:
    history, end = SqlHistory(url), floor(to_slot(now()), 300)
    await history.open()
    buckets = [Bucket(slot, 10**6, 0) for slot in range(end - 7200, end, 300)]
    async with history.writing() as tx:
        [site] = await tx.sites.all()
        await tx.buckets.write([Reading(site.key, buckets)], end, {})
        await tx.progress.save([Progress(site.key, known_from=buckets[0].slot, watermark=end)])  # type: ignore[arg-type]
    await history.close()


def test_people_get_one_sentence_and_what_it_rests_on(asked: Usagebot) -> None:
    ran = asked("explain", NAME, "--rule", "hourly", COLUMNS="200")
    assert (ran.code, ran.err) == (Exit.OK, "")
    first, *rest = ran.out.splitlines()
    assert first.startswith("It told nobody: ")
    assert "of 500 GB was used, 80 % is the first step." in first
    assert any("Cape [bold]Town" in line for line in rest)
    assert any("1.00 MB" in line for line in rest)


def test_a_rule_about_other_sites_is_named_and_not_drawn_as_markup(asked: Usagebot) -> None:
    ran = asked("explain", NAME, "--rule", "elsewhere", COLUMNS="200")
    assert "the rule is for [red]durban" in ran.out
    assert "not about this site: elsewhere" in asked("explain", NAME, COLUMNS="200").out


def test_a_machine_gets_json_alone(asked: Usagebot) -> None:
    ran = asked("explain", NAME, "--format", "json")
    reply = json.loads(ran.out)
    assert (ran.code, reply["kind"], [case["because"] for case in reply["cases"]]) == (
        Exit.OK,
        "Explanation",
        ["below", "not_about"],
    )
    assert reply["cases"][0]["standing"]["limit"] == 500 * 10**9


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("Cape [bold]Twon",), Exit.NO, "Did you mean Cape [bold]Town?"),
        ((NAME, "--rule", "hourli"), Exit.NO, "No rule is called hourli; did you mean hourly?"),
        ((NAME, "--at", "2999-01-01"), Exit.WRONG_USE, "is still to come"),
        ((NAME, "--at", "yesterday"), Exit.WRONG_USE, "is no time; write it like"),
        ((NAME, "--at", "0001-01-01"), Exit.WRONG_USE, "is no time; write it like"),
        ((NAME, "--at", "9999-12-31T23:59:59-12:00"), Exit.WRONG_USE, "is"),
        ((NAME, "--at", "2001-01-01T00:00+02:00"), Exit.OK, "no data of the site had been read by then"),
        ((NAME, "--format", "xml"), Exit.WRONG_USE, "use text or json"),
        ((), Exit.WRONG_USE, "Missing argument"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(
    arguments: tuple[str, ...], code: Exit, said: str, asked: Usagebot
) -> None:
    ran = asked("explain", *arguments, COLUMNS="200")
    assert ran.code == code
    assert said in ran.out + ran.err
    assert "Traceback" not in ran.err
