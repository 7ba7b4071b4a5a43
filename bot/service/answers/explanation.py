"""An explanation in words: one plain sentence, and below it what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.units import format_bytes, format_duration, format_percent
from bot.service.answers.freshness import freshness_line
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import coverage_words, direction_words, listed
from bot.service.answers.unusual import episode_rows, hours_tables, rise_rows, unusual_rows
from bot.service.explain.model import (
    Because,
    BucketAt,
    Case,
    Explanation,
    Move,
    NoSuchRule,
    NoSuchTime,
    Standing,
    StepAt,
    Unit,
)
from bot.service.explain.told import Hush, Message
from bot.service.explain.words import amount, unit_of
from bot.service.spikes.amounts import level_words

MOVES = ("Known", "What", "True since", "Value", "Limit", "Why")
MESSAGES = ("Receiver", "Made", "What", "Standing", "Posted")
BUCKETS = ("Bucket", "In", "Out", "Known by then", "Revised")
Row = tuple[str, ...]


def explanation_answer(reply: Explanation, prefix: str = "") -> Answer:
    """`prefix` is what people write before a command."""
    return _Telling(reply, prefix).answer()


def unexplained_answer(reply: NoSuchRule | NoSuchTime, zone: ZoneInfo) -> Answer:
    if isinstance(reply, NoSuchTime):
        return Answer(title=f"{moment(reply.at, zone, reply.now)} is still to come; ask about the past or the present")
    guess = f"; did you mean {listed([safe(one) for one in reply.suggestions])}?" if reply.suggestions else ""
    return Answer(title=f"No rule is called {safe(reply.name)}{guess}")


class _Telling:
    def __init__(self, reply: Explanation, prefix: str) -> None:
        self._reply, self._prefix = reply, prefix
        self._zone, self._now = reply.site.zone, reply.freshness.asked_at

    def answer(self) -> Answer:
        reply = self._reply
        about = [case for case in reply.cases if case.because is not Because.NOT_ABOUT]
        alone = reply.cases if len(reply.cases) == 1 else about
        until = self._at(reply.data_until) if reply.data_until is not None else "nothing was known"
        facts = [
            ("Site", safe(reply.site.label)),
            ("Asked about", self._at(reply.at)),
            ("Data until", until),
            *((("Rules", self._others()),) if len(alone) < len(reply.cases) else ()),
        ]
        return Answer(
            title=f"{reply.sentence}.",
            facts=tuple(facts),
            tables=(
                *(table for case in alone for table in self._tables(case)),
                *hours_tables(alone, self._at),
                *self._buckets(),
            ),
            notes=(f"What happened to it: {self._prefix} history {reply.alert}.",) if reply.alert else (),
            freshness=freshness_line(reply.freshness, self._zone),
        )

    def _others(self) -> str:
        names = [safe(case.rule) for case in self._reply.cases if case.because is Because.NOT_ABOUT]
        return f"not about this site: {listed(names, 'and')}"

    def _at(self, instant: datetime) -> str:
        return moment(instant, self._zone, self._now)

    def _tables(self, case: Case) -> Iterator[Table]:
        side = direction_words(case.direction)
        kind = "" if case.kind in {"quota", "threshold"} else f", {case.kind.replace('_', ' ')}"
        title = f"{safe(case.rule)}{kind}{f' ({side})' if side else ''}"
        is_said = len(self._reply.cases) == 1
        yield Table(title, ("", ""), (*(() if is_said else (("Answer", case.sentence),)), *self._facts(case)))
        if case.moves:
            yield Table(
                f"{title}: what happened", MOVES, tuple(self._move(move, unit_of(case.kind)) for move in case.moves)
            )
        rows = tuple(row for message in case.messages for row in self._message(message))
        if rows:
            yield Table(f"{title}: messages", MESSAGES, rows)

    def _facts(self, case: Case) -> Iterator[Row]:
        if case.rise is not None:
            yield from rise_rows(case.rise, self._at)
        if case.standing is not None:
            yield from self._standing(case.standing)
        yield "Rule", self._version(case)
        if case.hold:
            yield "For", format_duration(timedelta(seconds=case.hold))
        if case.keep_firing:
            yield "Keep firing for", format_duration(timedelta(seconds=case.keep_firing))
        yield from self._alert(case)
        if case.alert is not None:
            yield "Receivers", listed([safe(one) for one in case.receivers], "and") or "nobody"
        for hush in case.hushes:
            yield "Quiet", self._hush(hush)
        if case.fleet is not None:
            yield "Fleet", f"rose together: {case.fleet.id}, since {self._at(case.fleet.since)}"

    def _standing(self, standing: Standing) -> Iterator[Row]:
        if standing.unusual is not None:
            yield from unusual_rows(standing, standing.unusual, self._at)
            return
        coverage = coverage_words(standing.coverage)
        limit = f" of {amount(standing.limit, standing.unit)}" if standing.limit is not None else ""
        percent = f" ({format_percent(standing.percent)})" if standing.percent is not None and standing.steps else ""
        yield "Value", ", ".join(filter(None, (f"{amount(standing.value, standing.unit)}{limit}{percent}", coverage)))
        yield "Verdict", standing.verdict.value
        yield "Window", f"{self._at(standing.start)} – {self._at(standing.end)}"
        if not standing.is_of_then:
            yield "Limit", "today's: the rule was another then, and its limit was not stored"
        for step in standing.steps:
            yield f"Step {format_percent(step.step)}", self._step(step, standing)

    def _step(self, step: StepAt, standing: Standing) -> str:
        level, left = amount(step.level, standing.unit), step.level - standing.value
        if step.reached_at is not None:
            return f"{level}, reached {self._at(step.reached_at)}"
        return f"{level}, {f'{amount(left, standing.unit)} to go' if left > 0 else 'reached, and not told'}"

    def _version(self, case: Case) -> str:
        if case.version_then is None or case.version_then == case.version_now:
            return f"version {case.version_now}"
        edited = f", edited by {self._at(case.edited_at)}" if case.edited_at is not None else ", edited since"
        return f"version {case.version_then} then, {case.version_now} now{edited}"

    def _alert(self, case: Case) -> Iterator[Row]:
        alert = case.alert
        if alert is None:
            yield "Alert", "none"
            return
        inexact = "" if alert.is_exact else "; as it is now, for its past was not stored"
        yield "Alert", f"{alert.id}, {alert.state}, {alert.severity}, since {self._at(alert.since)}{inexact}"
        if case.spike is not None:
            yield from episode_rows(alert, case.spike, self._zone, self._at)
        if alert.held and case.hold:
            yield "Held", f"{format_duration(timedelta(seconds=alert.held))} of known data"
        if alert.cleared:
            yield "Clear for", format_duration(timedelta(seconds=alert.cleared))
        if alert.acknowledged_by and alert.acknowledged_at is not None:
            yield "Acknowledged", f"by {safe(alert.acknowledged_by)}, {self._at(alert.acknowledged_at)}"

    def _hush(self, hush: Hush) -> str:
        by = f" by {safe(hush.author)}" if hush.author else ""
        why = f": {safe(hush.reason, 200)}" if hush.reason else ""
        until = f" until {self._at(hush.until)}" if hush.until is not None else ""
        return f"{safe(hush.what)}{by}{until}{why}"

    def _move(self, move: Move, unit: Unit) -> Row:
        step = f" {format_percent(move.step)}" if move.step is not None else ""
        was = f", was {amount(move.was, unit)}" if move.was is not None and not move.span else ""
        known = coverage_words(move.coverage)
        return (
            self._at(move.at),
            f"{move.change}{step}{f', {move.severity}' if move.severity else ''}",
            self._at(move.true_at),
            ", ".join(filter(None, (f"{_moved(move.value, move, unit)}{was}", known))),
            _moved(move.limit, move, unit) if move.limit is not None else "not stored",
            move.reason.replace("_", " "),
        )

    def _message(self, message: Message) -> Iterator[Row]:
        posted = self._at(message.posted_at) if message.posted_at is not None else "not yet"
        where = f"{safe(message.receiver)} ({safe(message.endpoint)})"
        route = f", by {_route(message)}" if message.route else ""
        for sent in message.sent:
            settled = f" {self._at(sent.settled_at)}" if sent.settled_at is not None else ""
            tries = f" after {sent.attempts} attempts" if sent.attempts > 1 else ""
            why = f": {safe(sent.why, 200)}" if sent.why else ""
            loud = "told" if sent.is_loud else "edited"
            yield (
                f"{where}, group {safe(message.group)}{route}",
                self._at(sent.created_at),
                loud,
                f"{sent.standing}{settled}{tries}{why}",
                posted,
            )

    def _buckets(self) -> tuple[Table, ...]:
        rows = tuple(map(self._bucket, self._reply.buckets))
        return (Table("Last buckets, as they were known then", BUCKETS, rows),) if rows else ()

    def _bucket(self, bucket: BucketAt) -> Row:
        asked = f" {self._at(bucket.asked_at)}" if bucket.asked_at is not None else ""
        detail = f": {safe(bucket.detail, 100)}" if bucket.detail else ""
        revised = "; ".join(
            f"{self._at(one.seen_at)}, from {_both(one.before)} to {_both(one.after)}" for one in bucket.revisions
        )
        return (
            self._at(bucket.start),
            _amount(bucket.in_bytes),
            _amount(bucket.out_bytes),
            f"{bucket.why}{asked}{detail}",
            revised,
        )


def _route(message: Message) -> str:
    return f"route {message.place}" if message.place is not None else "a route that is no more"


def _moved(count: int, move: Move, unit: Unit) -> str:
    span = timedelta(seconds=move.span)
    if span >= timedelta(days=1):
        return f"a level for {format_duration(span)}"
    return level_words(count, span) if move.span else amount(count, unit)


def _amount(count: int | None) -> str:
    return "unknown" if count is None else format_bytes(count)


def _both(amounts: tuple[int, int]) -> str:
    return f"{format_bytes(amounts[0])} in, {format_bytes(amounts[1])} out"
