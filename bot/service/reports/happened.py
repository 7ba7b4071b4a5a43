"""What happened in the window of a digest, from the alerts that the history keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.alerts.model import Alert, Kind, Reason, State
from bot.domain.times import Slot, Window, to_instant
from bot.rules.model import Severity
from bot.service.ports import Transaction
from bot.service.queries.alerts import is_visible, open_alert
from bot.service.queries.inquiry import Known
from bot.service.reports.model import KindTold, RanOut, RuleTold, TroubleTold

ALL_OF_IT = Fraction(100)


@dataclass(frozen=True, slots=True)
class Happened:
    """By kind, and of the `rule_count` rules that told anything the noisiest."""

    kinds: tuple[KindTold, ...]
    rules: tuple[RuleTold, ...]
    rule_count: int


async def happened(tx: Transaction, known: Known, window: Window, most: int) -> Happened:
    """Alerts that people were told of in the window, or that fired in it and were held back, but for those that were
    withdrawn as data were revised, and for what the bot said of itself."""
    alerts = [alert for alert in await tx.alerts.noticed(None, window) if _counts(alert, known)]
    rules = sorted(_by_rule(alerts), key=lambda one: (-one.told, -one.held, one.rule))
    return Happened(tuple(_by_kind(alerts, known)), tuple(rules[:most]), len(rules))


def _counts(alert: Alert, known: Known) -> bool:
    is_withdrawn = alert.state is State.RESOLVED and alert.reason is Reason.DATA_REVISED
    return alert.key.kind is not Kind.SELF and not is_withdrawn and is_visible(alert, known)


def _by_kind(alerts: Sequence[Alert], known: Known) -> Iterable[KindTold]:
    """In the order of the kinds."""
    for kind in Kind:
        own = [alert for alert in alerts if alert.key.kind is kind]
        if own:
            told = sum(alert.told_at is not None for alert in own)
            critical = sum(alert.severity is Severity.CRITICAL for alert in own)
            worst = open_alert(max(own, key=_badness), known)
            yield KindTold(kind, told, len(own) - told, critical, worst)


def _badness(alert: Alert) -> tuple[int, float, int]:
    """By severity, then by how far beyond its limit, then the latest."""
    return alert.severity.rank, alert.value / alert.limit if alert.limit else 0.0, alert.id


def _by_rule(alerts: Iterable[Alert]) -> Iterable[RuleTold]:
    rules: defaultdict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        rules[alert.key.rule].append(alert)
    for rule, own in rules.items():
        told = sum(alert.told_at is not None for alert in own)
        holders = {(alert.key.workspace, alert.key.site) for alert in own}
        yield RuleTold(rule, told, len(own) - told, len(holders))


async def ran_out(tx: Transaction, known: Known, window: Window) -> list[RanOut]:
    """Quotas of which all was used up in the window, the latest first."""
    sites = [None, *(site.key for site in known.sites)]
    alerts = await tx.alerts.overlapping(Kind.QUOTA, sites, window.start)
    found = [
        (at, alert)
        for alert in alerts
        if is_visible(alert, known) and (at := _gone(alert)) is not None and at in window
    ]
    return [_ran_out(alert, at, known) for at, alert in sorted(found, key=lambda one: (-one[0], one[1].id))]


def _gone(alert: Alert) -> Slot | None:
    """When the first step was reached that is all of the quota, or more."""
    return min((at for step, at in alert.steps.items() if step >= ALL_OF_IT), default=None)


def _ran_out(alert: Alert, at: Slot, known: Known) -> RanOut:
    seen = open_alert(alert, known)
    key = alert.key
    return RanOut(seen.label, key.rule, key.direction, to_instant(at), alert.limit, seen.view.pool)


async def troubles(tx: Transaction, window: Window) -> list[TroubleTold]:
    """What was wrong with the bot at any time of the window, the longest first; a count of noise is none."""
    alerts = await tx.alerts.overlapping(Kind.SELF, [None], window.start)
    own = [alert for alert in alerts if alert.fired_at is not None and alert.reason is not Reason.NOISE_COUNTED]
    spans = [(alert.fired_at or alert.since, alert.resolved_at, alert) for alert in own]
    lasting = [(max(start, window.start), end, alert) for start, end, alert in spans if start < window.end]
    lasting.sort(key=lambda one: ((one[0] - min(one[1] or window.end, window.end)), one[2].id))
    return [
        TroubleTold(
            alert.note.partition("\n")[0],
            to_instant(alert.fired_at or alert.since),
            to_instant(end) if end is not None else None,
        )
        for _, end, alert in lasting
    ]
