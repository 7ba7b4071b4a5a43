"""The fleet at one look, kept up: what runs out first, what is open, how fresh it is, how the bot is."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.service.answers.fleet import glance_answer, status_answer
from bot.service.answers.model import Answer
from bot.service.answers.site import alerts_answer, quota_answer
from bot.service.queries.replies import Glance, OpenAlerts, QuotaTable
from bot.service.queries.status_replies import StatusReport

SHOWN = 10
"""Rows of each table; the words for all of them stand beneath."""


def dashboard(
    glance: Glance, quotas: QuotaTable, alerts: OpenAlerts, status: StatusReport, zone: ZoneInfo, prefix: str
) -> tuple[Answer, ...]:
    """Of the four replies, asked for at one time by whoever looks: three answers, one below the other."""
    told = glance_answer(glance, zone, prefix)
    facts = (*told.facts, ("The bot", status_answer(status, zone).title))
    open_, granted = alerts_answer(alerts, zone), quota_answer(quotas, zone)
    return (
        Answer(told.title, facts, freshness=told.freshness),
        _begun(open_, len(alerts.alerts), f"{prefix} alerts"),
        _begun(granted, len(quotas.quotas), f"{prefix} quota"),
    )


def _begun(answer: Answer, rows: int, words: str) -> Answer:
    """Its first rows, and what asks for the others."""
    tables = tuple(replace(table, rows=table.rows[:SHOWN], alerts=table.alerts[:SHOWN]) for table in answer.tables)
    more = (f"And {rows - SHOWN:,} more: {words}.",) if rows > SHOWN else ()
    return Answer(answer.title, tables=tables, notes=more)
