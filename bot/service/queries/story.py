"""The story of one alert: its transitions, the messages that told them, and what people did about it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.alerts.model import Alert, Transition
from bot.alerts.routing import matches
from bot.alerts.silences import Silence
from bot.domain.times import Slot, to_instant
from bot.service.actions.acknowledging import no_such_alert, seen_alert
from bot.service.actions.replies import NoSuchAlert
from bot.service.audit import ACKNOWLEDGED, EXTENDED, LAPSED, SILENCED, UNSILENCED
from bot.service.commands import Story
from bot.service.explain.life import Life, endpoint_words, moves_of
from bot.service.hearing import in_force, site_of
from bot.service.ports import AuditEntry, Group, OutboxRow, Standing, Transaction
from bot.service.queries.alerts import open_alert
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.matched import is_within
from bot.service.queries.story_replies import AlertStory, Event, Happened, Unreplayed

_ID = re.compile(r" \([A-Z0-9]+\)$")
_STANDINGS = {
    Standing.WAITING: Happened.WAITS,
    Standing.DELIVERED: Happened.TOLD,
    Standing.REJECTED: Happened.REFUSED,
    Standing.DISCARDED: Happened.DISCARDED,
    Standing.WITHHELD: Happened.WITHHELD,
}
_DONE = {
    ACKNOWLEDGED: Happened.ACKNOWLEDGED,
    LAPSED: Happened.LAPSED,
    EXTENDED: Happened.EXTENDED,
    UNSILENCED: Happened.UNSILENCED,
}


async def story(tx: Transaction, inquiry: Inquiry, command: Story) -> AlertStory | NoSuchAlert:
    known = await Known.read(tx, inquiry)
    alert = await seen_alert(tx, known, command.alert)
    return await story_of(tx, known, alert) if alert is not None else await no_such_alert(tx, known, command.alert)


async def story_of(tx: Transaction, known: Known, alert: Alert, unreplayed: Unreplayed | None = None) -> AlertStory:
    """Of an alert that the asker may see."""
    inquiry = known.inquiry
    site = site_of(inquiry.fleet, alert)
    view = open_alert(alert, known, await in_force(tx, inquiry.at))
    return AlertStory(
        alert=view,
        zone=view.view.zone,
        events=tuple(await _Reading(tx, inquiry, alert).events()),
        freshness=known.freshness([site] if site is not None else None),
        unreplayed=unreplayed,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    tx: Transaction
    inquiry: Inquiry
    alert: Alert

    async def events(self) -> list[Event]:
        """In order; of one instant what happened before who was told of it."""
        moves = await self.tx.alerts.transitions(self.alert.id)
        steps = moves_of(Life(self.alert, moves, is_exact=True), self.inquiry.fleet.bucket)
        silences = await self._silences(moves)
        entries = await self.tx.audit.since(self._since(moves), None, (SILENCED, *_DONE))
        found = [
            *(Event(move.at, Happened.MOVED, move=move) for move in steps),
            *[event async for event in self._messages(moves)],
            *(event for one in silences for event in self._silence(one, entries)),
            *self._done(entries, silences),
        ]
        return sorted(found, key=lambda event: event.at)

    def _since(self, moves: Sequence[Transition]) -> Slot:
        """The alert's beginning."""
        return min((self.alert.since, *(move.known_at for move in moves)))

    async def _messages(self, moves: Sequence[Transition]) -> AsyncIterator[Event]:
        """Notifications that people were to notice, and those that did not reach them."""
        own = {move.id for move in moves}
        for group in await self.tx.outbox.groups_with([self.alert.id]):
            for row in await self.tx.outbox.rows_of(group.id):
                if own.intersection(row.transitions) and (row.loud or row.standing is Standing.REJECTED):
                    yield self._message(group, row)

    def _message(self, group: Group, row: OutboxRow) -> Event:
        at = row.settled_at if row.settled_at is not None else row.created_at
        return Event(
            at=to_instant(at),
            what=_STANDINGS[row.standing] if row.loud else Happened.EDITED,
            who=group.receiver,
            about=endpoint_words(group.endpoint, self.inquiry),
            until=to_instant(row.due_at) if row.standing is Standing.WAITING else None,
            reason=row.why,
        )

    async def _silences(self, moves: Sequence[Transition]) -> list[Silence]:
        """Those that were about it while it was open."""
        since, site = self._since(moves), site_of(self.inquiry.fleet, self.alert)
        end = self.alert.resolved_at if self.alert.resolved_at is not None else self.inquiry.at
        found = await self.tx.silences.ending_after(since)
        return [one for one in found if one.starts_at <= end and matches(one.match, self.alert, site)]

    def _silence(self, one: Silence, entries: Collection[AuditEntry]) -> Iterator[Event]:
        """Its beginning, and its end where nobody ended it. What it says is not for those who may not see all of it."""
        is_seen = is_within(one.match, self.inquiry.fleet, self.inquiry.scope)
        name, reason = (one.short_id, one.reason) if is_seen else ("", "")
        begins = max(one.starts_at, one.created_at or one.starts_at)
        own = {entry.action: entry for entry in entries if entry.subject == one.short_id}
        # An end that was moved since is told where that was done.
        was = own[SILENCED].detail.get("ends_at") if SILENCED in own and own.keys() & {EXTENDED, UNSILENCED} else None
        until = to_instant(was if was is not None else one.said_until(self.alert))
        yield Event(to_instant(begins), Happened.SILENCED, one.author, about=name, until=until, reason=reason)
        lapsed, is_ended = one.lapsed.get(self.alert.id, one.ends_at), UNSILENCED in own
        was_open = self.alert.is_open or (self.alert.resolved_at or lapsed) >= lapsed
        if lapsed <= self.inquiry.at and was_open and not is_ended:
            yield Event(to_instant(lapsed), Happened.SILENCE_OVER, about=name)

    def _done(self, entries: Collection[AuditEntry], silences: Collection[Silence]) -> Iterator[Event]:
        """What was done to the alert, and to the silences that its readers may see."""
        seen = {one.short_id for one in silences if is_within(one.match, self.inquiry.fleet, self.inquiry.scope)}
        for entry in entries:
            is_own = entry.subject == self.alert.short_id and entry.action in (ACKNOWLEDGED, LAPSED)
            if is_own or (entry.subject in seen and entry.action in (EXTENDED, UNSILENCED)):
                yield self._entry(entry, "" if is_own else entry.subject)

    def _entry(self, entry: AuditEntry, about: str) -> Event:
        until = entry.detail.get("until") or entry.detail.get("ends_at")
        return Event(
            at=to_instant(entry.at),
            what=_DONE[entry.action],
            who="" if entry.via == "bot" else _ID.sub("", entry.actor),
            about=about,
            until=to_instant(until) if isinstance(until, int) else None,
            reason=str(entry.detail.get("reason") or ""),
        )
