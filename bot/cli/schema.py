"""`usagebot schema`: the rule language for editors."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from bot.cli.terminal import TERMINAL


def schema(
    *,
    tests: Annotated[bool, typer.Option("--tests", help="Of files of rule tests, *.test.yaml.")] = False,
    webhook: Annotated[bool, typer.Option("--webhook", help="Of what is posted to webhooks.")] = False,
) -> None:
    """Print a JSON Schema (Draft 2020-12) of the files of a rules folder, for editors.

    What an editor marks is wrong; `usagebot check` knows more.
    """
    if tests and webhook:
        raise typer.BadParameter("--tests and --webhook are two schemas; ask for one")
    TERMINAL.out.print_json(json.dumps(_webhook() if webhook else _rules(tests=tests)))


def _rules(*, tests: bool) -> dict[str, Any]:
    from bot.rules.schema import cases_schema, folder_schema  # noqa: PLC0415 - nothing else needs it

    return cases_schema() if tests else folder_schema()


def _webhook() -> dict[str, Any]:
    from bot.notify.webhook_schema import webhook_schema  # noqa: PLC0415 - as above

    return webhook_schema()
