"""Which message news goes into: groups of alerts, and the rows of the outbox.

One message to each endpoint for the alerts that a way groups, by default those of one rule. A site that begins to fire
joins the message while that is at most an hour old; later it opens a new one, so that nothing is buried in an old
message. Once a message was announced, further news of it wait until the group's interval has passed since the last and
then go out together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.alerts.model import Change, Transition
from bot.alerts.routing import Way, group_name
from bot.domain.times import HOUR, Slot
from bot.rules.model import Endpoint, Receiver
from bot.rules.telling import PLAINLY
from bot.service.ports import Group, OutboxRow, OutboxTable

JOINABLE = HOUR
NEWS = frozenset({Change.FIRED, Change.WORSENED, Change.ESCALATED})
"""What people must hear of wherever they are told."""


@dataclass(frozen=True, slots=True)
class Word:
    """One transition for one receiver. `loud`: people are told anew, else their message is only edited. `begins`: it
    may open a message for them, or join one. `endpoints` are all of the receiver's, or those that are meant."""

    move: Transition
    receiver: Receiver
    way: Way
    loud: bool
    begins: bool
    endpoints: tuple[Endpoint, ...]


class Messages:
    """The messages that some alerts are in, of every receiver, and what is added to them at one instant."""

    def __init__(self, outbox: OutboxTable, groups: Sequence[Group], at: Slot) -> None:
        self._outbox = outbox
        self._groups = {group.id: group for group in groups}
        self._at = at
        self.told: dict[int, Slot] = {}
        """Alert → when people are first to notice what was told of it here."""

    @classmethod
    async def about(cls, outbox: OutboxTable, alerts: Collection[int], at: Slot) -> Messages:
        return cls(outbox, await outbox.groups_with(sorted(set(alerts))), at)

    def heard(self) -> set[tuple[int, str]]:
        """(alert, receiver) of what somebody was told of for themselves, not in another's place."""
        own = [group for group in self._groups.values() if not group.instead_of]
        return {(alert, group.receiver) for group in own for alert in group.alerts}

    async def tell(self, words: Sequence[Word]) -> None:
        """Put each word into the message that its alert is in, or into one that it may join or open."""
        told: dict[tuple[str, Endpoint], list[Word]] = {}
        for word in words:
            for endpoint in word.endpoints:
                told.setdefault((word.receiver.name, endpoint), []).append(word)
        for (receiver, endpoint), own in told.items():
            await self._tell(receiver, endpoint, own)

    async def bring_up_to_date(self, moves: Sequence[Transition], words: Iterable[Word]) -> None:
        """Messages to those who hear of an alert no more are edited, so that none says "firing" for ever."""
        told = {(w.move.alert.id, w.receiver.name, endpoint) for w in words for endpoint in w.endpoints}
        for group in list(self._groups.values()):
            left = [
                move
                for move in moves
                if move.alert.id in group.alerts and (move.alert.id, group.receiver, group.endpoint) not in told
            ]
            if left:
                await self._enqueue(group, left, None)

    async def edit(self, shown: Collection[tuple[int, str]] | None = None) -> None:
        """Have every message say how its alerts stand now, or those that show one of these alerts to its receiver; at
        once: somebody did something, and looks for it."""
        for group in list(self._groups.values()):
            if shown is None or any((alert, group.receiver) in shown for alert in group.alerts):
                await self._enqueue(group, (), None, at_once=True)

    async def _tell(self, receiver: str, endpoint: Endpoint, words: Sequence[Word]) -> None:
        mine = {
            alert: group.id
            for group in self._groups.values()
            if (group.receiver, group.endpoint, group.instead_of) == (receiver, endpoint, "")
            for alert in group.alerts
        }
        joining: dict[tuple[str, str], list[Word]] = {}
        begun: set[int] = set()
        for word in words:
            if _begins_here(word) and word.move.alert.id not in mine:
                joining.setdefault((group_name(word.way, word.move.alert), word.way.route), []).append(word)
        for (name, route), new in joining.items():  # together: a whole fleet may begin to fire at once
            alerts = {word.move.alert.id for word in new}
            begun |= alerts
            group = await self._joined(receiver, endpoint, name, route, alerts)
            mine.update(dict.fromkeys(group.alerts, group.id))
        into: dict[int, list[Word]] = {}
        for word in words:
            if word.move.alert.id in mine:
                into.setdefault(mine[word.move.alert.id], []).append(word)
        for group_id, own in into.items():
            await self._announce(self._groups[group_id], own, begun)

    async def _announce(self, group: Group, words: Sequence[Word], begun: Collection[int]) -> None:
        """`begun` are alerts that the receiver's messages were not about before."""
        loud = [word for word in words if word.loud]
        begins = [alert for alert in dict.fromkeys(word.move.alert.id for word in words) if alert in begun]
        due = await self._enqueue(group, [word.move for word in words], loud[0].way if loud else None, begins)
        for word in loud:
            alert = word.move.alert.id
            self.told[alert] = min(due, self.told.get(alert, due))

    async def _joined(self, receiver: str, endpoint: Endpoint, name: str, route: str, alerts: set[int]) -> Group:
        recent = await self._outbox.groups_named(name, Slot(self._at - JOINABLE))
        wanted = (receiver, endpoint, route, "")
        own = [g for g in recent if (g.receiver, g.endpoint, g.route, g.instead_of) == wanted]
        fitting = [g for g in own if g.digest is None]
        new = Group(receiver, endpoint, name, self._at, frozenset(), notified_at=Slot(0), route=route)
        group = fitting[-1] if fitting else new
        return await self._saved(replace(group, alerts=group.alerts | alerts))

    async def _saved(self, group: Group) -> Group:
        saved = await self._outbox.save_group(group)
        self._groups[saved.id] = saved
        return saved

    async def _enqueue(
        self,
        group: Group,
        moves: Sequence[Transition],
        way: Way | None,
        begins: Sequence[int] = (),
        *,
        at_once: bool = False,
    ) -> Slot:
        """A newer state replaces one that still waits; else it is a row of its own, not before the interval is over.

        `way` is that of news which people must notice, None of a mere edit. Returns when it is due.
        """
        ids, loud = tuple(move.id for move in moves), way is not None
        due_at = self._at if at_once else self._due_at(group, way)
        waiting = await self._outbox.waiting(group.id)
        if waiting is None:
            new = OutboxRow(group.id, ids, loud, self._at, due_at, lane=str(group.endpoint), begins=tuple(begins))
            await self._outbox.save(new)
        else:
            # News wait for their own interval, whenever the edit that waits already would go; an edit goes along.
            if waiting.loud or not loud:
                due_at = min(due_at, waiting.due_at) if at_once and not waiting.loud else waiting.due_at
            ids = waiting.transitions + ids
            more = replace(waiting, transitions=ids, begins=(*waiting.begins, *begins))
            await self._outbox.save(replace(more, loud=waiting.loud or loud, due_at=due_at))
        # What waits since long ago, because nothing can be sent, is told with what is new now.
        notified_at = Slot(max(due_at, self._at))
        await self._saved(replace(group, notified_at=notified_at, told_at=notified_at if loud else group.told_at))
        return due_at

    def _due_at(self, group: Group, way: Way | None) -> Slot:
        """An edit keeps its distance to whatever was sent last, news to the last news."""
        telling = way.telling if way is not None else PLAINLY
        last = group.told_at if way is not None and group.told_at is not None else group.notified_at
        if not last:
            return Slot(self._at + _seconds(telling.group_wait))
        # A clock that was ahead must not hold news back until it is caught up with.
        return Slot(max(self._at, min(last, self._at) + _seconds(telling.group_interval)))


def _begins_here(word: Word) -> bool:
    """Whether it opens a message where there is none, or joins one: also where the receiver has a new endpoint, at
    which nothing was said of the alert so far. Of its end nobody need hear there."""
    return word.begins or (word.loud and word.move.change in NEWS)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
