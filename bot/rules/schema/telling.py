"""Routes, mute timings and digests as JSON Schema: who is told, when, and how often."""

from __future__ import annotations

from bot.rules.matches import KINDS
from bot.rules.schema import values as v
from bot.rules.schema.fleet import TAG_SELECTION
from bot.rules.telling import GroupBy, Severity

SEVERITIES = tuple(severity.value for severity in Severity)
DIRECTIONS = ("in", "out", "total", "max")


def receivers(about: str) -> v.Schema:
    return v.several(about, v.name("A receiver's name."), least=0)


TELLING = {
    "group_by": v.several(
        "What alerts of one message have in common; [] is one message for everything.",
        v.word("A property.", [by.value for by in GroupBy]),
        least=0,
    ),
    "group_wait": v.duration("How long a first message waits for others to join it; 0s unless given."),
    "group_interval": v.duration("How long further news of a message is gathered; 5m unless given."),
    "repeat_every": v.either(
        "Tell again while it fires and nobody acknowledged it.", {"const": "never"}, v.duration("How often.")
    ),
    "send_resolved": v.truth("Tell when it is over.", True),
    "mute": v.any_of("Mute timings during which it stays quiet.", v.name("A mute timing's name.")),
    "escalate": v.table(
        "Tell others, unless somebody acknowledged it in time.",
        {
            "after": v.duration("How long after the first message."),
            "notify": v.any_of("Receivers that are told then.", v.name("A receiver's name.")),
        },
        "after",
        "notify",
    ),
}

MATCH = {
    **v.table(
        "Which alerts: every key must match, a list is `any of`.",
        {
            "rule": v.any_of("Rules.", v.name("A rule's name; a glob.")),
            "kind": v.any_of("Kinds of alert.", v.word("A kind.", KINDS)),
            "severity": v.any_of("How bad.", v.word("A severity.", SEVERITIES)),
            "direction": v.any_of("Directions.", v.word("A direction.", DIRECTIONS)),
            "site": v.any_of("Sites.", v.name("A site's name, or `workspace/name`, a glob; or its id.")),
            "workspace": v.any_of("Workspaces.", v.name("A workspace; a glob.")),
            "tags": TAG_SELECTION,
        },
    ),
    "minProperties": 1,
}

ROUTE = v.table(
    "Where alerts go that match. The first that matches takes them, unless it says `continue`.",
    {
        "match": MATCH,
        "notify": receivers("Receivers; those of `defaults` unless given, and [] for nobody."),
        "continue": v.truth("Go on to the next route that matches.", False),
        **TELLING,
    },
)

MUTE_TIMING = {
    **v.table(
        "A recurring window in which routes that name it stay quiet.",
        {
            "days": v.any_of("Weekdays; every day unless given.", v.weekday("A weekday.")),
            "times": v.any_of("Spans of the day, in quotes; over midnight too.", v.clock_span("A span.")),
            "timezone": v.zone("The zone that it is meant in."),
        },
    ),
    "anyOf": [{"required": ["days"]}, {"required": ["times"]}],
}

FLAPPING = v.either(
    "What begins and ends more often than this is told once, and then quiet until it is calm.",
    {"const": "never"},
    v.table(
        "How often is too often.",
        {
            "changes": v.whole("Beginnings and ends; 6 unless given.", 2, 1000),
            "within": v.duration("Of what span, 10 minutes to 7 days; 24h unless given."),
        },
    ),
)

REPORT = v.table(
    "A digest of the week or month before.",
    {
        "name": v.name("What it is called; `weekly` or `monthly` unless given."),
        "per": v.word("Of what.", ("week", "month")),
        "notify": v.any_of("Who gets it; `defaults.receivers` unless given.", v.name("A receiver's name.")),
        "day": v.either(
            "When: Monday, or the first, unless given.", v.whole("Of a month.", 1, 31), v.weekday("A day.")
        ),
        "time": v.clock("Local time, in quotes; 08:00 unless given."),
        "timezone": v.zone("The zone that it is meant in."),
        "workspaces": v.any_of(
            "Whose usage; all that its receivers may see unless given.", v.name("A workspace; a glob.")
        ),
    },
    "per",
)
