"""Answers about the fleet and about the bot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.alerts.model import BOT_RULE
from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.units import format_bytes
from bot.service.answers.charts import glance_chart, top_chart
from bot.service.answers.freshness import freshness_line
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import (
    ago,
    between,
    change_words,
    count,
    coverage_words,
    direction_words,
    listed,
    percent_words,
    recent,
)
from bot.service.answers.tables import alert_tables, by_number, quota_tables
from bot.service.answers.understood import askable, doable, examples
from bot.service.notices import RULES
from bot.service.queries.replies import Glance, TopSite, TopSites
from bot.service.queries.status_replies import LastPull, StatusReport, WorkspaceStatus
from bot.service.queries.troubles import Trouble

WORST = 5
"""How many a glance shows; `quota` and `alerts` have all of them."""
WORTH_TELLING = timedelta(days=1)
"""How long a failed request is still news."""
STATUS_COLUMNS = ("Workspace", "Sites", "Data until", "Backfill", "Last answer", "Last trouble", "Last hour")
TOP_COLUMNS = ("Site", "Usage", "Share", "Change")
TROUBLE_COLUMNS = ("Alert", "Since", "What", "Acknowledged by")


def glance_answer(glance: Glance, zone: ZoneInfo, prefix: str) -> Answer:
    now = glance.freshness.asked_at
    over, near, firing = len(glance.over), len(glance.near), len(glance.firing)
    facts = (
        ("Sites", f"{glance.freshness.sites:,} in {listed([safe(name) for name in glance.workspaces], 'and')}"),
        ("Quotas", f"{glance.quotas:,}: {over} used up, {near} near"),
        ("Alerts", f"{firing} firing, {glance.pending} pending"),
    )
    return Answer(
        title=_headline(over, near, firing),
        facts=facts,
        tables=(
            *quota_tables(_first("Over or near their quota", over + near), (*glance.over, *glance.near)[:WORST], now),
            *alert_tables(_first("Firing alerts", firing), glance.firing[:WORST], now),
            *askable(prefix),
            doable(prefix),
            examples(prefix),
        ),
        freshness=freshness_line(glance.freshness, zone),
        chart=glance_chart(glance),
    )


def _first(title: str, number: int) -> str:
    return f"{title}: the first {WORST} of {number:,}" if number > WORST else title


def _headline(over: int, near: int, firing: int) -> str:
    if not (over or near or firing):
        return "All quiet: no site is near its quota, and no alert is firing"
    words = [
        f"{count(over, 'quota')} used up" if over else "",
        f"{count(near, 'quota')} near" if near else "",
        f"{count(firing, 'alert')} firing" if firing else "",
    ]
    return ", ".join(filter(None, words))


def top_answer(top: TopSites, zone: ZoneInfo) -> Answer:
    now, side = top.freshness.asked_at, direction_words(top.direction)
    rows = tuple(
        (
            safe(row.site.label),
            ", ".join(filter(None, (format_bytes(row.count), coverage_words(row.usage.coverage)))),
            percent_words(row.share),
            change_words(row.change),
        )
        for row in top.rows
    )
    against = "with" if top.change is None else "against"
    total = f"{format_bytes(top.total)}, {change_words(top.change)} {against} the window before"
    facts = (("Window", between(top.start, top.end, zone, now)), *((("Fleet", total),) if rows else ()))
    unknown = (f"{count(top.unknown, 'site')} without data in this window.",) if top.unknown else ()
    return Answer(
        title=f"Largest sites of {recent(top.span, top.end, zone, now)}{', ' + side if side else ''}",
        facts=facts,
        tables=(Table("By usage", TOP_COLUMNS, rows, grid=True, numbers=_top_numbers(top.rows)),) if rows else (),
        notes=unknown,
        freshness=freshness_line(top.freshness, zone),
        chart=top_chart(top),
    )


def _top_numbers(rows: Sequence[TopSite]) -> dict[int, tuple[int, ...]]:
    """Bytes, and thousandths of a percent."""
    shares, changes = ([_thousandths(getattr(row, name)) for row in rows] for name in ("share", "change"))
    return by_number({1: [row.count for row in rows], 2: shares, 3: changes})


def _thousandths(percent: Fraction | None) -> int | None:
    return None if percent is None else int(percent * 1000)


def status_answer(status: StatusReport, zone: ZoneInfo) -> Answer:
    now = status.freshness.asked_at
    facts = [
        ("Rules", f"version {status.rule_version or 'none'}"),
        ("usagebot", status.bot_version or "unknown version"),
    ]
    if broken := status.rules_broken:
        facts.append(("Rules folder", f"broken since {moment(broken.since, zone, now)}: {safe(broken.why, 500)}"))
    if backlog := status.backlog:
        since = f", the oldest since {moment(backlog.oldest, zone, now)}" if backlog.oldest else ""
        facts.append(("Messages waiting", f"{backlog.waiting:,}{since}"))
    rows = tuple(_workspace_row(workspace, zone, now) for workspace in status.workspaces)
    return Answer(
        title=_health(status, now),
        facts=tuple(facts),
        tables=(*_troubles(status.troubles, zone, now), Table("Pulling", STATUS_COLUMNS, rows, grid=True)),
        freshness=freshness_line(status.freshness, zone),
    )


def _troubles(troubles: Sequence[Trouble], zone: ZoneInfo, now: datetime) -> tuple[Table, ...]:
    """What the operators were told and is not over; of the rules folder a line says it."""
    rows = tuple(
        (one.id, moment(one.since, zone, now), safe(one.note.partition("\n")[0], 200), _taken(one))
        for one in troubles
        if one.rule != f"{BOT_RULE}:{RULES}"
    )
    return (Table("Troubles of the bot", TROUBLE_COLUMNS, rows),) if rows else ()


def _taken(trouble: Trouble) -> str:
    return safe(trouble.taken_by) if trouble.taken_by else "nobody"


def _health(status: StatusReport, now: datetime) -> str:
    """The worst of it first."""
    silent = [one for one in status.workspaces if one.sites and not one.pulls]
    if silent:
        return f"Nothing was pulled in the last hour from {listed([safe(one.name) for one in silent], 'and')}"
    failing = [one for one in status.workspaces if one.pulls and not one.pulls.get("answered")]
    if failing:
        return f"The API does not answer for {listed([safe(one.name) for one in failing], 'and')}"
    if status.rules_broken:
        return "The rules folder is broken, and the rules of before are in force"
    if status.troubles:
        return f"usagebot has {count(len(status.troubles), 'trouble')} of its own"
    age = now - status.freshness.oldest if status.freshness.oldest else None
    if age is not None and age > timedelta(hours=2):
        return "Pulling, and some sites are behind"
    return "Pulling as it should" if status.freshness.known else "No data yet"


def _workspace_row(one: WorkspaceStatus, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    return (
        safe(one.name),
        f"{one.known:,} of {one.sites:,} with data",
        _watermarks(one, now),
        f"{one.backfilled:,} of {one.sites:,} complete",
        ago(one.answered.at, now) if one.answered else "never",
        _trouble(one.trouble, zone, now),
        _requests(one),
    )


def _watermarks(one: WorkspaceStatus, now: datetime) -> str:
    if one.oldest is None or one.newest is None:
        return "none"
    if one.oldest == one.newest:
        return ago(one.newest, now)
    return f"{ago(one.newest, now)}, the furthest behind {ago(one.oldest, now)} ({safe(one.oldest_site)})"


def _trouble(trouble: LastPull | None, zone: ZoneInfo, now: datetime) -> str:
    if trouble is None or now - trouble.at > WORTH_TELLING:
        return ""
    why = f": {safe(trouble.why, 200)}" if trouble.why else ""
    return f"{trouble.outcome}, {moment(trouble.at, zone, now)}{why}"


def _requests(one: WorkspaceStatus) -> str:
    made = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(one.pulls.items())) or "no requests"
    return f"{made}; up to {one.requests_per_minute * 60:,} allowed"
