"""What must be so in the end, whatever went wrong: the history against the truth, and the messages against both."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.times import DAY, HOUR, Slot, Window
from tests.faults.seen import messages
from tests.faults.servers import WeatheredSlack, WeatheredSmtp
from tests.faults.stage import FEW, TRAFFIC
from tests.faults.stores import Rows, Store, normal

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


@dataclass(frozen=True)
class Verdict:
    """`wrong` is empty where all is well. `extra_mails` came twice with one Message-ID, as they may."""

    wrong: tuple[str, ...]
    doubled: int
    lost: int
    extra_mails: int


def judge(
    store: Store,
    slack: WeatheredSlack,
    smtp: WeatheredSmtp,
    window: Window,
    calm: Undisturbed,
    likeness: Likeness,
    pictured_since: Slot | None = None,
) -> Verdict:
    """The whole judgement of one run, whose usage must be true over `window`. What is told at `pictured_since` or later
    must have its picture in the end."""
    history = [*_usage(store, window), *_alerts(store, calm, likeness)]
    told = messages(store, slack, smtp, pictured_since)
    mails = Counter(str(mail["Message-ID"]) for mail in smtp.mails)
    extra = sum(mails.values()) - len(mails)
    return Verdict((*history, *told.lost, *told.doubled), len(told.doubled), len(told.lost), extra)


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
