"""Whole examinations for tests: of which API and settings, and what is found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from bot.app.build import Environment
from bot.app.doctor.examine import Diagnosis, diagnose
from bot.app.doctor.findings import Finding, Standing, Subject
from bot.app.doctor.plan import Plan
from bot.demo.api import SimulatedApi, serve
from bot.demo.clock import HandClock
from bot.demo.retail import retail_chain
from bot.rules.check import parse
from bot.settings import read_settings

TOKEN = "alto_sk_for_the_doctor"
FLEET = retail_chain(date(2026, 6, 1))
NOW = datetime(2026, 6, 20, 10, 3, 20, tzinfo=UTC)
RULES = """
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {terminal: true}}
rules: [{name: lte, quota: 5 GB, per: month, at: [80%]}]
"""

Serving = Callable[..., SimulatedApi]


def plan(
    folder: Path,
    clock: HandClock,
    environ: Mapping[str, str],
    rules: str = RULES,
    *,
    offline: bool = False,
    thorough: bool = False,
) -> Plan:
    environ = {"ALTOSTRAT_TOKEN": TOKEN, "DATABASE_URL": f"sqlite:///{folder / 'usage.db'}", **environ}
    settings, problems = read_settings(environ, folder)
    random = Random(1)  # noqa: S311 - jitter that is the same at every run
    environment = Environment(clock, clock.ticks, clock.sleep, random)
    parsed = parse([("fleet.yaml", rules.encode())])
    return Plan(settings, problems, parsed, offline, thorough, environment=environment)


@asynccontextmanager
async def examined(
    api: SimulatedApi, folder: Path, clock: HandClock, rules: str = RULES, *, thorough: bool = False, **environ: str
) -> AsyncIterator[Diagnosis]:
    async with serve(api) as url:
        settings = {"ALTOSTRAT_BASE_URL": url, **environ}
        yield await diagnose(plan(folder, clock, settings, rules, thorough=thorough))


def of(diagnosis: Diagnosis, check: str, subject: Subject = Subject.API) -> Finding:
    (finding,) = [one for one in diagnosis.findings if one.check == check and one.subject is subject]
    return finding


def bad(diagnosis: Diagnosis, *subjects: Subject) -> dict[str, Standing]:
    """What is not fine, clocks and zone data aside: the simulated day is not the machine's."""
    subjects = subjects or (Subject.API, Subject.SITES)
    return {
        one.check: one.standing
        for one in diagnosis.findings
        if one.standing in {Standing.WARNING, Standing.PROBLEM} and one.subject in subjects
    }
