"""The fleet at one look, kept up: what runs out first, what is open, how fresh it is, how the bot is."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.service.answers.fleet import glance_answer, status_answer
from bot.service.answers.model import Answer
from bot.service.answers.phrases import count
from bot.service.answers.site import alerts_answer, quota_answer
from bot.service.queries.replies import Glance, OpenAlerts, QuotaTable, StatusReport

SHOWN = 10
"""Rows of each table; the words for all of them stand beneath."""


def dashboard(
    glance: Glance, quotas: QuotaTable, alerts: OpenAlerts, status: StatusReport, zone: ZoneInfo, prefix: str
) -> Answer:
    """Of the four replies, asked for at one time by whoever looks."""
    told = glance_answer(glance, zone, prefix)
    health = status_answer(status, zone).title
    more = [
        f"And {count(len(rows) - SHOWN, what)} more: {prefix} {word}."
        for rows, what, word in ((alerts.alerts, "alert", "alerts"), (quotas.quotas, "quota", "quota"))
        if len(rows) > SHOWN
    ]
    return Answer(
        title=told.title,
        facts=(*told.facts, ("The bot", health)),
        tables=(
            *alerts_answer(replace(alerts, alerts=alerts.alerts[:SHOWN]), zone).tables,
            *quota_answer(replace(quotas, quotas=quotas.quotas[:SHOWN]), zone).tables,
        ),
        notes=tuple(more),
        freshness=told.freshness,
    )
