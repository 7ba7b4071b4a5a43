"""What a digest lists, a table each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from bot.alerts.model import Kind
from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.units import format_bytes, format_percent
from bot.rules.telling import Rhythm
from bot.service.answers.model import Table
from bot.service.answers.phrases import change_words, count, direction_words
from bot.service.answers.tables import label_words, quota_tables, what
from bot.service.reports.model import DigestReport, RanOut, RuleTold

LARGEST = 5
FIRST = "Quotas, by who runs out first"
UNIT = {Rhythm.WEEKLY: "week", Rhythm.MONTHLY: "month"}
_KINDS = {
    Kind.QUOTA: "Quotas",
    Kind.FORECAST: "Forecasts",
    Kind.PACE: "Pace",
    Kind.THRESHOLD: "Thresholds",
    Kind.SPIKE: "Spikes",
    Kind.PERCENTILE: "Burst time",
    Kind.NO_DATA: "Silent sites",
    Kind.SELF: "usagebot",
}


def tables_of(reply: DigestReport, most: int) -> Iterator[Table]:
    """The gravest first, each with so many rows at most; none that would be empty. Alerts are of few kinds, and all
    there."""
    now = reply.freshness.asked_at
    yield from _ran_out(reply, most, now)
    yield from quota_tables(FIRST, reply.quotas.first[:most], now)
    yield from _alerts(reply)
    yield from _rules(reply, most)
    yield from _gaps(reply, most)
    yield from _largest(reply, min(most, LARGEST))
    yield from _troubles(reply, most, now)


def _ran_out(reply: DigestReport, most: int, now: datetime) -> Iterator[Table]:
    rows = [
        (safe(one.site) + _pooled(one), _rule(one), moment(one.at, reply.zone, now)) for one in reply.ran_out[:most]
    ]
    if rows:
        title = f"Used up in this {UNIT[reply.rhythm]}"
        yield Table(title, ("Site", "Rule", "When"), (*rows, *_more(reply.ran_out_count - len(rows), 3)))


def _pooled(one: RanOut) -> str:
    return f" ({count(one.pool, 'site')})" if one.pool else ""


def _rule(one: RanOut) -> str:
    side = direction_words(one.direction)
    return _joined(safe(one.rule) + (f" ({side})" if side else ""), format_bytes(one.limit))


def _more(rest: int, columns: int) -> list[tuple[str, ...]]:
    return [(f"+{rest:,} more", *[""] * (columns - 1))] if rest > 0 else []


def _alerts(reply: DigestReport) -> Iterator[Table]:
    rows = tuple(
        (
            _KINDS[one.kind],
            _joined(f"{one.told:,}", f"{one.critical:,} critical" if one.critical else ""),
            f"{one.held:,}" if one.held else "",
            f"{label_words(one.worst)} {one.worst.view.id}: {what(one.worst.view)}",
        )
        for one in reply.alerts
    )
    if rows:
        yield Table("Alerts", ("Kind", "Told", "Held back", "The worst"), rows)


def _rules(reply: DigestReport, most: int) -> Iterator[Table]:
    rows = tuple(_rule_row(one) for one in reply.rules[:most])
    if rows:
        rest = _more(reply.rule_count - len(rows), 4)
        yield Table("Noisiest rules", ("Rule", "Told", "Held back", "Of"), (*rows, *rest))


def _rule_row(one: RuleTold) -> tuple[str, ...]:
    return safe(one.rule), f"{one.told:,}", f"{one.held:,}" if one.held else "", count(one.sites, "site")


def _gaps(reply: DigestReport, most: int) -> Iterator[Table]:
    rows = [(safe(gap.site), _percent(gap.known, gap.expected)) for gap in reply.sites.gaps[:most]]
    if rows:
        rest = _more(reply.sites.gap_count - len(rows), 2)
        yield Table("Sites below 95 % known", ("Site", "Known"), (*rows, *rest))


def _percent(part: int, whole: int) -> str:
    """Rounded down to a tenth: 95 is never said before it is reached."""
    return format_percent(Fraction(part * 1000 // whole, 10))


def _largest(reply: DigestReport, most: int) -> Iterator[Table]:
    rows = tuple(
        (safe(one.site.label), format_bytes(one.total), change_words(one.change)) for one in reply.largest[:most]
    )
    if rows:
        yield Table("Largest sites", ("Site", "Usage", "Change"), rows)


def _troubles(reply: DigestReport, most: int, now: datetime) -> Iterator[Table]:
    rows = [
        (
            safe(one.note, 200),
            moment(one.start, reply.zone, now),
            moment(one.end, reply.zone, now) if one.end else "goes on",
        )
        for one in (reply.troubles or ())[:most]
    ]
    if rows:
        rest = _more(reply.trouble_count - len(rows), 3)
        yield Table("Troubles of the bot", ("What", "From", "Until"), (*rows, *rest))


def _joined(*words: str) -> str:
    return ", ".join(filter(None, words))
