"""How much noise spike rules would have made, against what they promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from math import ceil

from bot.alerts.model import Change, Transition
from bot.domain.names import name
from bot.domain.sites import Site
from bot.domain.times import DAY, Window
from bot.engine.spikes.expected import usual
from bot.rules.model import Rule, Spike
from bot.service.answers.model import Table
from bot.service.answers.phrases import count
from bot.service.fleet import Fleet
from bot.service.noise.accounts import spike_rules
from bot.service.noise.words import number, written
from bot.service.replay.model import Replayed

MONTH = Fraction(1461, 48)
"""Days of a month, on average."""
NAMED = 3
COLUMNS = ("rule", "says", "alarms a site and month", "sites that kept to it", "loudest")


def noise_tables(fleet: Fleet, window: Window, replayed: Replayed) -> list[Table]:
    """None without a spike rule. What counts is what is told; of a rule that tells nobody, what fires."""
    told = [move for message in replayed.messages for move in message.transitions]
    days = Fraction(window.end - window.start, DAY)
    rows = [
        _row(rule, fleet, days, _alarms(rule, told if rule.notify != () else replayed.transitions))
        for rule in spike_rules(fleet.configuration)
    ]
    title = f"Noise of spike rules over {count(round(days), 'day')}"
    return [Table(title, COLUMNS, tuple(rows))] if rows else []


def _alarms(rule: Rule, moves: Iterable[Transition]) -> Counter[int]:
    """By site. An alert that several receivers are told of is one; a fleet's is of no site."""
    fired = {(move.alert.id, move.alert.key.site) for move in moves if _is_alarm(rule, move)}
    return Counter(site for _, site in fired if site is not None)


def _is_alarm(rule: Rule, move: Transition) -> bool:
    return move.change is Change.FIRED and move.alert.key.rule == rule.name


def _row(rule: Rule, fleet: Fleet, days: Fraction, alarms: Counter[int]) -> tuple[str, ...]:
    assert isinstance(rule.judge, Spike)  # noqa: S101 - the caller chose
    sites, most = [site for site in fleet.sites if rule.sites.matches(site)], _most(rule, rule.judge, days)
    if not sites:
        return name(rule.name), written(rule.judge), "", "no site", ""
    average = Fraction(alarms.total(), len(sites)) / days * MONTH
    kept = sum(alarms[site.key] <= most for site in sites)
    says = written(rule.judge)
    about = (
        says if rule.judge.noise else f"{says}, about {number(usual(rule.judge.sensitivity, rule.directions))} a month"
    )
    return name(rule.name), about, number(average), f"{kept:,} of {len(sites):,}", _loudest(sites, alarms, fleet)


def _most(rule: Rule, spike: Spike, days: Fraction) -> int:
    """Alarms of a site that so many days may have, no part of one cut off."""
    a_day = spike.noise.a_day if spike.noise else usual(spike.sensitivity, rule.directions) / MONTH
    return ceil(a_day * days)


def _loudest(sites: Sequence[Site], alarms: Counter[int], fleet: Fleet) -> str:
    known: Collection[int] = {site.key for site in sites}
    labels = fleet.labels(fleet.everything)
    loudest = sorted((-number_, labels[site]) for site, number_ in alarms.items() if site in known)
    return ", ".join(f"{name(label)} {-number_:,}" for number_, label in loudest[:NAMED])
