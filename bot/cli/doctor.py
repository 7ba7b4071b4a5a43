"""`usagebot doctor`: what is wrong, and what to do about it. It reads only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.app.doctor.findings import Finding
from bot.app.logs import Redactor, configure_logs
from bot.cli.check import RulesOption, parsed_rules
from bot.cli.exits import Exit
from bot.cli.findings import counts_of, draw_findings, to_machine
from bot.cli.terminal import TERMINAL, visible
from bot.rules.check import Parsed
from bot.rules.problems import did_you_mean
from bot.service.rule_files import UnreadableRulesError
from bot.settings import process_environment, read_settings

if TYPE_CHECKING:
    from bot.app.doctor.examine import Diagnosis
    from bot.app.doctor.plan import Plan


class DoctorFormat(StrEnum):
    """How the findings are printed."""

    TEXT = "text"
    JSON = "json"


def doctor(
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Make no connection: settings, rules, an SQLite database, disk.")
    ] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Look at the newest rows twice, and check the whole database file.")
    ] = False,
    workspace: Annotated[
        list[str] | None, typer.Option(help="Only this workspace of the rules; may be given again.", show_default=False)
    ] = None,
    rules: RulesOption = None,
    form: Annotated[DoctorFormat, typer.Option("--format", help="For people or for machines.")] = DoctorFormat.TEXT,
) -> None:
    """Find out what is wrong, with the remedy, and how this API behaves. Reads only. Exit 1 if there is a problem."""
    from bot.app.doctor.examine import diagnose  # noqa: PLC0415 - slow to import, and --help need not wait for it

    plan = _plan(offline=offline, thorough=thorough, workspaces=frozenset(workspace or ()), rules=rules)
    if form is DoctorFormat.TEXT:
        TERMINAL.say(_opening(plan))
    with _waiting():
        diagnosis = asyncio.run(diagnose(plan))
    diagnosis.findings = _masked(diagnosis.findings, plan)
    if form is DoctorFormat.JSON:
        _print_json(plan, diagnosis)
    else:
        draw_findings(TERMINAL.out, diagnosis.findings)
        TERMINAL.say(f"{counts_of(diagnosis.findings)} {_requests(diagnosis.made)}")
    if diagnosis.has_problem:
        raise typer.Exit(Exit.NO)


def _plan(*, offline: bool, thorough: bool, workspaces: frozenset[str], rules: Path | None) -> Plan:
    """Settings and rules as far as they can be read: what is wrong with them is a finding like any other."""
    from bot.app.doctor.plan import Plan  # noqa: PLC0415 - as above

    settings, problems = read_settings(process_environment(), Path.cwd())
    # Logs would say again, among the findings, what these say better.
    configure_logs(
        settings.log_format, "debug" if settings.log_level == "debug" else "critical", settings.secret_values
    )
    TERMINAL.learn(settings.secret_values)
    found = _rules(rules if rules is not None else settings.rules_path)
    plan = Plan(settings, problems, found, offline=offline, thorough=thorough, workspaces=workspaces)
    known = [rule.name for rule in plan.configuration.workspaces]
    for unknown in sorted(workspaces - set(known)):
        guess = did_you_mean(unknown, known)
        hint = f"did you mean {guess}?" if guess else f"the rules have {', '.join(known)}"
        raise typer.BadParameter(visible(f"there is no workspace {unknown!r}; {hint}"), param_hint="--workspace")
    return plan


def _rules(path: Path) -> Parsed | UnreadableRulesError:
    try:
        return parsed_rules(path)
    except UnreadableRulesError as error:
        return error


def _opening(plan: Plan) -> str:
    if plan.offline:
        return "Reads only, and makes no connection."
    most = plan.most_requests
    return f"Reads only: nothing is posted, sent or stored. At most {_count(most)} of the request budget."


def _requests(made: int) -> str:
    return f"{_count(made)} to the usage API." if made else "The usage API was not asked."


def _count(requests: int) -> str:
    return f"{requests} request{'' if requests == 1 else 's'}"


def _waiting() -> AbstractContextManager[object]:
    """Something that moves, for people; nothing in a pipe."""
    console = TERMINAL.err
    return console.status("Looking …") if console.is_terminal else nullcontext()


def _masked(findings: Sequence[Finding], plan: Plan) -> list[Finding]:
    """No finding should hold a secret; this is the second lock."""
    mask = Redactor(plan.settings.secret_values).text
    return [replace(finding, text=mask(finding.text), remedy=mask(finding.remedy)) for finding in findings]


def _print_json(plan: Plan, diagnosis: Diagnosis) -> None:
    """In ASCII: nothing in foreign text reaches the terminal as it is."""
    requests = {"most": plan.most_requests, "made": diagnosis.made}
    findings = to_machine(diagnosis.findings)
    typer.echo(json.dumps({"ok": not diagnosis.has_problem, "requests": requests, "findings": findings}, indent=2))
