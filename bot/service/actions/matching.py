"""From what people wrote to a match, within what they may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.alerts.model import Alert, Kind
from bot.domain.sites import Site
from bot.rules.selectors import Selector
from bot.rules.telling import Match
from bot.service.actions.replies import NoSuchName, Refusal, Refused, Undone, Unmatched
from bot.service.fleet import SUGGESTIONS, NotFound, Scope
from bot.service.hearing import site_of
from bot.service.orders import Matching
from bot.service.queries.inquiry import Inquiry
from bot.service.queries.matched import fits, is_about_the_bot, is_within, names_the_bot, rules_seen, sites_of


def match_of_alert(alert: Alert, site: Site | None) -> Match | Refusal:
    """Alerts like this one: of its rule and kind, at its site."""
    key = alert.key
    if key.kind is Kind.SELF:
        return Match(rules=(key.rule,), sites=Selector(workspaces=(key.workspace,) if key.workspace else ()))
    if key.site is not None and site is None:
        return Refusal(Refused.SITE_GONE, alert.short_id)
    ids = (site.id,) if site is not None else ()
    return Match((key.rule,), (key.kind.value,), sites=Selector(ids=ids, workspaces=(key.workspace,)))


def match_of_alerts(alerts: Sequence[Alert], inquiry: Inquiry) -> Match | Refusal:
    """Alerts like these: of their rules and kinds, in their workspaces. Where whoever asks sees those for the sake of
    these alerts alone, at their sites and nowhere else."""
    rules = tuple(sorted({alert.key.rule for alert in alerts}))
    is_about_the_bot = any(alert.key.kind is Kind.SELF for alert in alerts)
    kinds = () if is_about_the_bot else tuple(sorted({alert.key.kind.value for alert in alerts}))
    named = {alert.key.workspace for alert in alerts}
    sites = {site.id for alert in alerts if (site := site_of(inquiry.fleet, alert)) is not None}
    at_sites = [alert for alert in alerts if alert.key.site is not None]
    if inquiry.is_beyond and at_sites and not sites:
        return Refusal(Refused.SITE_GONE, at_sites[0].short_id)
    return Match(
        rules,
        kinds,
        sites=Selector(
            ids=tuple(sorted(sites)) if inquiry.is_beyond else (),
            workspaces=tuple(sorted(named)) if "" not in named else (),
        ),
    )


def match_of(matching: Matching, inquiry: Inquiry) -> Match | Undone:
    """All but `matching.alert`. Every glob must match something that whoever asks may see."""
    site = inquiry.fleet.exactly(matching.name, _narrowed(matching, inquiry)) if matching.name else None
    if isinstance(site, NotFound):
        return site
    unmatched = _unmatched(matching, inquiry)
    if unmatched is not None:
        return unmatched
    match = _fenced(_match(matching, site, inquiry), inquiry)
    if not is_within(match, inquiry.fleet, inquiry.scope):
        return Refusal(Refused.OUT_OF_SCOPE)
    if not is_about_the_bot(match) and not sites_of(match, inquiry.fleet, inquiry.scope):
        return Refusal(Refused.NO_SITE)
    return match


def _match(matching: Matching, site: Site | None, inquiry: Inquiry) -> Match:
    ids = {known.id for known in inquiry.fleet.visible(inquiry.scope)}
    given = tuple(word.lower() for word in matching.sites if word.lower() in ids)
    names = tuple(word for word in matching.sites if word.lower() not in ids)
    workspaces = matching.workspaces
    if site is not None:
        given, workspaces = (site.id,), (site.workspace,)
    sites = Selector(names, given, workspaces, dict(matching.tags))
    return Match(matching.rules, matching.kinds, matching.severities, matching.directions, sites)


def _narrowed(matching: Matching, inquiry: Inquiry) -> Scope:
    globs = matching.workspaces
    return frozenset(name for name in inquiry.scope if not globs or fits(name, globs))


def _fenced(match: Match, inquiry: Inquiry) -> Match:
    """Whoever sees some workspaces names them, and so nothing else can be meant."""
    if inquiry.sees_everything:
        return match
    own = (name for name in inquiry.scope if not match.sites.workspaces or fits(name, match.sites.workspaces))
    return replace(match, sites=replace(match.sites, workspaces=tuple(sorted(own))))


def _unmatched(matching: Matching, inquiry: Inquiry) -> Undone | None:
    """The first word that nothing here is called by."""
    sites = inquiry.fleet.visible(inquiry.scope)
    rules = [glob for glob in matching.rules if not (inquiry.sees_everything and names_the_bot(glob))]
    names = [rule.name for rule in rules_seen(inquiry.fleet, inquiry.scope)]
    known = (
        (Unmatched.RULE, rules, names),
        (Unmatched.WORKSPACE, matching.workspaces, sorted(inquiry.scope)),
    )
    for what, globs, names in known:
        for glob in globs:
            if not any(fits(name, (glob,)) for name in names):
                return NoSuchName(what, glob, _near(glob, names))
    return _unmatched_site(matching.sites, inquiry, sites) or _unmatched_tag(matching, sites)


def _unmatched_site(globs: Iterable[str], inquiry: Inquiry, sites: Sequence[Site]) -> NoSuchName | None:
    for glob in globs:
        if not any(
            glob.lower() == site.id or fits(site.name, (glob,)) or fits(site.full_name, (glob,)) for site in sites
        ):
            found = inquiry.fleet.exactly(glob, inquiry.scope)
            suggestions = found.suggestions if isinstance(found, NotFound) else ()
            return NoSuchName(Unmatched.SITE, glob, suggestions)
    return None


def _unmatched_tag(matching: Matching, sites: Sequence[Site]) -> NoSuchName | None:
    keys = sorted({key for site in sites for key in site.tags})
    for key, globs in matching.tags.items():
        if key not in keys:
            return NoSuchName(Unmatched.TAG, key, _near(key, keys))
        values = sorted({site.tags[key] for site in sites if key in site.tags})
        for glob in globs:
            if not any(fits(value, (glob,)) for value in values):
                return NoSuchName(Unmatched.TAG, f"{key}={glob}", tuple(f"{key}={one}" for one in _near(glob, values)))
    return None


def _near(glob: str, names: Iterable[str]) -> tuple[str, ...]:
    folded = {name.casefold(): name for name in names}
    inside = [name for name in folded if len(glob) > 2 and glob.casefold() in name]
    near = get_close_matches(glob.casefold(), folded, n=SUGGESTIONS, cutoff=0.6)
    return tuple(dict.fromkeys(folded[name] for name in [*near, *inside]))[:SUGGESTIONS]
