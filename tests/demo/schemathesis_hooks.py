"""What a schema cannot say: a window's end is after its start, whichever of them is given."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import schemathesis

EARLIEST, LATEST = "0001-01-02T00:00:00Z", "9999-12-30T00:00:00Z"


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    """Put two good times in order; give a good one that stands alone its other end. Bad ones stay as they are."""
    del context, kwargs
    query = case.query or {}
    if not {"start_time", "end_time"} & set(query):
        return
    start, end = query.get("start_time", EARLIEST), query.get("end_time", LATEST)
    began, ended = _instant(start), _instant(end)
    if began is None or ended is None:
        return
    if began == ended:
        start, end = EARLIEST, LATEST
    elif began > ended:
        start, end = end, start
    query["start_time"], query["end_time"] = start, end


def _instant(text: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
