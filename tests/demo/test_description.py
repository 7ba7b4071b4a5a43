"""The simulated API keeps to its own description, whatever schemathesis makes of that to ask."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import bot.demo.api
from bot.demo.api import METADATA_PATH, SITES_PATH, USAGE_PATH, SimulatedApi, serve
from bot.demo.faults import Rubbish
from tests.demo.client import TOKEN

ROOT = Path(__file__).parents[2]
DESCRIPTION = Path(bot.demo.api.__file__).parent / "openapi.yaml"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,positive_data_acceptance,unsupported_method,"
    "allow_header_conformance,ignored_auth"
)


async def schemathesis(url: str, folder: Path, examples: int, token: str = TOKEN) -> tuple[int, str]:
    """Its exit code and what it said."""
    options = ["--seed", "1", "--max-examples", str(examples), "--phases", "coverage,fuzzing", "--checks", CHECKS]
    header = ["--header", f"Authorization: Bearer {token}", "--generation-database", "none", "--no-color"]
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(DESCRIPTION), "--url", url, *options, *header]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.demo.schemathesis_hooks"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), 300)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, said.decode()


async def test_the_simulated_api_keeps_to_its_description(api: SimulatedApi, tmp_path: Path) -> None:
    async with serve(api) as url:
        code, said = await schemathesis(url, tmp_path, 15)
    assert code == 0, said
    assert "Tested: 3" in said
    assert {one.path for one in api.counts} == {USAGE_PATH, SITES_PATH, METADATA_PATH}
    assert {"ok", "parameter_invalid", "token_invalid", "resource_missing"} == {one.outcome for one in api.counts}


async def test_an_api_that_breaks_its_description_is_found_out(api: SimulatedApi, tmp_path: Path) -> None:
    api.faults.switch_on(Rubbish())
    async with serve(api) as url:
        code, said = await schemathesis(url, tmp_path, 1)
    assert code == 1, said
    assert "Response violates schema" in said
