"""A digest for a medium with little room: less of each list, and how much more there is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bot.service.answers.model import Answer, Table
from bot.service.answers.report import MOST, report_answer
from bot.service.views import Notification

ROWS = 25
ROOM = 8_000
"""Characters, with what a medium puts around them; all blocks of a Slack message are refused from some 13,000 on."""
_AROUND = 70
"""Of a row, a cell or a fact, what a medium puts around it."""


def brief(notification: Notification) -> Answer | None:
    """Of a digest, as much as one message takes."""
    if notification.digest_data is None:
        return notification.digest
    most = MOST
    answer = report_answer(notification.digest_data, most)
    while most > 1 and not _fits(answer):
        most -= 1
        answer = report_answer(notification.digest_data, most)
    return answer


def _fits(answer: Answer) -> bool:
    rows = sum(len(table.rows) for table in answer.tables)
    return rows <= ROWS and sum(len(text) + _AROUND for text in _texts(answer)) <= ROOM


def _texts(answer: Answer) -> Iterator[str]:
    yield answer.title
    yield from chain(*answer.facts, answer.notes, *map(_cells, answer.tables))


def _cells(table: Table) -> Iterator[str]:
    """As they are said where there are no columns: each with what it is."""
    yield table.title
    for row in table.rows:
        said = zip(table.columns, row, strict=True)
        yield " · ".join(f"{column}: {cell}" for column, cell in said if cell)
