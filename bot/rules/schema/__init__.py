"""JSON Schema of the rule language, for editors: its keys, forms and words. `usagebot check` knows more than it says.

Draft 2020-12. It refuses nothing that the checker accepts.
"""

from __future__ import annotations

from bot.rules.schema.cases import cases_schema
from bot.rules.schema.folder import folder_schema
from bot.rules.schema.values import Schema

__all__ = ["Schema", "cases_schema", "folder_schema"]
