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
from bot.service.answers.compared import comparison_answer, not_compared_answer
from bot.service.answers.explanation import explanation_answer, unexplained_answer
from bot.service.answers.fleet import glance_answer, status_answer, top_answer
from bot.service.answers.model import Answer
from bot.service.answers.noise import noise_answer
from bot.service.answers.refusals import mistake_answer, no_scope_answer, not_found_answer
from bot.service.answers.report import report_answer
from bot.service.answers.rules import rule_answer, rules_answer
from bot.service.answers.silences import silences_answer
from bot.service.answers.site import alerts_answer, quota_answer, site_answer
from bot.service.answers.story import story_answer
from bot.service.answers.understood import QUERY
from bot.service.answers.undone import undone_answer
from bot.service.answers.whatif import whatif_answer
from bot.service.commands import Mistake
from bot.service.explain.model import Explained, Explanation, NoSuchRule, NoSuchTime
from bot.service.fleet import NotFound
from bot.service.queries.compare_replies import Comparison, NotCompared
from bot.service.queries.noise_replies import NoiseReport
from bot.service.queries.replies import Glance, NoScope, OpenAlerts, QuotaTable, Reply, SiteReport, TopSites
from bot.service.queries.rule_replies import RuleReport, RuleTable
from bot.service.queries.silence_replies import SilenceList
from bot.service.queries.status_replies import StatusReport
from bot.service.queries.story_replies import AlertStory
from bot.service.queries.whatif_replies import WhatIfReport
from bot.service.reports.model import DigestReport

Usages = SiteReport | TopSites | Comparison | QuotaTable | WhatIfReport
Told = OpenAlerts | AlertStory | SilenceList | NoiseReport
Overall = Glance | DigestReport | RuleTable | RuleReport | StatusReport
Unasked = NotFound | NoScope | Mistake | NotCompared | NoSuchRule | NoSuchTime
Unanswered = Undone | NotCompared | NoSuchRule | NoSuchTime
"""Of an answer that says only why there is none: it is for whoever asked."""


def render(reply: Reply | Explained | Mistake | Done | Undone, zone: ZoneInfo, prefix: str) -> Answer:
    """The reply in words. `zone` is for what concerns no single site; `prefix` is what people write before a
    command: `/usage`, or `usagebot query` before a question and `usagebot` before an order."""
    match reply:
        case Explanation():
            return explanation_answer(reply, prefix)
        case Acknowledged() | Silenced() | Unsilenced():
            return done_answer(reply, zone, prefix)
        case NoSuchAlert() | NoSuchSilence() | NoSuchName() | Refusal():
            return undone_answer(reply)
        case NotFound() | NoScope() | Mistake() | NotCompared() | NoSuchRule() | NoSuchTime():
            return _refusal(reply, zone, prefix)
        case _:
            return _answered(reply, zone, prefix)


def _answered(reply: Usages | Told | Overall, zone: ZoneInfo, prefix: str) -> Answer:
    match reply:
        case Glance() | DigestReport() | RuleTable() | RuleReport() | StatusReport():
            return _overall(reply, zone, prefix)
        case SiteReport() | TopSites() | Comparison() | QuotaTable() | WhatIfReport():
            return _usages(reply, zone)
        case _:
            return _told(reply, zone, prefix)


def _usages(reply: Usages, zone: ZoneInfo) -> Answer:
    match reply:
        case SiteReport():
            return site_answer(reply)
        case TopSites():
            return top_answer(reply, zone)
        case Comparison():
            return comparison_answer(reply)
        case QuotaTable():
            return quota_answer(reply, zone)
        case WhatIfReport():
            return whatif_answer(reply)
        case _:
            assert_never(reply)


def _told(reply: Told, zone: ZoneInfo, prefix: str) -> Answer:
    match reply:
        case OpenAlerts():
            return alerts_answer(reply, zone)
        case AlertStory():
            return story_answer(reply)
        case SilenceList():
            return silences_answer(reply, prefix.removesuffix(QUERY))
        case NoiseReport():
            return noise_answer(reply, zone)
        case _:
            assert_never(reply)


def _overall(reply: Overall, zone: ZoneInfo, prefix: str) -> Answer:
    match reply:
        case Glance():
            return glance_answer(reply, zone, prefix)
        case DigestReport():
            return report_answer(reply)
        case RuleTable():
            return rules_answer(reply, zone, prefix)
        case RuleReport():
            return rule_answer(reply, zone)
        case StatusReport():
            return status_answer(reply, zone)
        case _:
            assert_never(reply)


def _refusal(reply: Unasked, zone: ZoneInfo, prefix: str) -> Answer:
    match reply:
        case NotFound():
            return not_found_answer(reply)
        case NoScope():
            return no_scope_answer(reply)
        case Mistake():
            return mistake_answer(reply, prefix)
        case NotCompared():
            return not_compared_answer(reply)
        case NoSuchRule() | NoSuchTime():
            return unexplained_answer(reply, zone)
        case _:
            assert_never(reply)
