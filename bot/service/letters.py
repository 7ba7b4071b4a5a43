"""What goes out together, with everything that it is about, read at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.alerts.model import Alert, Transition
from bot.domain.times import Slot
from bot.service.fleet import Fleet
from bot.service.hearing import in_force
from bot.service.notification import Beside, notification
from bot.service.ports import Group, OutboxRow, Transaction
from bot.service.spikes.like import like_days
from bot.service.views import Notification


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be told: the row, its message, that one's alerts as they stand, what is new, and what keeps some of
    it quiet."""

    row: OutboxRow
    group: Group
    alerts: Sequence[Alert]
    moves: Sequence[Transition]
    beside: Beside

    def words(self, fleet: Fleet) -> Notification:
        return notification(self.row, self.group, self.alerts, self.moves, fleet, self.beside)


async def letters_of(tx: Transaction, fleet: Fleet, rows: Sequence[OutboxRow], at: Slot) -> list[Letter]:
    """One a row, in order."""
    groups = {group.id: group for group in await tx.outbox.groups([row.group for row in rows])}
    members = sorted({alert for group in groups.values() for alert in group.alerts})
    alerts = {alert.id: alert for alert in await tx.outbox.alerts(members)}
    told = sorted({move for row in rows for move in row.transitions})
    moves = {move.id: move for move in await tx.outbox.transitions(told)}
    silences, held = await in_force(tx, at), await tx.held.of(members)
    alone = {next(iter(group.alerts)) for group in groups.values() if len(group.alerts) == 1}
    like = await like_days(tx.buckets, fleet, [alerts[alert] for alert in sorted(alone)])
    letters = []
    for row in rows:
        group = groups[row.group]
        about = [alerts[alert] for alert in sorted(group.alerts)]
        news = [moves[move] for move in sorted(set(row.transitions))]
        own = [one for one in held if one.alert in group.alerts]
        letters.append(Letter(row, group, about, news, Beside(silences, own, like)))
    return letters
