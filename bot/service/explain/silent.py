"""Why a rule without an alert told nobody, in the order in which one reason makes the next meaningless."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.names import name as safe
from bot.domain.times import HOUR, to_instant, to_slot
from bot.rules.model import NoData, Rule, Spike
from bot.service.explain import spike_words
from bot.service.explain.facts import Facts
from bot.service.explain.model import Because, Case, Standing, Verdict
from bot.service.explain.words import Words

STALE = 2 * HOUR
"""From here on that nothing is read is what explains a silence."""
_SAID = {
    Because.NOT_JUDGED: "its buckets are longer than an hour, and spikes are not judged by such",
    Because.NO_LIMIT: "the site has no quota of its own, and the rule says `quota: site`",
    Because.NO_HISTORY: "the billing period's history is not complete yet, so it is not judged",
    Because.NOT_NEWS: "it was so already when the rule was first judged, or it has not been judged yet",
}


def silent(case: Case, rule: Rule, facts: Facts, words: Words) -> Case:
    """The case with its reason."""
    because = _because(case, rule, facts)
    return replace(case, because=because, sentence=f"It told nobody: {_why(because, case, rule, facts, words)}")


def _because(case: Case, rule: Rule, facts: Facts) -> Because:
    if isinstance(rule.judge, Spike) and facts.bucket > HOUR:
        return Because.NOT_JUDGED
    if facts.until is None or facts.end - facts.until > STALE:
        return Because.NO_DATA
    standing = case.standing
    if standing is None:
        return Because.NO_LIMIT if case.kind == "quota" else Because.BELOW
    if (case.kind == "quota" and not _is_complete(facts, standing)) or _is_young(standing):
        return Because.NO_HISTORY
    if standing.verdict is Verdict.UNKNOWN:  # a silence that is too short yet has gaps by its nature
        return Because.BELOW if isinstance(rule.judge, NoData) else Because.GAPS
    return Because.NOT_NEWS if standing.verdict is Verdict.BREACH else Because.BELOW


def _is_young(standing: Standing) -> bool:
    """Too little history for spikes."""
    return standing.unusual is not None and standing.end < standing.unusual.judged_from


def _is_complete(facts: Facts, standing: Standing) -> bool:
    """A quota is first judged when its period's history is known, or was given up."""
    progress = facts.progress
    if progress is None or progress.known_from is None:
        return False
    gave_up = progress.gave_up_before is not None and progress.gave_up_before >= progress.known_from
    return gave_up or progress.known_from <= to_slot(standing.start)


def _why(because: Because, case: Case, rule: Rule, facts: Facts, words: Words) -> str:
    unusual = case.standing.unusual if case.standing is not None else None
    if because is Because.NO_HISTORY and unusual is not None:
        return spike_words.too_young(unusual, words.at)
    if because in _SAID:
        return _SAID[because]
    if because is Because.NO_DATA:
        return _no_data(facts, words)
    if case.standing is not None and unusual is not None:
        return spike_words.untold(case.standing, case.direction)
    untold = words.untold(rule, case.standing) if case.standing is not None else "its condition does not hold"
    return f"{untold}, and gaps could change that" if because is Because.GAPS else untold


def _no_data(facts: Facts, words: Words) -> str:
    failure = facts.last_failure()
    why = f" ({failure.outcome}{': ' + safe(failure.why, 200) if failure.why else ''})" if failure else ""
    if facts.until is None:
        return f"no data of the site had been read by then{why}"
    return f"no data has been read since {words.at(to_instant(facts.until))}{why}"
