"""Silences that the asker may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.alerts.endings import Ending, ForecastPasses, GetsWorse, PeriodResets
from bot.alerts.model import Alert, State
from bot.alerts.silences import Silence
from bot.domain.times import DAY, Slot, to_instant
from bot.service.commands import Silences, Which
from bot.service.forgotten import forgotten
from bot.service.hearing import site_of
from bot.service.ports import Transaction
from bot.service.queries.alerts import is_visible
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.matched import is_within, match_words, sites_of
from bot.service.queries.silence_replies import Ends, SilenceList, SilenceView, Standing

LOOK_BACK = 35 * DAY
"""How long ago one may have ended that is shown among all."""
_ORDER = (Standing.IN_FORCE, Standing.TO_COME, Standing.OVER)


async def silence_list(tx: Transaction, inquiry: Inquiry, command: Silences) -> SilenceList:
    known = Known.named(inquiry)
    stored, why = await _stored(tx, inquiry, command.which)
    firing = [one for one in await tx.alerts.open() if one.state is State.FIRING and is_visible(one, known)]
    quiet = {one.id: _quiet(one, firing, inquiry) for one in stored}
    seen = [one for one in stored if is_within(one.match, inquiry.fleet, inquiry.scope)]
    views = [silence_view(one, known, quiet[one.id], why.get(one.id, "")) for one in seen]
    others = sum(quiet[one.id] > 0 for one in stored) - sum(quiet[one.id] > 0 for one in seen)
    return SilenceList(command.which, tuple(sorted(views, key=_order)), others, inquiry.now)


async def _stored(tx: Transaction, inquiry: Inquiry, which: Which) -> tuple[Sequence[Silence], dict[int, str]]:
    """With why some of them may be forgotten."""
    if which is Which.FORGOTTEN:
        found = await forgotten(tx, inquiry.fleet, inquiry.at)
        return [one.silence for one in found], {one.silence.id: one.why for one in found}
    since = inquiry.at - (LOOK_BACK if which is Which.ALL else 0)
    return await tx.silences.ending_after(Slot(since)), {}


def _quiet(silence: Silence, firing: Iterable[Alert], inquiry: Inquiry) -> int:
    at = inquiry.at
    return sum(silence.covers(alert, site_of(inquiry.fleet, alert), at) > at for alert in firing)


def _order(view: SilenceView) -> tuple[int, float]:
    end = view.ends_at.timestamp()
    return _ORDER.index(view.standing), -end if view.standing is Standing.OVER else end


def silence_view(silence: Silence, known: Known, quiet: int = 0, why: str = "") -> SilenceView:
    """Of one that reaches nothing outside the scope."""
    inquiry = known.inquiry
    sites = sites_of(silence.match, inquiry.fleet, inquiry.scope)
    only = sites[0] if len(sites) == 1 else None
    return SilenceView(
        id=silence.short_id,
        match=match_words(silence.match, {site.id: known.labels[site.key] for site in known.sites}),
        site=known.labels[only.key] if only else "",
        author=silence.author,
        reason=silence.reason,
        created_at=to_instant(silence.created_at) if silence.created_at is not None else None,
        starts_at=to_instant(silence.starts_at),
        ends_at=to_instant(silence.ends_at),
        zone=only.timezone if only else inquiry.fleet.configuration.timezone,
        standing=_standing(silence, inquiry.at),
        ends=_ends(silence.ending),
        percent=silence.ending.percent if isinstance(silence.ending, ForecastPasses) else None,
        quiet=quiet,
        why=why,
    )


def _standing(silence: Silence, at: int) -> Standing:
    if at < silence.starts_at < silence.ends_at:
        return Standing.TO_COME
    return Standing.IN_FORCE if silence.is_in_force(at) else Standing.OVER


def _ends(ending: Ending | None) -> Ends | None:
    kinds = {PeriodResets: Ends.PERIOD_RESETS, ForecastPasses: Ends.FORECAST_PASSES, GetsWorse: Ends.GETS_WORSE}
    return kinds[type(ending)] if ending is not None else None
