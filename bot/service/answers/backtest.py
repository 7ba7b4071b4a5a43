"""What a backtest found, in words: who would have been told what, and which rules talk most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.names import name
from bot.domain.times import Slot, Window, to_instant
from bot.service.answers.backtest_noise import noise_tables
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import count
from bot.service.fleet import Fleet
from bot.service.present import alert_view
from bot.service.replay.compare import Difference
from bot.service.replay.lines import line_of
from bot.service.replay.model import Replayed, Told

SHOWN = 60
"""Messages of one receiver that are shown; the others are counted."""
NAMED = 3


@dataclass(frozen=True, slots=True)
class Backtest:
    """What rules would have said of `window`. `notes` are for people; `difference` is None without older rules."""

    fleet: Fleet
    window: Window
    buckets: int
    replayed: Replayed
    difference: Difference | None
    notes: tuple[str, ...]


def lines_of(found: Backtest) -> Iterator[str]:
    """A line of JSON for each transition, in the order in which it would have been known. With older rules each says
    whether it is new, and those that are gone come after."""
    difference = found.difference
    new = {move.id for move in difference.new_transitions} if difference else set()
    for move in found.replayed.transitions:
        against = ("new" if move.id in new else "same") if difference else None
        yield line_of(move, found.fleet, against)
    for move in difference.gone_transitions if difference else ():
        yield line_of(move, found.fleet, "gone")


def backtest_answer(found: Backtest) -> Answer:
    """The whole of it: a table for each receiver, and one of how much each rule says."""
    tables = _differing(found, found.difference) if found.difference else _told("", found, found.replayed.messages)
    facts = [
        ("Sites", f"{len(found.fleet.sites):,}"),
        ("Buckets", f"{found.buckets:,} known"),
        ("Transitions", f"{len(found.replayed.transitions):,}"),
        ("Messages", f"{len(found.replayed.messages):,}"),
    ]
    if found.difference is not None:
        facts.append(("New messages", f"{len(found.difference.new_messages):,}"))
        facts.append(("No longer told", f"{len(found.difference.gone_messages):,}"))
    start, end = found.window.start, found.window.end
    tables += [*_rules(found), *noise_tables(found.fleet, found.window, found.replayed)]
    return Answer(f"Backtest of {_when(start)} to {_when(end)} UTC", tuple(facts), tuple(tables), found.notes)


def _differing(found: Backtest, difference: Difference) -> list[Table]:
    return [
        *_told("new: ", found, difference.new_messages),
        *_told("no longer told: ", found, difference.gone_messages),
    ]


def _told(title: str, found: Backtest, messages: Sequence[Told]) -> list[Table]:
    """A table for each receiver, in the order of their names."""
    tables = []
    for receiver in sorted({told.receiver for told in messages}):
        own = [told for told in messages if told.receiver == receiver]
        rows = [_row(told, found.fleet) for told in own[:SHOWN]]
        if len(own) > SHOWN:
            rows.append((f"+{len(own) - SHOWN:,} more", "", "", ""))
        heading = f"{title}{name(receiver)}: {count(len(own), 'message')}"
        tables.append(Table(heading, ("when (UTC)", "rule", "sites", "what"), tuple(rows)))
    return tables


def _row(told: Told, fleet: Fleet) -> tuple[str, str, str, str]:
    rules = dict.fromkeys(name(move.alert.key.rule) for move in told.transitions)
    sites = list(dict.fromkeys(alert_view(move.alert, fleet).site for move in told.transitions))
    more = [f"+{len(sites) - NAMED}"] if len(sites) > NAMED else []
    what = told.text.splitlines()[0] if told.text else ""
    return _when(told.at), ", ".join(rules), ", ".join([*map(name, sites[:NAMED]), *more]), what


def _rules(found: Backtest) -> list[Table]:
    """Every rule, the noisiest first; those that say nothing too, for they may be why somebody looks."""
    moves = Counter(move.alert.key.rule for move in found.replayed.transitions)
    told = Counter(
        (rule, told.receiver)
        for told in found.replayed.messages
        for rule in {move.alert.key.rule for move in told.transitions}
    )
    receivers = sorted({receiver for _, receiver in told})
    rules = [rule.name for rule in found.fleet.configuration.rules]
    alerts = Counter(rule for rule, _ in {(m.alert.key.rule, m.alert.id) for m in found.replayed.transitions})
    rules.sort(key=lambda rule: -sum(told[rule, receiver] for receiver in receivers))
    rows = [
        (name(rule), f"{alerts[rule]:,}", f"{moves[rule]:,}", *(f"{told[rule, one]:,}" for one in receivers))
        for rule in rules
    ]
    columns = ("rule", "alerts", "transitions", *(f"told {name(one)}" for one in receivers))
    return [Table("Rules, the noisiest first", columns, tuple(rows))] if rows else []


def _when(slot: Slot) -> str:
    return f"{to_instant(slot):%Y-%m-%d %H:%M}"
