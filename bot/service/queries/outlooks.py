"""Forecasts in answers about a few quotas: more precise than the average pace, and dearer to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.times import HOUR, to_instant
from bot.service.forecasts.cases import Case
from bot.service.forecasts.expected import expected
from bot.service.ports import Transaction
from bot.service.queries.inquiry import Known
from bot.service.queries.replies import QuotaState

AT_MOST = 50
"""More quotas than this are answered with their average pace: a question has three seconds."""


async def with_outlooks(
    tx: Transaction, known: Known, states: Sequence[QuotaState], cases: Sequence[Case]
) -> list[QuotaState]:
    """The states, with forecasts where one can be said. `cases[n]` is of `states[n]`."""
    asked = [
        n
        for n, (state, case) in enumerate(zip(states, cases, strict=True))
        if not state.is_over and has_begun(state, case)
    ]
    if not asked or len(states) > AT_MOST:
        return list(states)
    found = list(states)
    said = await expected(tx.buckets, [cases[n] for n in asked], known.inquiry.fleet.bucket, known.known_from)
    for n, one in zip(asked, said, strict=True):
        if not one.reason:
            at = to_instant(one.exhausts_at) if one.exhausts_at is not None else None
            found[n] = replace(found[n], forecast=one.forecast, runs_out_at=at)
    return found


def has_begun(state: QuotaState, case: Case) -> bool:
    """Whether enough of the period is over, and known, for a forecast to be asked for."""
    return state.used is not None and case.until - case.period.start >= HOUR
