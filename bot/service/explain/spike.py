"""How unusual a site's usage was at one time: judged again, from what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import isfinite

import numpy as np

from bot.domain.times import DAY, HOUR, Slot, Window, to_instant
from bot.engine.edges import BREACH, CLEAR
from bot.engine.spikes.memory import Memory
from bot.engine.spikes.own import FIRST
from bot.engine.spikes.scales import ALL_SCALES
from bot.engine.spikes.scores import Floats, Scores
from bot.engine.spikes.verdicts import bars_of, judge_scores
from bot.rules.model import Spike
from bot.service.explain.asked import Asked
from bot.service.explain.facts import Facts
from bot.service.explain.model import Standing, Verdict
from bot.service.explain.unusual import Unusualness
from bot.service.spikes.band import Looked, look
from bot.service.spikes.hours import BandHour
from bot.service.spikes.like import like_days_of
from bot.service.spikes.view import is_mostly
from bot.service.spikes.watch import directions_of
from bot.service.views import SpikeView

SHOWN = 12 * HOUR
"""What is shown of the hours before, and judged again."""
_VERDICTS = {BREACH: Verdict.BREACH, CLEAR: Verdict.CLEAR}


async def spike_standing(facts: Facts, asked: Asked) -> Standing | None:
    """None where nothing had been read, or buckets are too long for spikes."""
    spike, until = asked.rule.judge, facts.until
    if not isinstance(spike, Spike) or until is None or facts.known_from is None or facts.bucket > HOUR:
        return None
    looked = await _looked(facts, Window(Slot(until - SHOWN), until), facts.known_from)
    last = _Last.of(looked.scores, asked, spike)
    level = last.level(until)
    if level is not None and not level.is_lasting:
        like = await like_days_of(facts.tx.buckets, facts.site, asked.direction, level, facts.bucket)
        level = replace(level, like=like)
    window = Window(Slot(until - last.span), until)
    known = int((await facts.block(window)).known.sum())
    return Standing(
        last.verdict,
        last.over_span(last.came),
        level.top if level is not None else None,
        known,
        last.span // facts.bucket,
        to_instant(window.start),
        to_instant(until),
        is_of_then=not asked.is_edited,
        unusual=_unusual(last, level, looked, looked.hours.get(asked.direction, [])),
    )


async def _looked(facts: Facts, window: Window, known_from: Slot) -> Looked:
    """Of all directions in which spikes are looked for, once, however many rules look."""
    if window not in facts.looked:
        directions = directions_of(facts.inquiry.fleet.configuration.rules)
        table = facts.tx.baselines
        kept = (await table.load([facts.site.key])).get(facts.site.key) if table is not None else None
        memory = Memory.empty(1, directions, facts.bucket)
        zone = facts.site.timezone
        facts.looked[window] = await look(facts.block, zone, memory, kept, known_from, window)
    return facts.looked[window]


def _unusual(last: _Last, level: SpikeView | None, looked: Looked, hours: Sequence[BandHour]) -> Unusualness:
    first = Slot((looked.since // DAY + FIRST) * DAY)
    return Unusualness(
        level,
        int(100 * last.score / last.tells) if isfinite(last.score) and last.tells > 0 else None,
        max(0, level.came - level.top) if level is not None else 0,
        last.at_least,
        to_instant(looked.since),
        to_instant(first),
        tuple(hours),
    )


@dataclass(frozen=True, slots=True)
class _Last:
    """The last bucket in one direction: `score` of the `tells` that it takes, and bytes a bucket over `span` seconds.
    `at_least` are bytes over that span."""

    verdict: Verdict
    score: float
    tells: float
    span: int
    step: int
    came: float
    low: float
    top: float
    floor: float
    at_least: int

    @classmethod
    def of(cls, scores: Scores, asked: Asked, spike: Spike) -> _Last:
        place, was_on = scores.directions.index(asked.direction), np.array([_is_on(asked, scores.start)])
        tells = bars_of(scores, place, spike, len(asked.rule.directions))
        states = judge_scores(scores, place, spike, tells, was_on, np.zeros(1, np.intp)).states

        def at(values: Floats) -> float:
            return float(values[0, place, -1])

        width = ALL_SCALES[int(scores.scale[0, place, -1])].width(scores.step)
        floor = at(scores.floor)
        least = round(floor * width) if spike.at_least is None and isfinite(floor) else spike.at_least or 0
        amounts = at(scores.came), at(scores.low), at(scores.top)
        verdict = _VERDICTS.get(int(states[0, -1]), Verdict.UNKNOWN)
        span = width * scores.step
        return cls(verdict, at(scores.score), float(tells[0, -1]), span, scores.step, *amounts, floor, least)

    def level(self, until: Slot) -> SpikeView | None:
        """What came up to `until`, and what is usual; None where either is not known."""
        if not isfinite(self.came) or not isfinite(self.top):
            return None
        came, low, top = map(self.over_span, (self.came, self.low, self.top))
        mostly = is_mostly(self.span, self.step)
        return SpikeView(timedelta(seconds=self.span), came, low, top, to_instant(until), mostly)

    def over_span(self, level: float) -> int:
        return round(level * (self.span // self.step)) if isfinite(level) else 0


def _is_on(asked: Asked, start: Slot) -> bool:
    """Whether a spike goes on from before what is judged again."""
    alert = asked.alert
    return alert is not None and alert.is_open and not alert.cleared and alert.since <= start
