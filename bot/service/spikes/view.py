"""What a spike's alert says of its episode, as notifiers and answers show it."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from bot.alerts.model import Alert, Kind
from bot.alerts.spike import Unusual
from bot.domain.sites import Site
from bot.domain.times import Slot, Window, floor, to_instant
from bot.domain.usage import Direction
from bot.engine.spikes.scales import SCALES, Statistic
from bot.rules.contracts import Contract, Holder, contract
from bot.rules.model import Quota
from bot.service.fleet import Fleet
from bot.service.views import LikeDays, QuotaShare, SpikeView

_COUNTED = {Direction.IN: {Direction.IN, Direction.TOTAL}, Direction.OUT: {Direction.OUT, Direction.TOTAL}}
"""In which direction a quota must be for all bytes of a spike's to count."""


def spike_view(alert: Alert, fleet: Fleet, like: LikeDays | None = None) -> SpikeView | None:
    """None of what is no site's spike, or remembers nothing of its episode."""
    unusual = Unusual.of(alert)
    if alert.key.kind is not Kind.SPIKE or alert.key.site is None or not unusual.at:
        return None
    site = fleet.by_key(alert.key.site)
    return SpikeView(
        timedelta(seconds=unusual.span),
        unusual.came,
        unusual.low,
        unusual.top,
        to_instant(unusual.at),
        is_mostly(unusual.span, fleet.bucket),
        unusual.extra,
        _share(alert, unusual.extra, site, fleet) if site is not None and unusual.extra > 0 else None,
        like,
    )


def is_mostly(span: int, step: int) -> bool:
    """Whether a level over so many seconds was kept up for most of them, and not throughout."""
    medians = {scale.width(step) * step for scale in SCALES if scale.statistic is Statistic.MEDIAN}
    return span in medians and span > step


def _share(alert: Alert, extra: int, site: Site, fleet: Fleet) -> QuotaShare | None:
    """Of the site's own quota, where the first rule about one counts these bytes; a quota's period that began after the
    spike did would make it smaller than it is."""
    own = _quota(alert.key.direction, site, fleet)
    until = alert.judged_until
    if own is None or until is None:
        return None
    period = own.calendar.period(until - 1)
    period = Window(floor(period.start, fleet.bucket), floor(period.end, fleet.bucket))
    grant = own.grant(period)
    if grant is None or alert.since <= period.start:
        return None
    limit = grant.until(Slot(min(until, period.end)), fleet.bucket)
    if limit <= 0:
        return None
    part = Fraction(int(extra * site.billing_factor) * 1000 // limit, 10)
    return QuotaShare(limit, to_instant(period.start), to_instant(period.end), part)


def _quota(direction: Direction, site: Site, fleet: Fleet) -> Contract | None:
    counted = _COUNTED.get(direction, {direction})
    for rule in fleet.configuration.rules:
        if isinstance(rule.judge, Quota) and not rule.judge.pool and counted & {*rule.directions}:
            own = contract(rule.judge, Holder.of(site)) if rule.sites.matches(site) else None
            if own is not None and own.has_quota:
                return own
    return None
