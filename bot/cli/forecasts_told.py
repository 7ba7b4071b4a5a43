"""Forecasts in words, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.domain.moments import moment
from bot.domain.names import name
from bot.domain.times import to_instant
from bot.domain.units import format_bytes
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import UNKNOWN, coverage_words
from bot.service.forecasts.expected import Expected
from bot.service.forecasts.said import OF_SHARES, Scored

COLUMNS = ("Site", "Rule", "Used", "Forecast", "80 % sure", "95 % sure", "Runs out")
SCORES = ("Rule", "Elapsed", "Cases", "Error", "Run rate's", "In 80 %", "In 95 %")


def forecast_answer(said: Sequence[Expected], labels: Mapping[int, str]) -> Answer:
    """A table for each instant."""
    tables = []
    for at in dict.fromkeys(one.case.at for one in said):
        rows = tuple(_row(one, labels) for one in said if one.case.at == at)
        tables.append(Table(f"At {to_instant(at):%Y-%m-%d %H:%M} UTC", COLUMNS, rows))
    notes = () if said else ("No quota rule is about these sites.",)
    return Answer("Forecast of billing periods", tables=tuple(tables), notes=notes)


def _row(one: Expected, labels: Mapping[int, str]) -> tuple[str, ...]:
    case, holder = one.case, one.case.contract.holder
    label = f"{holder.workspace}, {len(holder.sites)} sites" if holder.is_pool else labels[case.sites[0]]
    head = (name(label), name(case.rule.name), _used(one))
    if one.reason:
        return (*head, "", "", "", one.reason)
    ranges = (_range(one.low80, one.high80), _range(one.low95, one.high95))
    return (*head, format_bytes(one.forecast), *ranges, _runs_out(one, holder.zone))


def _used(one: Expected) -> str:
    """Unknown is not zero: how much is known is said where something is not."""
    if one.expected and not one.known and not one.used:
        return f"{UNKNOWN} of {format_bytes(one.limit)}"
    coverage = coverage_words(one.known / one.expected if one.expected else None)
    return ", ".join(filter(None, (f"{format_bytes(one.used)} of {format_bytes(one.limit)}", coverage)))


def _range(low: int, high: int) -> str:
    return f"{format_bytes(low)} to {format_bytes(high)}"


def _runs_out(one: Expected, zone: ZoneInfo) -> str:
    if one.used >= one.limit:
        return "used up"
    if one.exhausts_at is None:
        return "not in this period"
    return moment(to_instant(one.exhausts_at), zone, to_instant(one.case.at))


def calibration_answer(scores: Sequence[Scored]) -> Answer:
    """How forecasts did on the periods that are over."""
    rows = tuple(_score(one) for one in scores)
    if not any(one.cases for one in scores):
        why = "No period that is over is known whole, with enough history before it."
        return Answer("Calibration of forecasts", notes=(why,))
    note = "Error: the median distance from the true total. Run rate: the same, of the period's average pace."
    return Answer("Calibration of forecasts", tables=(Table("Periods that are over", SCORES, rows),), notes=(note,))


def _score(one: Scored) -> tuple[str, ...]:
    elapsed = f"{one.sixths}/{OF_SHARES}"
    held = (_percent(part / one.cases if one.cases else None) for part in (one.in80, one.in95))
    return (name(one.rule), elapsed, str(one.cases), _percent(one.error), _percent(one.run_rate), *held)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
