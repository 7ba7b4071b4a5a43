"""`usagebot schema` as an editor reads it."""

from __future__ import annotations

import json

from bot.cli.exits import Exit
from bot.notify.webhook_schema import webhook_schema
from bot.rules.schema import cases_schema, folder_schema
from tests.cli.console import Usagebot


def test_the_schema_is_json_and_nothing_else(usagebot: Usagebot) -> None:
    ran = usagebot("schema")
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert json.loads(ran.out) == folder_schema()
    assert json.loads(usagebot("schema", "--tests").out) == cases_schema()
    assert json.loads(usagebot("schema", "--webhook").out) == webhook_schema()
    assert usagebot("schema", "--webhook", "--tests").code == Exit.WRONG_USE
