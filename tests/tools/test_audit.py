"""The audit of pinned packages: tolerant of having no network, and of nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.audit import LOCK, Verdict, audit, judge
from tests.fakes.loopback import served

CLEAN = {"name": "rich", "version": "15.0.0", "vulns": []}
BAD = {"name": "left", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "odd", "skip_reason": "not found"}
OSV_FINDING = {
    "id": "PYSEC-2026-1",
    "summary": "made up",
    "affected": [
        {
            "package": {"name": "attrs", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}],
        }
    ],
}


def report(*packages: dict[str, Any]) -> Verdict:
    return judge(json.dumps({"dependencies": packages, "fixes": []}), "")


def test_packages_without_a_finding_pass() -> None:
    assert report(CLEAN, CLEAN) == Verdict(True, ("2 packages, none known to be vulnerable",))


def test_a_finding_fails_and_says_where_it_is_fixed() -> None:
    assert report(CLEAN, BAD) == Verdict(False, ("left 1.0: PYSEC-1, fixed in 1.1",))


def test_a_finding_is_not_hidden_by_packages_that_are_not_known() -> None:
    assert report(UNKNOWN, BAD, UNKNOWN).passed is False


def test_a_service_that_knows_nothing_at_all_made_no_audit() -> None:
    assert report(UNKNOWN, UNKNOWN).passed is None


@pytest.mark.parametrize("packages", [[], [CLEAN, UNKNOWN]])
def test_an_audit_of_less_than_everything_fails(packages: list[dict[str, Any]]) -> None:
    assert report(*packages).passed is False


@pytest.mark.parametrize(
    "errors",
    [
        "Traceback …\nrequests.exceptions.ConnectionError: Failed to resolve 'api.osv.dev'",
        "requests.exceptions.ReadTimeout: Read timed out. (read timeout=5)\n\n",
        "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed",
    ],
)
def test_a_service_out_of_reach_is_told_and_passes_unless_it_must_not(errors: str) -> None:
    verdict = judge("", errors)
    assert verdict.passed is None
    assert (verdict.exit_code(strict=False), verdict.exit_code(strict=True)) == (0, 1)


@pytest.mark.parametrize("output", ["", "[]", '{"fixes": []}', "not json"])
@pytest.mark.parametrize("errors", ["", "ERROR:pip_audit._cli:invalid requirements input: ConnectionError\nno hash"])
def test_no_report_for_any_other_reason_fails(output: str, errors: str) -> None:
    assert judge(output, errors).exit_code(strict=False) == 1


@asynccontextmanager
async def service(answers: dict[str, Any], *, hangs: bool = False, status: int = 200) -> AsyncIterator[list[str]]:
    """A vulnerability service on loopback, which answers for the packages that are named; pip-audit's options."""

    async def answer(request: web.Request) -> web.Response:
        if hangs:
            await asyncio.Event().wait()
        asked = (await request.json())["package"]["name"]
        return web.json_response(answers.get(asked, {}), status=status)

    app = web.Application()
    app.router.add_post("/v1/query", answer)
    async with served(app) as port:
        yield ["-s", "osv", "--osv-url", f"http://127.0.0.1:{port}/v1/query"]


async def test_the_real_pip_audit_finds_what_a_service_knows_of_our_lock_file() -> None:
    async with service({"attrs": {"vulns": [OSV_FINDING]}}) as options:
        verdict = await asyncio.to_thread(audit, LOCK, options)
    assert verdict.passed is False
    [line] = verdict.lines
    assert line.startswith("attrs ")
    assert line.endswith(": PYSEC-2026-1, fixed in 99")


async def test_the_real_pip_audit_against_nobody_gives_up_at_once_and_passes() -> None:
    options = ["-s", "osv", "--osv-url", "http://127.0.0.1:9/v1/query"]
    verdict = await asyncio.to_thread(audit, LOCK, options)
    assert verdict.passed is None, verdict


async def test_a_service_that_refuses_to_answer_made_no_audit() -> None:
    async with service({}, status=503) as options:
        verdict = await asyncio.to_thread(audit, LOCK, options)
    assert verdict.passed is None, verdict


async def test_a_service_that_hangs_is_given_up(tmp_path: Path) -> None:
    async with service({}, hangs=True) as options:
        verdict = await asyncio.to_thread(audit, LOCK, options, 2.0)
    assert verdict.passed is None


async def test_a_lock_file_that_cannot_be_read_fails(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("attrs\n")
    verdict = await asyncio.to_thread(audit, tmp_path / "lock")
    assert verdict.passed is False
    assert "hash" in verdict.lines[0] or "pin" in verdict.lines[0]
