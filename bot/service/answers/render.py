"""From replies to words."""

from __future__ import annotations

from typing import assert_never
from zoneinfo import ZoneInfo

from bot.service.actions.replies import (
    Acknowledged,
    Done,
    NoSuchAlert,
    NoSuchName,
    NoSuchSilence,
    Refusal,
    Silenced,
    Undone,
    Unsilenced,
)
from bot.service.answers.actions import done_answer
from bot.service.answers.explanation import explanation_answer, unexplained_answer
from bot.service.answers.fleet import glance_answer, status_answer, top_answer
from bot.service.answers.model import Answer
from bot.service.answers.noise import noise_answer
from bot.service.answers.refusals import mistake_answer, no_scope_answer, not_found_answer
from bot.service.answers.silences import silences_answer
from bot.service.answers.site import alerts_answer, quota_answer, site_answer
from bot.service.answers.understood import QUERY
from bot.service.answers.undone import undone_answer
from bot.service.commands import Mistake
from bot.service.explain.model import Explained, Explanation, NoSuchRule, NoSuchTime
from bot.service.fleet import NotFound
from bot.service.queries.noise_replies import NoiseReport
from bot.service.queries.replies import (
    Glance,
    NoScope,
    OpenAlerts,
    QuotaTable,
    Reply,
    SiteReport,
    StatusReport,
    TopSites,
)
from bot.service.queries.silence_replies import SilenceList

Answered = Glance | SiteReport | TopSites | QuotaTable | OpenAlerts | SilenceList | NoiseReport | StatusReport


def render(reply: Reply | Explained | Mistake | Done | Undone, zone: ZoneInfo, prefix: str) -> Answer:
    """The reply in words. `zone` is for what concerns no single site; `prefix` is what people write before a
    command: `/usage`, or `usagebot query` before a question and `usagebot` before an order."""
    match reply:
        case Explanation():
            return explanation_answer(reply)
        case Acknowledged() | Silenced() | Unsilenced():
            return done_answer(reply, zone, prefix)
        case NoSuchAlert() | NoSuchSilence() | NoSuchName() | Refusal():
            return undone_answer(reply)
        case NotFound() | NoScope() | Mistake() | NoSuchRule() | NoSuchTime():
            return _refusal(reply, zone, prefix)
        case _:
            return _answered(reply, zone, prefix)


def _answered(reply: Answered, zone: ZoneInfo, prefix: str) -> Answer:
    match reply:
        case Glance() | TopSites() | NoiseReport() | StatusReport():
            return _about_all(reply, zone, prefix)
        case SiteReport():
            return site_answer(reply)
        case QuotaTable():
            return quota_answer(reply, zone)
        case OpenAlerts():
            return alerts_answer(reply, zone)
        case SilenceList():
            return silences_answer(reply, prefix.removesuffix(QUERY))
        case _:
            assert_never(reply)


def _about_all(reply: Glance | TopSites | NoiseReport | StatusReport, zone: ZoneInfo, prefix: str) -> Answer:
    match reply:
        case Glance():
            return glance_answer(reply, zone, prefix)
        case TopSites():
            return top_answer(reply, zone)
        case NoiseReport():
            return noise_answer(reply, zone)
        case StatusReport():
            return status_answer(reply, zone)
        case _:
            assert_never(reply)


def _refusal(reply: NotFound | NoScope | Mistake | NoSuchRule | NoSuchTime, zone: ZoneInfo, prefix: str) -> Answer:
    match reply:
        case NotFound():
            return not_found_answer(reply)
        case NoScope():
            return no_scope_answer(reply)
        case Mistake():
            return mistake_answer(reply, prefix)
        case NoSuchRule() | NoSuchTime():
            return unexplained_answer(reply, zone)
        case _:
            assert_never(reply)
