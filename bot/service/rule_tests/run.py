"""Running one test: its past through the judgement and the life of alerts of operation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bot.alerts.model import Change
from bot.alerts.silences import Silence
from bot.domain.block import Block
from bot.domain.usage import Bucket
from bot.rules.cases.model import Case
from bot.rules.cases.sites import sites_of
from bot.rules.model import Configuration
from bot.service.fleet import Fleet
from bot.service.replay.model import Acknowledged, Doings, Late, Replayed
from bot.service.replay.past import Past
from bot.service.replay.run import replay
from bot.service.rule_tests.alerts import unmet_alerts
from bot.service.rule_tests.messages import compare_messages
from bot.service.rule_tests.model import CaseResult, Failure
from bot.service.views import Notification

Words = Callable[[Notification], str]
"""The plain text of a message."""


async def run_case(case: Case, words: Words) -> CaseResult:
    """Replay the test and compare. Its name, places and expectations are as they were read."""
    fleet = fleet_of(case, case.configuration)
    replayed = await replay(past_of(case), fleet, case.window, doings_of(case), words)
    failures = failures_of(case, fleet, replayed)
    fired = {
        (move.alert.key.rule, move.alert.key.kind.value)
        for move in replayed.transitions
        if move.change in {Change.FIRED, Change.WORSENED}
    }
    return CaseResult(case, failures, frozenset(fired), len(replayed.messages))


def fleet_of(case: Case, configuration: Configuration) -> Fleet:
    return Fleet(sites_of(case.series, configuration), configuration, case.bucket)


def failures_of(case: Case, fleet: Fleet, replayed: Replayed) -> tuple[Failure, ...]:
    """Alerts first, then messages, each by its time."""
    alerts = unmet_alerts(case, fleet.sites, replayed.transitions)
    return (*alerts, *compare_messages(case.messages, replayed.messages))


def past_of(case: Case) -> Past:
    """The series side by side; what comes after the end of a shorter one is unknown."""
    keys = np.arange(1, len(case.series) + 1, dtype=np.int64)
    block = Block.unknown(keys, case.window, case.bucket)
    for row, series in enumerate(case.series):
        own = slice(0, len(series.known))
        block.in_bytes[row, own] = np.where(series.known, series.in_bytes, 0)
        block.out_bytes[row, own] = np.where(series.known, series.out_bytes, 0)
        block.known[row, own] = series.known
    return Past(block)


def doings_of(case: Case) -> Doings:
    """Sites are keyed by the place of their series, counting from 1."""
    return Doings(
        [Late(one.site + 1, Bucket(one.slot, one.in_bytes, one.out_bytes), one.seen) for one in case.late],
        [Silence(one.match, one.starts_at, one.ends_at) for one in case.silences],
        [Acknowledged(one.rule, None if one.site is None else one.site + 1, one.at) for one in case.acknowledged],
    )
