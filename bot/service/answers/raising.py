"""How a limit is raised: what to write, and where. The bot itself edits no rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.names import name as safe
from bot.domain.units import format_bytes, format_rate
from bot.rules.model import Quota, Rule, Threshold
from bot.service.answers.model import Answer
from bot.service.answers.phrases import listed
from bot.service.fleet import Fleet
from bot.service.queries.pointed import Pointed

_WHERE = (
    "In the folder with your rules, find {0} and write what is below, with amounts of your own. "
    "Nothing was changed by this answer."
)
_THEN = "`usagebot check` says whether it is right. The running bot takes it over within half a minute."


@dataclass(frozen=True, slots=True)
class HowTo:
    """Words, and YAML to copy. The amounts in it are examples."""

    answer: Answer
    yaml: str = ""


def how_to_raise(pointed: Pointed, fleet: Fleet, today: date) -> HowTo:
    """For each rule of the alerts, those of one site with that in mind. `today` is the site's own. In which file a rule
    is written is for those who see everything: its name may be another customer's."""
    rules = [rule for name in pointed.rules if (rule := fleet.configuration.rule(name)) is not None]
    places = listed([safe(rule.place) for rule in rules if rule.place], "and")
    yaml = "\n\n".join("\n".join(_lines(rule, _site(pointed), today)) for rule in rules if _has_limit(rule))
    names = listed([safe(name) for name in pointed.rules], "and")
    if not yaml:
        return HowTo(Answer(f"No limit of {names} can be raised: it is not in the rules any more, or has none."))
    return HowTo(
        Answer(
            f"How to raise the limit of {names}",
            facts=(("Written at", places),) if places and pointed.scope >= fleet.everything else (),
            notes=(_WHERE.format(names), _THEN),
        ),
        yaml,
    )


def _site(pointed: Pointed) -> str:
    """As the rules name it, whatever else there is: with its workspace."""
    view = pointed.alerts[0].view
    return f"{view.workspace}/{view.site}" if pointed.site else ""


def _has_limit(rule: Rule) -> bool:
    return isinstance(rule.judge, Quota | Threshold)


def _lines(rule: Rule, site: str, today: date) -> Iterator[str]:
    yield f"# rule {safe(rule.name)}"
    if isinstance(rule.judge, Quota):
        yield from _of_a_quota(rule.judge, "" if rule.is_pool else site, today)
    elif isinstance(rule.judge, Threshold):
        yield "threshold: " + _threshold(rule.judge)


def _of_a_quota(quota: Quota, site: str, today: date) -> Iterator[str]:
    """For this period alone; for this site; for all of them."""
    limit = quota.limit or 500 * 10**9
    at = f", site: {_quoted(site)}" if site else ""
    yield "# more for this billing period alone, as it was bought:"
    yield "top_ups:"
    yield f"  - {{on: {today.isoformat()}, add: {_amount(limit // 10)}{at}}}"
    if site:
        yield "# or more at this site from now on:"
        yield "overrides:"
        yield f"  - {{site: {_quoted(site)}, quota: {_amount(limit + limit // 5)}}}"
    if quota.limit is not None:
        yield "# or more at every site of the rule:" if not quota.pool else "# or more from now on:"
        yield f"quota: {_amount(limit + limit // 5)}"


def _threshold(threshold: Threshold) -> str:
    """A fifth further away."""
    word, by = ("under", (4, 5)) if threshold.under else ("over", (6, 5))
    if threshold.rate is not None:
        level = _trimmed(format_rate(threshold.rate * by[0] // by[1]))
    else:
        level = _amount(threshold.limit * by[0] // by[1])
    return f"{{{word}: {level}, within: {_span(threshold.within)}}}"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _amount(count: int) -> str:
    return _trimmed(format_bytes(count))


def _trimmed(text: str) -> str:
    """`600 GB` of `600 GB`, `1.2 TB` of `1.20 TB`."""
    number, _, unit = text.partition(" ")
    return f"{number.rstrip('0').rstrip('.') if '.' in number else number} {unit}"


def _quoted(text: str) -> str:
    """As YAML reads it, whatever it holds: JSON's strings are YAML's too."""
    return json.dumps(safe(text), ensure_ascii=False)
