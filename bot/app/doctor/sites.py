"""The sites that the API lists against those that the rules speak of. Pure. Site names are other people's text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.domain.names import name
from bot.rules.model import Configuration, SiteRule
from bot.rules.problems import Place, did_you_mean
from bot.rules.remarks import MEANS, Means, warnings_for
from bot.rules.sites import ListedSite, identities, merge_sites
from bot.service.answers.phrases import count as counted

MOST_NAMED = 20


def listing(listed: Sequence[ListedSite] | None, why: str, configuration: Configuration, workspace: str) -> Finding:
    """Whether there is a list at all. None with a reason where the API has none."""
    tell = Teller(Subject.SITES, workspace)
    named = sum(rule.workspace == workspace for rule in configuration.sites)
    if listed is None:
        text = f"the API lists no sites ({why})"
        if named:
            return tell.warning("list", f"{text}; {counted(named, 'site')} of the rules will do", "List the others too")
        remedy = "List the sites in the rules, each with its id: `sites: [{id: …, name: …}]`"
        return tell.problem("list", f"{text}, nor do the rules", remedy)
    if not listed and not named:
        return tell.problem("list", "neither the API nor the rules list a site", "Check that the token sees this fleet")
    zones = "tells" if any(site.timezone for site in listed) else "does not tell"
    return tell.ok(
        "list", f"the API lists {counted(len(listed), 'site')} and {zones} their zones; the rules name {named}"
    )


def strangers(listed: Sequence[ListedSite], configuration: Configuration, workspace: str) -> Iterator[Finding]:
    """Sites of the rules that the API does not list, with what was probably meant."""
    tell, known = Teller(Subject.SITES, workspace), {site.id.lower(): site for site in listed}
    unknown = [rule for rule in configuration.sites if rule.workspace == workspace and rule.id not in known]
    for rule in unknown[:MOST_NAMED]:
        shown = f"{name(rule.name)} ({rule.id})" if rule.name else rule.id
        guess = _guess(rule, list(known.values()))
        remedy = f"Did you mean {name(guess.name or '')}, whose id is {guess.id}?" if guess else "Correct its id"
        yield tell.warning("sites of the rules", f"the API does not list {shown}", remedy)
    if (more := len(unknown) - MOST_NAMED) > 0:
        yield tell.warning("sites of the rules", f"nor {counted(more, 'other')}", "Correct their ids")


def _guess(rule: SiteRule, listed: Sequence[ListedSite]) -> ListedSite | None:
    """By a name that is nearly the same, or an id that is."""
    by_id = {site.id: site for site in listed}
    by_name = {site.name: site for site in listed if site.name}
    nearest = did_you_mean(rule.name, by_name) if rule.name else None
    if nearest is not None:
        return by_name[nearest]
    near = get_close_matches(rule.id, by_id, n=1, cutoff=0.8)
    return by_id[near[0]] if near else None


def remarks(
    configuration: Configuration, listed: Sequence[ListedSite], places: dict[str, Place], means: Means = MEANS
) -> Iterator[Finding]:
    """What looks wrong about the rules once the sites are known: rules that match none, quotas nobody reads."""
    tell = Teller(Subject.SITES)
    keys = {identity: number for number, identity in enumerate(identities(configuration, listed))}
    merged = merge_sites(configuration, listed, keys)
    for note in merged.notes:
        yield tell.warning("zones", name(note, 300), "Give the site a `timezone` in the rules")
    found = warnings_for(configuration, merged.sites, means)
    for remark in found[:MOST_NAMED]:
        place = f"{places[remark.rule]}: " if remark.rule in places else ""
        yield tell.warning("rules and sites", f"{place}{name(remark.message, 300)}", "Correct the rule or the site")
    if len(found) > MOST_NAMED:
        yield tell.warning("rules and sites", f"and {len(found) - MOST_NAMED} more like these", "Correct those first")
    if not found and configuration.rules and merged.sites:
        yield tell.ok("rules and sites", f"every rule matches some of {counted(len(merged.sites), 'site')}")
