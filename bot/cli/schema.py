"""`usagebot schema`: the rule language for editors."""

from __future__ import annotations

import json

from bot.cli.terminal import TERMINAL


def schema() -> None:
    """Print a JSON Schema (Draft 2020-12) of the files of a rules folder, for editors.

    What an editor marks is wrong; `usagebot check` knows more.
    """
    from bot.rules.schema import folder_schema  # noqa: PLC0415 - nothing else needs it

    TERMINAL.out.print(
        json.dumps(folder_schema(), indent=2), soft_wrap=True, markup=False, emoji=False, highlight=False
    )
