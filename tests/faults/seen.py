"""What people were shown, against what was to be told: nothing lost, nothing twice, and the right picture on each."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.domain.times import Slot
from tests.fakes.slack_view import images, seen
from tests.faults.servers import WeatheredSlack, WeatheredSmtp
from tests.faults.stage import FEW
from tests.faults.stores import Store, normal

OUTBOX = """
SELECT o.id, o.group_id, o.transitions, o.loud, o.standing, g.medium, g.receiver, o.created_at, o.settled_at, g.name
FROM outbox o JOIN groups g ON g.id = o.group_id ORDER BY o.id
"""
TOLD = """
SELECT t.id, t.alert_id, t.change, t.reason FROM transitions t
WHERE t.reason NOT IN ('condition_holds', 'period_ended', 'pending_cleared', 'rule_changed') ORDER BY 1
"""
EPISODES = "SELECT t.id, t.alert_id FROM transitions t JOIN alerts a ON a.id = t.alert_id WHERE a.kind = 'threshold'"
MEDIA = frozenset({"slack", "email"})


@dataclass(frozen=True)
class Messages:
    """What is wrong with them."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]


def messages(store: Store, slack: WeatheredSlack, smtp: WeatheredSmtp, pictured_since: Slot | None) -> Messages:
    """What is told at `pictured_since` or later, where that is named, must have its picture in the end."""
    outbox = [_Row.of(row) for row in normal(store.ask(OUTBOX))]
    lost = [*_undelivered(outbox), *_untold(store, outbox), *_unseen(outbox, slack, smtp)]
    lost += _unpictured(outbox, slack, pictured_since, _of_several(store, outbox))
    return Messages(tuple(lost), (*_told_twice(outbox), *_seen_twice(slack), *_pictured_twice(slack)))


@dataclass(frozen=True)
class _Row:
    """One notification of the outbox."""

    id: int
    group: int
    transitions: tuple[int, ...]
    loud: bool
    standing: str
    medium: str
    receiver: str
    created_at: int
    settled_at: int | None
    name: str

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> _Row:
        key, group, moves, loud, *rest = row
        return cls(key, group, tuple(json.loads(moves)), bool(loud), *rest)

    @property
    def is_about_the_bot(self) -> bool:
        return "usagebot:" in self.name

    @property
    def may_change_nothing(self) -> bool:
        """An edit for a picture, or for numbers, that finds them there already."""
        return not self.loud and not self.transitions

    @property
    def message_id(self) -> str:
        return f"<{self.group}.{self.id}.{self.created_at}@usagebot.example.com>"


def _undelivered(outbox: Iterable[_Row]) -> Iterator[str]:
    """What waits for ever, or was refused and nobody was told so."""
    rows = list(outbox)
    waiting = [row.id for row in rows if row.standing == "waiting"]
    if waiting:
        yield f"outbox: {len(waiting)} still wait, such as {waiting[0]}"
    refused = {(row.receiver, row.medium) for row in rows if row.standing == "rejected" and not row.is_about_the_bot}
    notices = {row.name.partition("usagebot:")[2] for row in rows if row.standing == "delivered"}
    for receiver, medium in sorted(refused):
        if f"delivery:{receiver}:{medium}" not in notices:
            yield f"outbox: {receiver} refused by {medium}, and the operators were not told"


def _untold(store: Store, outbox: Iterable[_Row]) -> Iterator[str]:
    """Facts that people must notice and no notification tells: of each alert that anybody hears of, on every medium."""
    told: dict[int, set[str]] = {}
    for row in outbox:
        for transition in row.transitions:
            told.setdefault(transition, set()).add(row.medium)
    notices = {key for (key,) in store.ask("SELECT id FROM alerts WHERE kind = 'self'")}
    opened: set[int] = set()
    for key, alert, change, reason in store.ask(TOLD):
        if change in {"fired", "worsened"}:
            opened.add(alert)
        wanted = {"slack"} if alert in notices else MEDIA
        if alert in opened and told.get(key, set()) != wanted:
            yield f"transition {key} ({change}, {reason}) told by {sorted(told.get(key, ()))}"


