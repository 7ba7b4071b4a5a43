"""`usagebot schema`: the rule language for editors."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli.terminal import TERMINAL


def schema(
    *, tests: Annotated[bool, typer.Option("--tests", help="Of files of rule tests, *.test.yaml.")] = False
) -> None:
    """Print a JSON Schema (Draft 2020-12) of the files of a rules folder, for editors.

    What an editor marks is wrong; `usagebot check` knows more.
    """
    from bot.rules.schema import cases_schema, folder_schema  # noqa: PLC0415 - nothing else needs it

    TERMINAL.out.print_json(json.dumps(cases_schema() if tests else folder_schema()))
