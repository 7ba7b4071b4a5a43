"""The words that are understood, as people are told of them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.service.answers.model import Table

USAGES = (
    ("site NAME [24h|7d|30d|period]", "usage in and out, quotas, open alerts"),
    ("top [N] [24h|7d|30d] [in|out]", "the largest sites, and how they changed"),
    ("compare NAME, NAME … [24h|7d|30d]", "two to ten sites side by side"),
    ("quota [NAME]", "every quota, by who runs out first"),
    ("whatif NAME +20GB", "when a quota would run out with more, or less"),
    ("whatif NAME quota 600GB", "the same with another quota"),
)
ALERTS = (
    ("alerts", "open alerts"),
    ("why A17", "why an alert was told: what was known then, and whom it was told"),
    ("whynot NAME [RULE] [TIME]", "why a site's rules told, or did not: now, or at a time"),
    ("history A17", "all that happened to an alert, and who did what"),
    ("silences [all|forgotten]", "what is kept quiet, by whom, until when"),
    ("noise [2026-10|october|last]", "how much each spike rule told in a month, against what it promises"),
)
THE_REST = (
    ("report [week|month]", "the digest of the week or month that is over"),
    ("rules", "what is configured, for how many sites, and when it last told"),
    ("rule NAME", "all of one rule: limits, sites, whom it tells"),
    ("status", "the bot's own health"),
    ("help", "the fleet at a glance, and this list"),
)
EXAMPLES = (
    ('site "Cape Town" 7d', "the last seven days of a site whose name has a space"),
    ("top 5 30d out", "who sent the most in thirty days"),
    ("compare cape-town, durban 7d", "two sites over a week"),
    ("whynot durban lte yesterday 14:00", "why rule lte was quiet then, by the site's own clock"),
)
DOABLE = (
    ("ack A17 [for 8h] [REASON]", "take an alert: no repeats, no escalation until it gets worse"),
    ("silence MATCH FOR [REASON]", "keep alerts quiet for a while"),
    ("silence S4 FOR", "have a silence end later, or sooner"),
    ("unsilence S4", "end a silence now"),
)
MATCHES = (
    ("A17", "its rule and kind, at its site"),
    ("Cape Town", "everything at this site"),
    ("site=cape-* rule=lte-*", "all of these; also kind=, severity=, direction=, workspace=, tag.KEY="),
)
TERMS = (
    ("4h, 2d, 1h30m", "so long from now"),
    ("until 08:00, until tomorrow 08:00, until 2026-12-01 08:00", "the site's own clock"),
    ("until-reset", "until the billing period resets"),
    ("until-worse", "until it gets worse"),
    ("until-forecast 95%", "until so much of the quota is expected to be used"),
)
QUERY = " query"


def askable(prefix: str) -> tuple[Table, ...]:
    """What can be asked, by what it is about, and a few examples."""
    groups = (("Usage and quotas", USAGES), ("Alerts", ALERTS), ("Rules and the bot", THE_REST))
    return tuple(_table(title, "Answer", rows, prefix) for title, rows in groups)


def examples(prefix: str) -> Table:
    return _table("For example", "Answer", EXAMPLES, prefix)


def doable(prefix: str) -> Table:
    """What can be done; in a terminal these are commands of their own."""
    return _table("What you can do", "What it does", DOABLE, prefix.removesuffix(QUERY))


def question_tables(command: str, prefix: str) -> tuple[Table, ...]:
    """The words of one question, with its examples."""
    said = [row for row in (*USAGES, *ALERTS, *THE_REST, *EXAMPLES) if row[0].split()[0] == command]
    return (_table("How it is asked", "Answer", said, prefix),) if said else ()


def order_tables(order: str, prefix: str) -> tuple[Table, ...]:
    """All the words of one order, where it has any of its own."""
    match order:
        case "silence":
            return (doable(prefix), _table("MATCH", "Means", MATCHES), _table("FOR", "Means", TERMS))
        case "ack":
            return (doable(prefix), _table("For how long", "Means", TERMS[:2]))
        case _:
            return (doable(prefix),)


def _table(title: str, meaning: str, rows: Iterable[tuple[str, str]], prefix: str = "") -> Table:
    return Table(title, ("Words", meaning), tuple((f"{prefix} {words}".strip(), said) for words, said in rows))
