"""`quota` rules: the grant, its billing periods and the steps at which somebody is told."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from bot.domain.periods import Per, Starts
from bot.rules.calendars import Span, per, rule_starts
from bot.rules.fields import Decoder, Fields, text
from bot.rules.grants import Granted, GrantReader
from bot.rules.kinds import Quota
from bot.rules.nodes import Node, Scalar
from bot.rules.outlooks import read_forecast, read_paces
from bot.rules.problems import Report, Wrong, did_you_mean, shown
from bot.rules.steps import read_severities, read_steps
from bot.rules.values import size

DEFAULT_STEPS = (Fraction(80), Fraction(100))
COUNTS = ("certain", "possible")


def read_quota(fields: Fields, report: Report, site: Decoder[str]) -> Quota:
    """`site` reads how one site is named."""
    span, starts = read_period(fields, report)
    steps = read_steps(fields, report, DEFAULT_STEPS)
    known = span or Span(Per.MONTH)
    is_pool = read_pool(fields, report)
    if "plan" in fields:
        fields.refuse("quota", "`plan` stands instead of `quota`; its first entry says the bytes from its date on")
    grants = GrantReader(fields, report, site, is_pool)
    plan, overrides = grants.plan(), grants.overrides(span.per if span is not None else None)
    granted = Granted.of(plan, overrides)
    return Quota(
        limit=fields.get("quota", _limit, None) if "plan" not in fields else None,
        per=known.per,
        starts=starts,
        steps=steps,
        severities=read_severities(fields, steps, report),
        every=known.every,
        anchor=known.anchor,
        plan=plan,
        overrides=overrides,
        top_ups=grants.top_ups(granted),
        opening=grants.opening(granted),
        rollover=grants.rollover(),
        pool=is_pool,
        possible=fields.get("count", _count, "certain") == "possible",
        forecast=read_forecast(fields, steps, report),
        pace=read_paces(fields, span, report),
    )


def read_period(fields: Fields, report: Report) -> tuple[Span | None, Starts | None]:
    """`per`, a month unless written and None if what is written is wrong, and `starts`, which fits it."""
    span = fields.get("per", per(report), None) if "per" in fields else Span(Per.MONTH)
    unit = span.per if span is not None else None
    return span, fields.get("starts", rule_starts(report, unit), Starts())


def read_pool(fields: Fields, report: Report) -> bool:
    """Whether the sites count together. A pool has nothing that is each site's own."""
    is_pool = fields.get("pool", truth, False)
    if is_pool:
        _refuse_of_pool(fields, report)
    return is_pool


def truth(node: Node) -> bool:
    """`true` or `false`, and no other word for them."""
    if isinstance(node, Scalar) and node.is_boolean:
        return node.text.lower() == "true"
    given = shown(node.text) if isinstance(node, Scalar) else "this"
    raise Wrong(f"{given} is no truth value; write true or false")


def _limit(node: Node) -> int | None:
    return None if isinstance(node, Scalar) and node.text == "site" else size(node)


def _count(node: Node) -> str:
    word = text(node)
    if word not in COUNTS:
        message = (
            f"{shown(word)} is no way to count; write certain (known bytes) or possible (and what is usual in gaps)"
        )
        raise Wrong(message, partial(did_you_mean, word, COUNTS))
    return word


def _refuse_of_pool(fields: Fields, report: Report) -> None:
    for key, message in (
        ("quota", "a pool has one quota for all its sites; write its bytes"),
        ("starts", "a pool has one billing period for all its sites; write its day"),
    ):
        node = fields.node(key)
        if isinstance(node, Scalar) and node.text == "site":
            report.error(node.place, message)
