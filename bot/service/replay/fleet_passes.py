"""Judging the fleet over a past, after all of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.alerts.model import Alert, Change, State
from bot.domain.times import HOUR, Slot, Window, floor
from bot.service.fleet import Fleet
from bot.service.judging import Batch, Due
from bot.service.replay.movement import Movement
from bot.service.replay.passes import Noted, Part, Passes
from bot.service.spikes.fleet_judge import judge_fleets
from bot.service.spikes.fleet_rise import Course, Rising


class FleetPasses(Passes):
    """The same of sites that rise together; `movement` is what came of each."""

    def __init__(self, part: Part, fleet: Fleet, window: Window, movement: Movement) -> None:
        super().__init__(part, fleet, window)
        self._own = movement.as_it_went()
        self._beyond: list[Alert] = []

    async def _batches(
        self, due: Sequence[Due], new: tuple[Slot, Slot], at: Slot | None, watched: Mapping[str, Slot]
    ) -> Sequence[Batch]:
        if at is not None:
            self._own.learn(at)
        before = await self._tx.alerts.open()
        members = [(one, True) for one in due]
        batches = await judge_fleets(self._tx, self._fleet, members, self._own.whole, at, watched)
        self._beyond = []
        for batch in batches if at is None else ():
            for alert in batch.alerts:
                self._beyond += await self._growing(batch, alert, before, new[1])
        return batches

    def _note(self, batch: Batch, saved: Sequence[Alert], hour: Slot) -> None:
        """Nothing happens to an alert when a site goes beyond the others: but from then on people are told of it."""
        super()._note(batch, saved, hour)
        ids = {(alert.key, alert.since): alert.id for alert in saved}
        for then in self._beyond:
            own, at = ids.get((then.key, then.since)), then.judged_until
            if own is not None and at is not None:
                own_hour = floor(at - batch.block.step, HOUR)
                self.noted.append(Noted(at, own_hour, (self._part.number, own), then, None))

    async def _growing(self, batch: Batch, alert: Alert, before: Sequence[Alert], until: Slot) -> list[Alert]:
        """The alert as it was at each bucket at which a site went beyond the others while it fired."""
        lives = [*before, *(move.alert for move in batch.moves if move.change is Change.FIRED)]
        firing = [one for one in lives if one.state is State.FIRING and _is_same(one, alert)]
        if not firing:
            return []
        then, found = firing[-1], list[Alert]()
        course = await self._course(batch, then, alert.resolved_at or until)
        for column in course.goings_beyond(then):
            then = replace(course.kept(then, column), judged_until=course.end_of(column))
            found.append(then)
        return found

    async def _course(self, batch: Batch, alert: Alert, until: Slot) -> Course:
        rule = self._fleet.configuration.rule(alert.key.rule)
        assert rule is not None  # noqa: S101 - it was judged just now
        rising = Rising(rule, alert.key.direction, self._own.whole)
        return await rising.course_after(self._tx, batch.due, alert, until)


def _is_same(one: Alert, other: Alert) -> bool:
    return (one.key, one.since) == (other.key, other.since)
