"""A file of rule tests (`*.test.yaml`)."""

from __future__ import annotations

from bot.rules.schema import values as v
from bot.rules.schema.folder import DRAFT
from bot.rules.schema.telling import DIRECTIONS, MATCH, SEVERITIES

STATES = ("pending", "firing", "resolved")
TRANSITIONS = ("pending", "fired", "worsened", "escalated", "repeated", "corrected", "resolved")
_SITE = v.name("A site of the test, or `workspace/site`.")
_RULE = v.name("A rule's name.")
_EITHER_SIDE: list[v.Schema] = [{"required": ["in"]}, {"required": ["out"]}]


def _usage(about: str) -> v.Schema:
    """May be long: a month is written down bucket by bucket."""
    return {"type": "string", "description": about, "minLength": 1, "examples": ["10MBx288 _x12", "0B+5MBx12"]}


SERIES = {
    **v.table(
        "A site, and what it used.",
        {
            "site": v.name("Its name."),
            "workspace": v.name("Its workspace; may be left out where there is one."),
            "id": v.uuid("Its id."),
            "timezone": v.zone("The zone of its billing periods."),
            "tags": v.named("Its tags.", v.name("The tag's value; numbers in quotes.")),
            "in": _usage("Bytes in, bucket by bucket: `VxN` is N times V, `A+BxN` grows by B, `_` is unknown."),
            "out": _usage("Bytes out, in the same way; zeros unless given."),
        },
        "site",
    ),
    "anyOf": _EITHER_SIDE,
}

LATE = {
    **v.table(
        "A bucket that is only seen, or seen anew, later.",
        {
            "site": _SITE,
            "slot": v.instant("The start of the bucket."),
            "seen": v.instant("When the bot learns of it."),
            "in": v.size("Bytes in."),
            "out": v.size("Bytes out."),
        },
        "site",
        "slot",
        "seen",
    ),
    "anyOf": _EITHER_SIDE,
}

SILENCE = v.table(
    "Nobody is told of matching alerts meanwhile.",
    {"match": MATCH, "from": v.instant("Its begin."), "until": v.instant("Its end.")},
    "match",
    "from",
    "until",
)

ACKNOWLEDGE = v.table(
    "Somebody takes a firing alert.", {"rule": _RULE, "site": _SITE, "at": v.instant("When.")}, "rule", "at"
)

ALERT = {
    **v.table(
        "An alert that must be so at that time.",
        {
            "at": v.instant("When."),
            "rule": _RULE,
            "site": _SITE,
            "state": v.word("Its state.", STATES),
            "transition": v.word("What happens to it then.", TRANSITIONS),
            "step": v.percent("The highest step that it has reached."),
            "severity": v.word("How bad it is.", SEVERITIES),
            "direction": v.word("Its direction.", DIRECTIONS),
            "kind": v.word("Its kind.", MATCH["properties"]["kind"]["anyOf"][0]["enum"]),
        },
        "at",
        "rule",
    ),
    "anyOf": [{"required": ["state"]}, {"required": ["transition"]}],
}

MESSAGE = v.table(
    "A message that must be sent. Every other one fails the test.",
    {
        "at": v.instant("When."),
        "receiver": v.name("To whom."),
        "contains": v.any_of("What its text holds.", v.name("A piece of text.")),
    },
    "at",
    "receiver",
)

KEYS = {
    "rules": v.any_of("Files or folders of rules, beside this file.", v.name("A path, like ../fleet.yaml.")),
    "start": v.instant("The start of the first bucket."),
    "bucket": v.duration("The length of a bucket; 5m unless given."),
    "series": v.several("The sites, and what they used.", SERIES),
    "late": v.several("What is seen late.", LATE, least=0),
    "silences": v.several("Silences.", SILENCE, least=0),
    "acknowledge": v.several("Who takes what.", ACKNOWLEDGE, least=0),
    "expect": v.table(
        "What must come of it.",
        {
            "alerts": v.several("Alerts at certain times.", ALERT, least=0),
            "messages": v.several("All messages.", MESSAGE, least=0, unique=False),
        },
    ),
}


def cases_schema() -> v.Schema:
    """Of each `*.test.yaml` file."""
    return {
        "$schema": DRAFT,
        "title": "usagebot rule test",
        **v.table("A test of rules: a made-up past, and what must come of it.", KEYS, "rules", "start", "series"),
    }
