"""A rule as JSON Schema: its kinds, and which keys go with which."""

from __future__ import annotations

from bot.domain.periods import Per
from bot.rules.judges import BELONGS as READ_WITH
from bot.rules.judges import KINDS
from bot.rules.schema import values as v
from bot.rules.schema.fleet import SITES
from bot.rules.schema.telling import DIRECTIONS, SEVERITIES, TELLING, receivers

BELONGS = {
    key: tuple(kind for own in kinds for kind in ((own, "plan") if own == "quota" else (own,)))
    for key, kinds in READ_WITH.items()
}
"""Key of a rule → the keys of the kinds that know it."""
SEVERITY = v.word("How bad it is.", SEVERITIES, "warning")
_SITE = v.name("The site's name, or `workspace/name`.")
_OF_THE_SITE: v.Schema = {"const": "site", "description": "Each site's own."}

_PERIODS = {
    "per": v.either(
        "The billing period; a month unless given.",
        v.word("A calendar unit.", [per.value for per in Per if per is not Per.DAYS]),
        v.table(
            "Every so many days.",
            {"every": v.duration("Whole days, like 28 days."), "from": v.day("The first day of one of them.")},
            "every",
            "from",
        ),
    ),
    "starts": v.starts("When the billing period starts: a day of the month, a weekday, or a time too.", _OF_THE_SITE),
    "at": {
        **v.several("Steps at which somebody is told, in ascending order.", v.percent("A step.")),
        "maxItems": 100,
    },
}

_GRANTS = {
    "plan": v.several(
        "Quotas that follow each other, instead of `quota`.",
        v.table(
            "A quota, from a local date on.",
            {"from": v.day("The first billing period that begins then or later."), "quota": v.size("The quota.")},
            "from",
            "quota",
        ),
    ),
    "pool": v.truth("The sites count as one, against one quota or rate; the alert is the pool's.", False),
    "rollover": v.table("Unused bytes go into the next period.", {"up_to": v.size("At most so many.")}, "up_to"),
    "top_ups": v.several(
        "Bytes that were bought for one billing period.",
        v.table(
            "A purchase.",
            {"on": v.day("From its local midnight on."), "add": v.size("How much."), "site": _SITE},
            "on",
            "add",
        ),
        unique=False,
    ),
    "opening": v.several(
        "What the carrier said was used by then; counting goes on from it.",
        v.table(
            "A reading.",
            {"at": v.moment("When."), "used": v.size("How much was used since the period began."), "site": _SITE},
            "at",
            "used",
        ),
    ),
    "overrides": v.several(
        "What is different at single sites.",
        {
            **v.table(
                "One site.",
                {"site": _SITE, "quota": v.size("Its quota."), "starts": v.starts("When its period starts.")},
                "site",
            ),
            "minProperties": 2,
        },
    ),
    "count": v.word("`possible` counts what is usual for the gaps too.", ("certain", "possible"), "certain"),
}

_OUTLOOKS = {
    "forecast": v.table(
        "Tell before it happens that usage will probably reach a step by the period's end.",
        {
            "reaches": v.percent("The step."),
            "sure": v.percent("How probable it must be; 80% unless given."),
        },
        "reaches",
    ),
    "pace": v.several(
        "Tell when usage runs faster than an even pace, over a long and a short span both.",
        v.table(
            "A pace.",
            {
                "faster_than": v.factor("So many times the even pace."),
                "over": {
                    **v.several("The long span and the short one.", v.duration("A span."), least=2),
                    "maxItems": 2,
                },
            },
            "faster_than",
            "over",
        ),
    ),
}

_KINDS = {
    "quota": v.either("Bytes for each billing period, or `site` for each site's own.", _OF_THE_SITE, v.size("Bytes.")),
    "threshold": {
        **v.table(
            "Usage of the last while must not pass a level.",
            {
                "over": v.level("Strictly more is too much."),
                "under": v.level("Strictly less is too little."),
                "within": v.duration("Over how long; whole minutes."),
            },
            "within",
        ),
        "oneOf": [{"required": ["over"]}, {"required": ["under"]}],
    },
    "percentile": v.table(
        "Burstable billing: the percentile of the period's buckets must not be over a rate.",
        {
            "p": {"description": "The percentile.", "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100},
            "over": v.rate("The rate that is paid for."),
        },
        "p",
        "over",
    ),
    "no_data": v.table(
        "Nothing is known of a site although the API answers.",
        {
            "after": v.duration("For how long; whole minutes."),
            "zero_is_silent": v.truth("Zeros are silence too: where the API fills silent slots with them.", False),
        },
        "after",
    ),
    "spike": v.table(
        "Usage far above what is usual at this time of the week.",
        {
            "sensitivity": v.word("How easily it is told.", ("low", "medium", "high"), "medium"),
            "at_least": v.size(
                "So many bytes above the usual at the least; a tenth of what busy hours bring unless given."
            ),
        },
    ),
    "noise": v.table(
        "How many alarms of a site are welcome, instead of a sensitivity.",
        {
            "at_most": v.whole("So many.", 1, 1000),
            "per": v.word("In each.", ("day", "week", "month", "quarter", "year")),
        },
        "at_most",
        "per",
    ),
}

KEYS = {
    "name": v.name("Unique in the folder; messages show it."),
    "sites": SITES,
    **_KINDS,
    **_GRANTS,
    **_PERIODS,
    **_OUTLOOKS,
    "direction": v.any_of(
        "What counts; each of several is judged by itself. `max` is the larger of both in each bucket.",
        v.word("A direction.", DIRECTIONS, "total"),
    ),
    "severity": v.either(
        "How bad it is; of steps, one for each.",
        SEVERITY,
        {
            **v.named("Step: severity.", SEVERITY, v.PERCENT_NAME),
            "minProperties": 1,
        },
    ),
    "for": v.duration("It must hold this long before it fires; 0s unless given."),
    "keep_firing_for": v.duration("It must be clear this long before it resolves; 0s unless given."),
    "notify": receivers("Receivers, past the routes; [] is judged and recorded, and told to nobody."),
    **TELLING,
}

RULE = {
    **v.table("What is watched, and who is told.", KEYS, "name"),
    "oneOf": [{"required": [kind]} for kind in KINDS],
    "dependentSchemas": {
        **{key: {"anyOf": [{"required": [kind]} for kind in kinds]} for key, kinds in BELONGS.items()},
        **{key: {"required": ["notify"]} for key in TELLING},
    },
}
