"""What must be so in the end, whatever went wrong: the history against the truth, and the messages against both."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain.times import DAY, HOUR, Window
from tests.faults.servers import WeatheredSlack, WeatheredSmtp
from tests.faults.stage import FEW, TRAFFIC
from tests.faults.stores import Rows, Store

MOVES = """
SELECT a.rule, s.uuid, a.direction, t.change, t.reason, t.slot, t.step, t.value_bytes
FROM transitions t JOIN alerts a ON a.id = t.alert_id JOIN sites s ON s.id = a.site
ORDER BY 1, 2, 3, 6, 4, 7, 8
"""
QUOTAS = """
SELECT a.rule, s.uuid, a.direction, a.period_start, a.state, a.step, a.steps, a.value_bytes
FROM alerts a JOIN sites s ON s.id = a.site WHERE a.kind = 'quota' ORDER BY 1, 2, 3, 4
"""
EPISODES = """
SELECT a.rule, s.uuid, a.direction, a.since, a.state, a.value_bytes
FROM alerts a JOIN sites s ON s.id = a.site WHERE a.kind = 'threshold' ORDER BY 1, 2, 3, 4
"""
OUTBOX = """
SELECT o.id, o.group_id, o.transitions, o.loud, o.standing, g.medium, g.receiver, o.created_at, g.name
FROM outbox o JOIN groups g ON g.id = o.group_id ORDER BY o.id
"""
TOLD = """
SELECT t.id, t.alert_id, t.change, t.reason FROM transitions t
WHERE t.reason NOT IN ('condition_holds', 'period_ended', 'pending_cleared', 'rule_changed') ORDER BY 1
"""
MEDIA = frozenset({"slack", "email"})


class Likeness(StrEnum):
    """How like an undisturbed run the alerts of this one must be."""

    EXACT = "transitions"
    """Every transition, with its bucket, step and bytes, and everything that was told."""
    STATES = "alerts"
    """Data came late, so several steps may be told at once: every quota's steps with the bucket that reached each,
    and every episode with its beginning, end and worst value."""
    QUOTAS = "quotas"
    """Wrong data was believed for a while, so episodes may have begun and ended that never were: quotas alone."""
    STEPS = "steps"
    """Data came late and with holes that were filled later, so a step may have been told with a later bucket than the
    one that reached it: quotas, with their steps and bytes, without the times."""
    HISTORY = "history"
    """Wrong data moved the times at which steps were reached: buckets, rollups and messages alone."""


@dataclass(frozen=True)
class Undisturbed:
    """What a calm run left."""

    moves: Rows
    quotas: Rows
    episodes: Rows

    @classmethod
    def of(cls, store: Store) -> Undisturbed:
        return cls(*(normal(store.ask(query)) for query in (MOVES, QUOTAS, EPISODES)))


def normal(rows: Rows) -> Rows:
    """Alike on both databases: JSON as text."""
    return [tuple(json.dumps(cell) if isinstance(cell, (dict, list)) else cell for cell in row) for row in rows]


@dataclass(frozen=True)
class Verdict:
    """`wrong` is empty where all is well. `extra_mails` came twice with one Message-ID, as they may."""

    wrong: tuple[str, ...]
    doubled: int
    lost: int
    extra_mails: int


def judge(
    store: Store, slack: WeatheredSlack, smtp: WeatheredSmtp, window: Window, calm: Undisturbed, likeness: Likeness
) -> Verdict:
    """The whole judgement of one run, whose usage must be true over `window`."""
    outbox = [_Row.of(row) for row in normal(store.ask(OUTBOX))]
    history = [*_usage(store, window), *_alerts(store, calm, likeness)]
    lost = [*_undelivered(outbox), *_untold(store, outbox), *_unseen(outbox, slack, smtp)]
    doubled = [*_told_twice(outbox), *_seen_twice(slack)]
    mails = Counter(str(mail["Message-ID"]) for mail in smtp.mails)
    extra = sum(mails.values()) - len(mails)
    return Verdict((*history, *lost, *doubled), len(doubled), len(lost), extra)


# --- the history ------------------------------------------------------------------------------------------


def _usage(store: Store, window: Window) -> Iterator[str]:
    """Buckets and both rollups against the simulated fleet."""
    keys = {key: uuid for key, uuid in store.ask("SELECT id, uuid FROM sites")}  # noqa: C416 - dict() loses the types
    for place, site in enumerate(FEW.sites):
        key = next(key for key, uuid in keys.items() if uuid == site.id)
        block = TRAFFIC.block([place], window)
        true = {
            slot: (int(block.in_bytes[0, column]), int(block.out_bytes[0, column]))
            for column, slot in enumerate(range(window.start, window.end, 300))
            if block.known[0, column]
        }
        span = f"site = {key} AND {{slot}} >= {window.start} AND {{slot}} < {window.end}"
        rows = store.ask(f"SELECT slot, in_bytes, out_bytes FROM buckets WHERE {span.format(slot='slot')}")  # noqa: S608
        yield from _different(f"buckets of {site.name}", {row[0]: tuple(row[1:]) for row in rows}, true)
        for table, column, step in (("hourly", "hour", HOUR), ("daily", "day", DAY)):
            fields = f"{column}, in_bytes, out_bytes, max_bytes, known"
            rows = store.ask(f"SELECT {fields} FROM {table} WHERE {span.format(slot=column)}")  # noqa: S608
            yield from _different(
                f"{table} of {site.name}", {row[0]: tuple(row[1:]) for row in rows}, _rolled(true, step)
            )


def _rolled(buckets: Mapping[int, tuple[int, int]], step: int) -> dict[int, tuple[int, ...]]:
    sums: dict[int, tuple[int, ...]] = {}
    for slot, (inward, outward) in buckets.items():
        a, b, c, d = sums.get(slot - slot % step, (0, 0, 0, 0))
        sums[slot - slot % step] = (a + inward, b + outward, c + max(inward, outward), d + 1)
    return sums


def _different(what: str, found: Mapping[int, object], true: Mapping[int, object]) -> Iterator[str]:
    wrong = sorted(slot for slot in found.keys() | true.keys() if found.get(slot) != true.get(slot))
    if wrong:
        first = wrong[0]
        yield f"{what}: {len(wrong)} of {len(true)} differ; at {first}: {found.get(first)} instead of {true.get(first)}"


def _alerts(store: Store, calm: Undisturbed, likeness: Likeness) -> Iterator[str]:
    if likeness is Likeness.EXACT:
        yield from _compared("transitions", store.ask(MOVES), calm.moves)
    if likeness is Likeness.STEPS:
        yield from _compared("steps", _timeless(store.ask(QUOTAS)), _timeless(calm.quotas))
    elif likeness is not Likeness.HISTORY:
        yield from _compared("quotas", store.ask(QUOTAS), calm.quotas)
    if likeness in {Likeness.EXACT, Likeness.STATES}:
        yield from _compared("episodes", store.ask(EPISODES), calm.episodes)


def _timeless(quotas: Rows) -> Rows:
    return [(*row[:6], ", ".join(sorted(json.loads(row[6]))), *row[7:]) for row in normal(quotas)]


def _compared(what: str, found: Rows, calm: Rows) -> Iterator[str]:
    here, there = Counter(normal(found)), Counter(calm)
    for word, rows in (("missing", there - here), ("extra", here - there)):
        if rows:
            yield f"{what} {word}: {rows.total()}, such as {next(iter(rows))}"


# --- the messages -----------------------------------------------------------------------------------------


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
    name: str

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> _Row:
        key, group, moves, loud, standing, medium, receiver, created_at, name = row
        return cls(key, group, tuple(json.loads(moves)), bool(loud), standing, medium, receiver, created_at, name)

    @property
    def message_id(self) -> str:
        return f"<{self.group}.{self.id}.{self.created_at}@usagebot.example.com>"


def _undelivered(outbox: Iterable[_Row]) -> Iterator[str]:
    """What waits for ever, or was refused and nobody was told so."""
    rows = list(outbox)
    waiting = [row.id for row in rows if row.standing == "waiting"]
    if waiting:
        yield f"outbox: {len(waiting)} still wait, such as {waiting[0]}"
    refused = {(row.receiver, row.medium) for row in rows if row.standing == "rejected" and "usagebot:" not in row.name}
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
    roots, replies = _seen(slack)
    mails = {str(mail["Message-ID"]) for mail in smtp.mails}
    latest: dict[int, int] = {}
    for row in (row for row in outbox if row.standing == "delivered"):
        if row.medium == "email":
            if row.loud and row.message_id not in mails:
                yield f"mail {row.message_id} was never taken"
            continue
        if row.loud and row.group in latest and not replies[row.group, row.id]:
            yield f"notification {row.id} of group {row.group} has no reply in Slack"
        latest[row.group] = row.id
    for group, notification in latest.items():
        if not roots[group]:
            yield f"group {group} has no message in Slack"
        elif notification not in roots[group]:
            yield f"the message of group {group} is as of {roots[group]}, not {notification}"


def _seen_twice(slack: WeatheredSlack) -> Iterator[str]:
    roots, replies = _seen(slack)
    yield from (f"group {group} has {len(found)} messages" for group, found in roots.items() if len(found) > 1)
    yield from (f"notification {key} has {count} replies" for key, count in replies.items() if count > 1)


def _seen(slack: WeatheredSlack) -> tuple[defaultdict[int, list[int]], Counter[tuple[int, int]]]:
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
