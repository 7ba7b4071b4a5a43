"""A digest in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.moments import MONTH_NAMES, moment, period
from bot.domain.names import name as safe
from bot.domain.units import format_bytes
from bot.domain.usage import Direction
from bot.rules.telling import Rhythm
from bot.service.answers.charts import quota_chart
from bot.service.answers.freshness import freshness_line
from bot.service.answers.model import Answer
from bot.service.answers.phrases import (
    UNKNOWN,
    change_words,
    count,
    coverage_words,
    listed,
)
from bot.service.answers.report_tables import FIRST, UNIT, tables_of
from bot.service.charts.model import Mark, Ranking, Scale
from bot.service.reports.model import DigestReport, KindTold

NAMED = 5
"""Sites that a fact names; of more it says how many."""


MOST = 10
"""Rows of a table, unless there is less room."""


def report_answer(reply: DigestReport, most: int = MOST) -> Answer:
    """`most` rows of each table."""
    now = reply.freshness.asked_at
    return Answer(
        title=_headline(reply, now),
        facts=tuple(_facts(reply)),
        tables=tuple(tables_of(reply, most)),
        notes=tuple(_notes(reply, now)),
        freshness=freshness_line(reply.freshness, reply.zone),
        chart=_chart(reply, now),
    )


def when(reply: DigestReport, now: datetime) -> str:
    """`"16 – 22 Nov"`, `"October"`; with the year where it is not this one."""
    local = reply.start.astimezone(reply.zone)
    if reply.rhythm is Rhythm.WEEKLY:
        return period(reply.start, reply.end, reply.zone, now)
    year = "" if local.year == now.astimezone(reply.zone).year else f" {local.year}"
    return f"{MONTH_NAMES[local.month - 1]}{year}"


def _headline(reply: DigestReport, now: datetime) -> str:
    title = f"{'Week of ' if reply.rhythm is Rhythm.WEEKLY else ''}{when(reply, now)}"
    if not reply.sites.all:
        return f"{title}: no sites are known"
    told = sum(one.told for one in reply.alerts)
    words = [
        _total(reply),
        f"{count(reply.ran_out_count, 'quota')} used up" if reply.ran_out_count else "",
        f"{count(told, 'alert')}" if told else "no alerts",
    ]
    return f"{title}: {', '.join(filter(None, words))}"


def _total(reply: DigestReport) -> str:
    return format_bytes(reply.usage.of(Direction.TOTAL)) if reply.usage.known else f"usage {UNKNOWN}"


def _facts(reply: DigestReport) -> Iterator[tuple[str, str]]:
    sites, quotas, unit = reply.sites, reply.quotas, UNIT[reply.rhythm]
    if not sites.all:
        return
    if reply.usage.known:
        against = "with" if reply.change is None else "against"
        yield "Fleet", _joined(_total(reply), f"{change_words(reply.change)} {against} the {unit} before")
        yield "In and out", f"{format_bytes(reply.usage.in_bytes)} in, {format_bytes(reply.usage.out_bytes)} out"
    yield "Sites", f"{sites.all:,} in {listed([safe(one) for one in reply.workspaces], 'and')}"
    if quotas.known:
        state = f"{quotas.over:,} used up, {quotas.near:,} near"
        yield "Quotas now", f"{quotas.known:,}: {state}"
    yield "Alerts", _alerts_words(reply.alerts)
    yield "Known", _coverage(reply)
    yield from _site_facts(reply, unit)
    if requests := _requests(reply):
        yield "Requests", requests


def _alerts_words(alerts: Sequence[KindTold]) -> str:
    told, held = sum(one.told for one in alerts), sum(one.held for one in alerts)
    return _joined(f"{told:,} told" if told or held else "none", f"{held:,} held back" if held else "")


def _coverage(reply: DigestReport) -> str:
    """What could not be seen of usage."""
    sites = reply.sites
    words = coverage_words(reply.usage.coverage) or "all of it"
    return _joined(
        words,
        f"{count(sites.gap_count, 'site')} below 95 %" if sites.gap_count else "",
        f"nothing of {count(sites.dark_count, 'site')}" if sites.dark_count else "",
    )


def _site_facts(reply: DigestReport, unit: str) -> Iterator[tuple[str, str]]:
    sites = reply.sites
    if sites.new_count == sites.all:
        yield "New", f"all of them were listed first in this {unit}"
    elif sites.new_count:
        yield "New", _named(sites.new, sites.new_count)
    if sites.dark_count:
        yield "Silent", f"{_named(sites.dark, sites.dark_count)}: nothing is known of this {unit}"
    if sites.idle_count:
        yield "Idle", f"{_named(sites.idle, sites.idle_count)}: not a byte in this {unit}"


def _named(names: Sequence[str], all_of_them: int) -> str:
    """`"cape-town, durban and 3 more"`."""
    shown = [safe(one) for one in names[:NAMED]]
    more = all_of_them - len(shown)
    return f"{', '.join(shown)} and {more:,} more" if more else listed(shown, "and")


def _requests(reply: DigestReport) -> str:
    """That the API failed, which explains gaps; "" where it did not."""
    requests = reply.requests
    failed = ", ".join(f"{number:,} {outcome}" for outcome, number in requests.failed.items())
    since = f", as far back as requests are kept: since {_at(reply, requests.since)}" if requests.since else ""
    return f"{failed} of {requests.made:,}{since}" if failed else ""


def _at(reply: DigestReport, instant: datetime) -> str:
    return moment(instant, reply.zone, reply.freshness.asked_at)


def _chart(reply: DigestReport, now: datetime) -> Ranking | None:
    """Of the quotas or, without any, of the largest sites."""
    if chart := quota_chart(FIRST, reply.quotas.first, now):
        return replace(chart, more=reply.quotas.known - len(chart.rows))
    rows = tuple(Mark(one.site.label, one.total) for one in reply.largest)
    return Ranking(f"Largest sites of the {UNIT[reply.rhythm]}", Scale.BYTES, rows) if rows else None


def _notes(reply: DigestReport, now: datetime) -> Iterator[str]:
    if reply.told is not None and reply.told.is_late:
        due = moment(reply.told.due_at, reply.zone, now)
        yield f"This digest was due on {due}, when the bot was not running."
    if reply.sites.all and not reply.before.known:
        yield f"Nothing is known of the {UNIT[reply.rhythm]} before, so there is nothing to compare with."


def _joined(*words: str) -> str:
    return ", ".join(filter(None, words))