def _told_twice(outbox: Iterable[_Row]) -> Iterator[str]:
    """As news. The message of a fallback is also edited, before it is known whether it has to tell the same anew."""
    counts = Counter((row.medium, row.receiver, move) for row in outbox if row.loud for move in row.transitions)
    for key, count in counts.items():
        if count > 1:
            yield f"transition {key} is in {count} notifications"


def _unseen(outbox: Iterable[_Row], slack: WeatheredSlack, smtp: WeatheredSmtp) -> Iterator[str]:
    """Notifications that count as delivered and that nobody can see."""
    roots, replies = _shown(slack)
    mails = {str(mail["Message-ID"]) for mail in smtp.mails}
    latest: dict[int, set[int]] = {}
    for row in (row for row in outbox if row.standing == "delivered"):
        if row.medium == "email":
            if row.loud and row.message_id not in mails:
                yield f"mail {row.message_id} was never taken"
            continue
        if row.loud and row.group in latest and not replies[row.group, row.id]:
            yield f"notification {row.id} of group {row.group} has no reply in Slack"
        latest[row.group] = {row.id} | (latest.get(row.group, set()) if row.may_change_nothing else set())
    for group, notifications in latest.items():
        if not roots[group]:
            yield f"group {group} has no message in Slack"
        elif notifications.isdisjoint(roots[group]):
            yield f"the message of group {group} is as of {roots[group]}, not {sorted(notifications)}"


def _seen_twice(slack: WeatheredSlack) -> Iterator[str]:
    roots, replies = _shown(slack)
    yield from (f"group {group} has {len(found)} messages" for group, found in roots.items() if len(found) > 1)
    yield from (f"notification {key} has {count} replies" for key, count in replies.items() if count > 1)


def _shown(slack: WeatheredSlack) -> tuple[defaultdict[int, list[int]], Counter[tuple[int, int]]]:
    """Group → what its messages are as of; how many replies each (group, notification) has."""
    roots: defaultdict[int, list[int]] = defaultdict(list)
    replies: Counter[tuple[int, int]] = Counter()
    for channel in ("noc", "ops"):
        for message in slack.channel(channel).messages:
            told = message["metadata"]["event_payload"]
            if message.get("thread_ts") is None:
                roots[told["group"]].append(told["notification"])
            else:
                replies[told["group"], told["notification"]] += 1
    return roots, replies


def _of_several(store: Store, outbox: Iterable[_Row]) -> set[int]:
    """Groups that told of more than one episode: whatever of them is over is not compared any more, so that there may
    be nothing left to show."""
    alerts: dict[int, int] = {move: alert for move, alert in store.ask(EPISODES)}  # noqa: C416 - dict() loses the types
    told = defaultdict[int, set[int]](set)
    for row in outbox:
        told[row.group] |= {alerts[move] for move in row.transitions if move in alerts}
    return {group for group, episodes in told.items() if len(episodes) > 1}


def _unpictured(outbox: Iterable[_Row], slack: WeatheredSlack, since: Slot | None, exempt: set[int]) -> Iterator[str]:
    """Messages without the picture that they should have, or with one of something else."""
    told = {row.group: row for row in outbox if row.loud and row.medium == "slack" and row.standing == "delivered"}
    for message in slack.channel("noc").messages:
        group = message["metadata"]["event_payload"]["group"]
        row, pictures = told.get(group), list(images(message))
        if message.get("thread_ts") or row is None or row.is_about_the_bot:
            continue
        is_due = since is not None and row.settled_at is not None and row.settled_at >= since and group not in exempt
        if is_due and not pictures:
            yield f"the message of group {group} has no picture"
        names = [site.name for site in FEW.sites if site.name in seen(message)]
        for file in pictures:
            if names and not any(name in slack.files.all[file].alt for name in names):
                yield f"the message of group {group} shows {slack.files.all[file].alt!r}"


def _pictured_twice(slack: WeatheredSlack) -> Iterator[str]:
    for message in (*slack.channel("noc").messages, *slack.channel("ops").messages):
        if len(pictures := list(images(message))) > 1:
            yield f"a message shows {len(pictures)} pictures"
