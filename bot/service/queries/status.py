"""The bot's own health: pulling, backfill, request budget, messages that wait."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, to_instant
from bot.service.notices import EVERY_WORKSPACE, RULES, notice_key
from bot.service.plan import backfill_target, backfill_want
from bot.service.ports import Pull, Transaction
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.status_replies import Backlog, LastPull, RulesBroken, StatusReport, WorkspaceStatus
from bot.service.queries.troubles import troubles_of

ANSWERED = "answered"


async def status_report(tx: Transaction, inquiry: Inquiry) -> StatusReport:
    known = await Known.read(tx, inquiry)
    names = sorted(inquiry.scope)
    keys = await tx.sites.workspaces(names)
    return StatusReport(
        workspaces=tuple([await _workspace(tx, known, name, keys[name]) for name in names]),
        backlog=await _backlog(tx) if inquiry.sees_everything else None,
        rule_version=inquiry.fleet.configuration.version,
        bot_version=inquiry.version,
        freshness=known.freshness(),
        rules_broken=await _rules_broken(tx) if inquiry.sees_everything else None,
        troubles=await troubles_of(tx, inquiry.at) if inquiry.sees_everything else (),
    )


async def _workspace(tx: Transaction, known: Known, name: str, key: int) -> WorkspaceStatus:
    inquiry = known.inquiry
    sites = [site for site in known.sites if site.workspace == name]
    ends = sorted((end, known.labels[site.key]) for site in sites if (end := known.until(site.key)) is not None)
    last = await tx.pulls.last(key)
    return WorkspaceStatus(
        name=name,
        sites=len(sites),
        known=len(ends),
        backfilled=sum(_is_backfilled(known, site) for site in sites),
        oldest=to_instant(ends[0][0]) if ends else None,
        newest=to_instant(ends[-1][0]) if ends else None,
        oldest_site=ends[0][1] if ends else "",
        answered=_last(last[ANSWERED]) if ANSWERED in last else None,
        trouble=_trouble(last),
        pulls=await tx.pulls.count(key, Slot(inquiry.at - HOUR)),
        requests_per_minute=_budget(inquiry, name),
    )


def _is_backfilled(known: Known, site: Site) -> bool:
    inquiry, row = known.inquiry, known.progress.get(site.key)
    if row is None or row.known_from is None:
        return False
    target = backfill_target(site, inquiry.fleet.configuration, inquiry.end, inquiry.pull)
    return backfill_want(site, row, target, inquiry.pull.chunk) is None


def _last(pull: Pull) -> LastPull:
    return LastPull(pull.outcome, to_instant(pull.answered_at), pull.why)


def _trouble(last: Mapping[str, Pull]) -> LastPull | None:
    """The latest request that failed."""
    failed = [pull for outcome, pull in last.items() if outcome != ANSWERED]
    return _last(max(failed, key=lambda pull: pull.answered_at)) if failed else None


def _budget(inquiry: Inquiry, name: str) -> int:
    own = {rule.name: rule.requests_per_minute for rule in inquiry.fleet.configuration.workspaces}
    return own.get(name) or inquiry.requests_per_minute


async def _backlog(tx: Transaction) -> Backlog:
    waiting, oldest = await tx.outbox.backlog()
    return Backlog(waiting, to_instant(oldest) if oldest is not None else None)


async def _rules_broken(tx: Transaction) -> RulesBroken | None:
    key = notice_key(EVERY_WORKSPACE, RULES)
    notice = next((alert for alert in await tx.alerts.open() if alert.key == key), None)
    return RulesBroken(to_instant(notice.since), notice.note) if notice else None
