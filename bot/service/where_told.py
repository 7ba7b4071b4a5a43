"""Where alerts of a rule at a site would go, in words, for whoever writes routes."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.alerts.routing import Way, identity_of, ways_of
from bot.domain.names import name
from bot.domain.sites import Site
from bot.domain.times import Slot
from bot.domain.units import format_duration
from bot.rules.model import Configuration, Percentile, Quota, Rule, Severity
from bot.rules.sites import identities, merge_sites
from bot.service.fleet import Fleet, NotFound


def find_site(configuration: Configuration, written: str) -> tuple[Site, bool] | NotFound:
    """The site that the rules have under this name, and True; else one of that name alone, of which nothing is known.

    Without the API a name that the rules do not have may be right: only one that means several sites is refused.
    """
    keys = {identity: number for number, identity in enumerate(identities(configuration, ()))}
    fleet = Fleet(merge_sites(configuration, (), keys).sites, configuration)
    found = fleet.find(written, fleet.everything)
    if isinstance(found, Site):
        return found, True
    if found.is_ambiguous:
        return found
    workspace, _, own = written.rpartition("/")
    site_id = str(uuid5(NAMESPACE_URL, written))
    return Site(0, workspace or configuration.workspaces[0].name, site_id, own, configuration.timezone), False


def where_told(configuration: Configuration, rule: Rule, site: Site) -> list[str]:
    """A line for each kind, direction and severity of the rule's alerts, those that go the same way together."""
    lines: dict[str, list[str]] = {}
    for what, alert in _alerts(rule, site):
        owner = None if alert.key.site is None else site
        told = "; ".join(_words(configuration, way) for way in ways_of(configuration, alert, owner) if way.receivers)
        lines.setdefault(told or "nobody is told", []).append(what)
    return [f"{', '.join(whats)}: {told}" for told, whats in lines.items()]


def _alerts(rule: Rule, site: Site) -> Iterator[tuple[str, Alert]]:
    for kind in rule.kinds:
        for direction in rule.directions:
            for severity in _severities(rule, kind):
                key = AlertKey(site.workspace, rule.name, Kind(kind), None if rule.is_pool else site.key, direction)
                what = f"{severity} {kind}" + (f" ({direction})" if len(rule.directions) > 1 else "")
                yield what, Alert(key, State.FIRING, Slot(0), severity)


def _severities(rule: Rule, kind: str) -> tuple[Severity, ...]:
    if isinstance(rule.judge, Quota | Percentile) and kind == rule.kind:
        return tuple(dict.fromkeys(rule.judge.severities))
    return (rule.severity,)


def _words(configuration: Configuration, way: Way) -> str:
    """`"noc (route 2), repeated every 4 hours, and finance unless acknowledged within 30 minutes"`."""
    telling = way.telling
    places = [n for n, route in enumerate(configuration.routes, 1) if way.route and identity_of(route) == way.route]
    parts = [", ".join(name(receiver.name) for receiver in way.receivers)]
    parts[0] += f" (route {places[0]})" if places else ""
    if telling.mute:
        parts.append(f"but not during {', '.join(map(name, telling.mute))}")
    if telling.repeat_every is not None:
        parts.append(f"again every {format_duration(telling.repeat_every)}")
    if telling.escalate is not None:
        further, after = ", ".join(map(name, telling.escalate.notify)), format_duration(telling.escalate.after)
        parts.append(f"and {further} unless acknowledged within {after}")
    return ", ".join(parts)
