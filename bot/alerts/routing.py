"""Which ways an alert takes to people: a rule's own `notify`, the routes, or the defaults. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.alerts.model import BOT_RULE, Alert, Kind
from bot.domain.sites import Site
from bot.rules.model import Configuration, Endpoint, Receiver, Rule
from bot.rules.selectors import Selector, glob_matches
from bot.rules.telling import PLAINLY, GroupBy, Match, Route, Severity, Telling


@dataclass(frozen=True, slots=True)
class Way:
    """Receivers that hear of an alert in the same manner. `route` tells apart the routes of a configuration, and is ""
    for a rule's own `notify` and for the defaults."""

    receivers: tuple[Receiver, ...]
    telling: Telling = PLAINLY
    route: str = ""


def signature_of(way: Way, alert: Alert) -> str:
    """Changes with when an alert is repeated and escalated on this way, and with nothing else."""
    return f"telling {way.route or alert.key.rule} {way.telling.repeat_every} {way.telling.escalate!r}"


def ways_of(configuration: Configuration, alert: Alert, site: Site | None) -> tuple[Way, ...]:
    """How an alert as it stands reaches people; empty for one whose rule is gone. `site` is the alert's, None for
    what has none or one that is not listed any more.

    Every receiver is in one way at most: the first that leads to it.
    """
    if alert.key.kind is Kind.SELF:
        names = configuration.operators or configuration.default_receivers
        return (Way(_receivers(configuration, names)),)
    rule = configuration.rule(alert.key.rule)
    return tuple(_each_once(_ways(configuration, rule, alert, site))) if rule else ()


def _ways(configuration: Configuration, rule: Rule, alert: Alert, site: Site | None) -> Iterator[Way]:
    if rule.notify is not None:
        yield Way(_receivers(configuration, rule.notify), rule.telling)
        return
    taken = list(_taken(configuration.routes, alert, site))
    for route in taken:
        names = route.notify if route.notify is not None else configuration.default_receivers
        yield Way(_receivers(configuration, names), route.telling, identity_of(route))
    if not taken:
        yield Way(_receivers(configuration, configuration.default_receivers))


def _taken(routes: Iterable[Route], alert: Alert, site: Site | None) -> Iterator[Route]:
    for route in routes:
        if matches(route.match, alert, site):
            yield route
            if not route.goes_on:
                return


def _receivers(configuration: Configuration, names: Iterable[str]) -> tuple[Receiver, ...]:
    return tuple(configuration.receivers[name] for name in names)


def _each_once(ways: Iterable[Way]) -> Iterator[Way]:
    seen: set[str] = set()
    for way in ways:
        yield replace(way, receivers=tuple(one for one in way.receivers if one.name not in seen))
        seen.update(receiver.name for receiver in way.receivers)


def identity_of(route: Route) -> str:
    """The same however the other routes are edited: what it matches, and how it groups."""
    return hashlib.sha256(f"{route.match!r} {route.telling.group_by!r}".encode()).hexdigest()[:8]


def matches(match: Match, alert: Alert, site: Site | None) -> bool:
    """Whether an alert as it stands is one of these. What the bot says about itself only is where it is named, as in
    `rule: usagebot:*`: whoever keeps everything at a site quiet does not mean the bot."""
    key = alert.key
    return (
        (key.kind is not Kind.SELF or any(glob.casefold().startswith(f"{BOT_RULE}:") for glob in match.rules))
        and (not match.rules or any(glob_matches(glob, key.rule) for glob in match.rules))
        and (not match.kinds or key.kind in match.kinds)
        and (not match.severities or alert.severity in match.severities)
        and (not match.directions or key.direction in match.directions)
        and _is_at(match.sites, alert, site)
    )


def _is_at(selector: Selector, alert: Alert, site: Site | None) -> bool:
    """What has no site, such as a pool, is only in a workspace."""
    if site is not None:
        return selector.matches(site)
    if selector.names or selector.ids or selector.tags:
        return False
    globs = selector.workspaces
    return not globs or any(glob_matches(glob, alert.key.workspace) for glob in globs)


def group_name(way: Way, alert: Alert) -> str:
    """Alerts of one way with the same name may share a message. It begins with the workspace: no message is about
    several, whose sites may have the same names and whose readers need not be the same."""
    key = alert.key
    values = {
        GroupBy.RULE: key.rule,
        GroupBy.SITE: f"site {key.site}",
        GroupBy.SEVERITY: alert.severity.value,
        GroupBy.KIND: key.kind.value,
    }
    chosen = [values[by] for by in GroupBy if by in way.telling.group_by and by in values]
    return f"{key.workspace}/{' '.join(chosen)}"


@dataclass(frozen=True, slots=True)
class Hearer:
    """A receiver that hears of an alert. `begins` is False where it only hears more of what it was told before."""

    receiver: Receiver
    way: Way
    begins: bool = True


def hearers_of(
    configuration: Configuration, alert: Alert, site: Site | None, *, formerly: bool = False
) -> dict[str, Hearer]:
    """Who hears of an alert, by name: the receivers of its ways, and those to whom it may be escalated. `formerly` adds
    those of its other severities: whoever was told hears the end too."""
    ways, former = ways_of(configuration, alert, site), list[Way]()
    if formerly:
        former = [way for own in Severity for way in ways_of(configuration, replace(alert, severity=own), site)]
    return hearers_on(configuration, ways, former)


def hearers_on(configuration: Configuration, ways: Sequence[Way], former: Sequence[Way] = ()) -> dict[str, Hearer]:
    """As `hearers_of`, of ways that are known already."""
    found = {one.name: Hearer(one, way) for way in ways for one in way.receivers}
    for way in (*ways, *former):
        escalate = way.telling.escalate
        further = _receivers(configuration, escalate.notify) if escalate else ()
        for receiver in (*way.receivers, *further):
            found.setdefault(receiver.name, Hearer(receiver, way, begins=False))
    return found


def stand_in(configuration: Configuration, name: str, endpoint: Endpoint) -> Receiver | None:
    """Who hears what cannot be delivered to a receiver at this endpoint: its fallback, else the first operator that is
    another one, somewhere else; None where there is nobody."""
    receiver = configuration.receivers.get(name)
    if receiver is not None and receiver.fallback is not None:
        return configuration.receivers[receiver.fallback]
    others = (one for one in configuration.operators or configuration.default_receivers if one != name)
    found = (configuration.receivers[one] for one in others)
    return next((one for one in found if set(one.endpoints) - {endpoint}), None)


def goes_on_by_itself(configuration: Configuration) -> bool:
    """Whether anything is ever repeated or escalated."""
    tellings = [route.telling for route in configuration.routes]
    tellings += [rule.telling for rule in configuration.rules if rule.notify is not None]
    return any(goes_on(telling) for telling in tellings)


def goes_on(telling: Telling) -> bool:
    """Whether what is told in this manner is repeated or escalated."""
    return telling.repeat_every is not None or telling.escalate is not None
