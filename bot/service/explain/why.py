"""Why an alert, by its id, was told: the decision replayed as of when it was told last, or was last found worse."""

from __future__ import annotations

from bot.alerts.fleet import is_fleets
from bot.alerts.model import Alert
from bot.domain.sites import Site
from bot.domain.times import Slot, to_instant
from bot.rules.model import Rule
from bot.service.actions.acknowledging import no_such_alert, seen_alert
from bot.service.actions.replies import NoSuchAlert
from bot.service.commands import Why
from bot.service.explain.explain import BUCKETS
from bot.service.explain.facts import Facts
from bot.service.explain.life import life_of_alert
from bot.service.explain.model import Explanation
from bot.service.explain.telling import Telling
from bot.service.explain.words import Words
from bot.service.hearing import OPENING, site_of
from bot.service.ports import Standing, Transaction
from bot.service.present import is_pool
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.replies import SiteRef
from bot.service.queries.story import story_of
from bot.service.queries.story_replies import AlertStory, Unreplayed


async def why(tx: Transaction, inquiry: Inquiry, command: Why) -> Explanation | AlertStory | NoSuchAlert:
    """The explanation of that alert alone; its story, where there is nothing to replay."""
    known = await Known.read(tx, inquiry)
    alert = await seen_alert(tx, known, command.alert)
    if alert is None:
        return await no_such_alert(tx, known, command.alert)
    site, rule = _place(known, alert), inquiry.fleet.configuration.rule(alert.key.rule)
    if rule is None:
        of_bot = alert.key.site is None and not is_pool(alert.key)
        return await story_of(tx, known, alert, Unreplayed.OF_THE_BOT if of_bot else Unreplayed.RULE_GONE)
    if site is None:
        return await story_of(tx, known, alert, Unreplayed.SITE_GONE)
    facts = await Facts.read(tx, inquiry, site, await _moment(tx, inquiry, alert))
    return await _explained(facts, known, alert, rule)


async def _explained(facts: Facts, known: Known, alert: Alert, rule: Rule) -> Explanation:
    words = Words(known.zone_of([alert.key.site]), facts.inquiry.now)
    watches = await facts.tx.alerts.watches()
    telling = Telling(facts, rule, alert.key.kind.value, alert.key.direction, watches, words)
    case = await telling.of(await life_of_alert(facts, alert))
    is_of_site = alert.key.site is not None
    return Explanation(
        site=known.ref(facts.site) if is_of_site else _pool(known, alert),
        at=to_instant(facts.at),
        sentence=case.sentence,
        data_until=to_instant(facts.until) if facts.until is not None else None,
        cases=(case,),
        buckets=await facts.buckets(BUCKETS) if is_of_site else (),
        freshness=known.freshness([facts.site] if is_of_site else None),
        alert=alert.short_id,
    )


def _place(known: Known, alert: Alert) -> Site | None:
    """The alert's site; of a pool any of its sites, whose data are asked for together."""
    if not is_pool(alert.key):
        return site_of(known.inquiry.fleet, alert)
    rule = known.inquiry.fleet.configuration.rule(alert.key.rule)
    own = (site for site in known.sites if site.workspace == alert.key.workspace)
    found = [site for site in own if rule is not None and rule.sites.matches(site)]
    return max(found, key=lambda site: known.until(site.key) or 0, default=None)


def _pool(known: Known, alert: Alert) -> SiteRef:
    rule, workspace = alert.key.rule, alert.key.workspace
    what = "fleet" if is_fleets(alert.key) else "pool"
    label = known.pool_label(workspace, rule, what)
    return SiteRef(workspace, f"{what} of {rule}", label, "", known.inquiry.fleet.configuration.timezone)


async def _moment(tx: Transaction, inquiry: Inquiry, alert: Alert) -> Slot:
    """When people were first told of the last time that it began or got worse; the present, where they have not been
    and it lasts."""
    moves = await tx.alerts.transitions(alert.id)
    news = [move for move in moves if move.change in OPENING] or list(moves)
    if not news:
        return inquiry.at
    told = []
    for group in await tx.outbox.groups_with([alert.id]):
        rows = [row for row in await tx.outbox.rows_of(group.id) if news[-1].id in row.transitions and row.loud]
        told += [row.settled_at for row in rows if row.settled_at and row.standing is Standing.DELIVERED]
    if told:
        return max(news[-1].known_at, min(told))
    return inquiry.at if alert.is_open else news[-1].known_at
