"""Which kind a rule is of, and the keys that belong to each kind."""

from __future__ import annotations

from datetime import timedelta

from bot.rules.conditions import read_no_data, read_spike
from bot.rules.fields import Decoder, Fields
from bot.rules.kinds import Judge, NoData, Threshold
from bot.rules.percentiles import read_percentile
from bot.rules.problems import Report
from bot.rules.quotas import read_quota
from bot.rules.thresholds import read_threshold

KINDS = {
    "quota": "a quota",
    "plan": "a quota",
    "threshold": "a threshold",
    "percentile": "a percentile",
    "no_data": "a no_data rule",
    "spike": "a spike",
}
"""The key that makes a rule's kind, and how a rule of it is called."""
PERIODS = ("per", "starts", "at")
GRANTS = ("forecast", "pace", "pool", "rollover", "top_ups", "opening", "overrides", "count")
BELONGS = {
    **dict.fromkeys(PERIODS, ("quota", "percentile")),
    **dict.fromkeys(GRANTS, ("quota",)),
    "pool": ("quota", "percentile"),
    "for": ("threshold", "spike"),
    "keep_firing_for": ("threshold", "no_data", "spike"),
    "noise": ("spike",),
    "direction": ("quota", "threshold", "percentile", "spike"),
}
"""Keys that do not belong to every kind, with the kinds that they belong to."""
JUDGE_KEYS = (*KINDS, *(key for key in BELONGS if key != "direction"))
_OWNERS = {
    "quota": "quotas",
    "threshold": "thresholds",
    "percentile": "percentiles",
    "no_data": "no_data rules",
    "spike": "spikes",
}
_WHY = {
    "quota": "a quota only grows within its billing period",
    "threshold": "a threshold judges the last `within`",
    "percentile": "a percentile is of a whole billing period",
    "no_data": "a site is silent in both directions, for as long as `after` says",
    "spike": "a spike is judged against what is usual",
}
_NO_LIMIT = Threshold(1, timedelta(minutes=1))
_NO_SILENCE = NoData(timedelta(minutes=1))


def read_judge(fields: Fields, report: Report, site: Decoder[str]) -> Judge:
    """What a rule judges; `site` reads how one site is named. A rule without a kind is reported."""
    given = [key for key in KINDS if key in fields]
    if not given:
        if fields.lacks(*KINDS):
            named = ", ".join(f"`{key}`" for key in (*_OWNERS, "plan"))
            report.error(fields.place, f"a rule needs a kind, which is one of these keys: {named}")
        return _NO_LIMIT
    kind = "quota" if given[0] == "plan" else given[0]
    for other in given[1:]:
        if KINDS[other] != KINDS[kind]:
            fields.refuse(other, f"a rule has one kind, and this one is {KINDS[kind]} already; make two rules of it")
    _refuse_others(fields, kind)
    match kind:
        case "quota":
            return read_quota(fields, report, site)
        case "threshold":
            return fields.get("threshold", read_threshold(report), _NO_LIMIT)
        case "percentile":
            return read_percentile(fields, report)
        case "no_data":
            return fields.get("no_data", read_no_data(report), _NO_SILENCE)
        case _:
            return read_spike(fields, report)


def _refuse_others(fields: Fields, kind: str) -> None:
    """Report every key that belongs to other kinds."""
    for key, owners in BELONGS.items():
        if kind not in owners:
            *most, last = [_OWNERS[owner] for owner in owners]
            whose = f"{', '.join(most)} and {last}" if most else last
            fields.refuse(key, f"`{key}` belongs to {whose}; {_WHY[kind]}")
