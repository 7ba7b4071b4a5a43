"""One quota in one period: what the data say of it, as its alert is told."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from bot.alerts.model import AlertKey
from bot.alerts.quota import Mark, QuotaStanding
from bot.domain.times import Slot, Window
from bot.engine.ledger import Course
from bot.engine.quota import reached
from bot.rules.contracts import Contract, Grant, Part
from bot.rules.model import Quota, Rule
from bot.service.counting import granted
from bot.service.quotas.books import Books

Reached = dict[Fraction, Slot | None]


@dataclass(frozen=True, slots=True)
class Case:
    """`dirty_from` is the first bucket that is new. Data go up to `until`; those of some sites of a pool to `seen`."""

    rule: Rule
    quota: Quota
    contract: Contract
    key: AlertKey
    period: Window
    dirty_from: Slot
    until: Slot
    seen: Slot


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a period in which the same parts are counted: an opening begins another."""

    window: Window
    parts: Sequence[Part]
    pieces: Sequence[tuple[Window, int]]
    course: Course
    earlier: dict[Slot, int]


@dataclass(frozen=True, slots=True)
class Said:
    """What the data say: as it went where that was asked for, and now, as the last. `span` is the last one."""

    standings: Sequence[QuotaStanding]
    span: Span


async def judge_case(books: Books, case: Case, *, as_it_went: bool) -> Said | None:
    """What the data say now; before it, where that is asked for, what they said at every bucket that reached a step.

    As of now, nothing counts that was before the latest opening: the carrier knows better. None where there is no
    quota.
    """
    step = books.ledger.step
    grant = await granted(books.asked, case.contract, books.direction, case.period, step, books.knows)
    if grant is None:
        return None
    said: list[QuotaStanding] = []
    before: Reached = {}
    spans = await _spans(books, case, grant, only_last=not as_it_went)
    for span in spans:
        found = reached(span.course, span.pieces, case.quota.steps, span.earlier)
        if as_it_went:
            # What was reached before the first new bucket was told then.
            found = {at: None if end and end <= case.dirty_from else end for at, end in found.items()}
            for end in sorted({end for at, end in found.items() if end and at not in before}):
                so_far = {at: one for at, one in found.items() if one is None or one <= end}
                until = max(end, Slot(span.window.start + step))
                said.append(_standing(case, grant, span, until, {**so_far, **before}))
        before = {**found, **before}
    return Said([*said, _standing(case, grant, spans[-1], None, before)], spans[-1])


async def _spans(books: Books, case: Case, grant: Grant, *, only_last: bool) -> list[Span]:
    """The period up to the end of what is seen, cut where openings begin to count."""
    step, contract = books.ledger.step, case.contract
    end = min(case.seen, case.period.end)
    turns = [turn for turn in contract.turns(case.period, step) if case.period.start < turn < end]
    cuts = [case.period.start, *turns, end]
    spans = []
    for start, stop in list(pairwise(cuts))[-1 if only_last else 0 :]:
        window = Window(start, stop)
        parts = contract.parts(case.period, stop, step)
        pieces = list(grant.pieces(window, step))
        course = await books.course(parts)
        early = [piece.end for piece, _ in pieces if piece.end <= books.ledger.start]
        earlier = {slot: await books.used_by(parts, slot) for slot in early}
        spans.append(Span(window, parts, pieces, course, earlier))
    return spans


def _standing(case: Case, grant: Grant, span: Span, until: Slot | None, found: Reached) -> QuotaStanding:
    """As of `until`, or of all that is known."""
    step, course = span.course.ledger.step, span.course
    counted = min(case.seen, case.period.end) if until is None else until
    complete = min(case.until, case.period.end) if until is None else until
    marks = [Mark(piece.end, limit, _used(span, piece.end)) for piece, limit in span.pieces if piece.end < counted]
    return QuotaStanding(
        key=case.key,
        period=case.period,
        limit=grant.until(counted, step),
        severities=dict(zip(case.quota.steps, case.quota.severities, strict=True)),
        reached=found,
        used=course.used(counted),
        known=course.known(complete),
        expected=course.expected(complete),
        until=case.until if until is None else until,
        bucket=step,
        rule_version=case.rule.version,
        marks=tuple(marks),
        detail=_detail(case, grant, span.parts, counted - step),
    )


def _used(span: Span, end: Slot) -> int:
    return span.earlier[end] if end in span.earlier else span.course.used(end)


def _detail(case: Case, grant: Grant, parts: Sequence[Part], slot: int) -> dict[str, Any]:
    """What words need beyond the numbers; empty of a plain quota."""
    opening = sum(part.opening for part in parts)
    opened = max((part.since for part in parts if part.opening), default=None)
    factors = {part.factor for part in parts}
    factor = factors.pop() if len(factors) == 1 else Fraction(1)
    told: dict[str, Any] = {
        "basis": basis(case.period, parts, is_possible=case.quota.possible),
        "carried": grant.carried,
        "top_ups": grant.at(slot) - grant.base - grant.carried,
        "opening": [opened, opening] if opened is not None else None,
        "factor": str(factor) if factor != 1 else None,
        "sites": len(case.contract.holder.sites) if case.contract.holder.is_pool else None,
        "possible": case.quota.possible,
    }
    return {name: value for name, value in told.items() if value}


def basis(period: Window, parts: Sequence[Part], *, is_possible: bool) -> str:
    """Changes with the way in which usage is counted: under another one, no step that was told is withdrawn."""
    plain = len(parts) == 1 and parts[0] == Part(parts[0].sites, period.start, 0, Fraction(1))
    if plain and len(parts[0].sites) == 1 and not is_possible:
        return ""
    said = [(sorted(part.sites), part.since - period.start, part.opening, str(part.factor)) for part in parts]
    return hashlib.sha256(f"{said} {is_possible}".encode()).hexdigest()[:12]
