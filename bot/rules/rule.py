"""One rule: its kind, its sites and whom it tells."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.usage import Direction
from bot.rules.conditions import check_hold
from bot.rules.fields import Fields, each, label, text
from bot.rules.globs import known_glob, tag_globs
from bot.rules.judges import JUDGE_KEYS, read_judge
from bot.rules.kinds import Judge, Percentile, Quota, Spike
from bot.rules.model import Rule, Severity
from bot.rules.names import Declared
from bot.rules.nodes import Node, Scalar, Table
from bot.rules.problems import Report, Wrong
from bot.rules.references import site_reference
from bot.rules.selectors import EVERYWHERE, Selector
from bot.rules.steps import SEVERITY
from bot.rules.telling import PLAINLY, Telling
from bot.rules.tellings import TELLING_KEYS, read_telling
from bot.rules.values import duration, one_of, site_id

KEYS = ("name", "sites", *JUDGE_KEYS, "direction", "severity", "notify", *TELLING_KEYS)
SELECTOR_KEYS = ("name", "id", "workspace", "tags")
DEEPER = {
    **dict.fromkeys(("over", "under", "within"), "threshold: {over: 20 GB, within: 1h}"),
    "p": "percentile: {p: 95, over: 100 Mbps}",
    **dict.fromkeys(("after", "zero_is_silent"), "no_data: {after: 30m, zero_is_silent: false}"),
    **dict.fromkeys(("sensitivity", "at_least"), "spike: {sensitivity: medium, at_least: 500 MB}"),
    **dict.fromkeys(("reaches", "sure"), "forecast: {reaches: 100%, sure: 80%}"),
    "faster_than": "pace: [{faster_than: 3x, over: [1d, 2h]}]",
    "up_to": "rollover: {up_to: 100 GB}",
}
"""What belongs into a map of a rule, and is easily written beside it."""
_DIRECTION = one_of(Direction, "direction")


class RuleReader:
    def __init__(self, declared: Declared, report: Report) -> None:
        self._declared = declared
        self._report = report
        self._workspace = known_glob("workspace", declared.workspaces, report)
        self._site = site_reference(declared.workspaces, report)

    def read(self, node: Node) -> Rule:
        fields = Fields(node, self._report, "a rule", KEYS, deeper=DEEPER)
        judge = read_judge(fields, self._report, self._site)
        return Rule(
            name=fields.need("name", label, ""),
            judge=judge,
            sites=fields.get("sites", self._selector, EVERYWHERE),
            directions=self._directions(fields),
            severity=self._severity(fields, judge),
            hold=self._hold(fields, judge),
            keep_firing=fields.get("keep_firing_for", duration, timedelta()),
            notify=self._notify(fields),
            telling=self._telling(fields),
            place=f"{fields.place.file}:{fields.place.line}",
        )

    def _severity(self, fields: Fields, judge: Judge) -> Severity:
        if isinstance(judge, Quota | Percentile):
            return max(judge.severities, key=lambda s: s.rank, default=Severity.WARNING)
        if isinstance(node := fields.node("severity"), Table):
            self._report.error(node.place, "a map of severities belongs to steps of a billing period; write one word")
            return Severity.WARNING
        return fields.get("severity", SEVERITY, Severity.WARNING)

    def _hold(self, fields: Fields, judge: Judge) -> timedelta:
        hold = fields.get("for", duration, timedelta())
        if isinstance(judge, Spike):
            check_hold(judge, hold, fields, self._report)
        return hold

    def _directions(self, fields: Fields) -> tuple[Direction, ...]:
        found = each(fields.node("direction"), self._report, _DIRECTION, "[in, out]", single=True)
        fields.refuse_empty("direction")
        return found or (Direction.TOTAL,)

    def _notify(self, fields: Fields) -> tuple[str, ...] | None:
        if "notify" in fields:
            return each(fields.node("notify"), self._report, self._declared.receivers.used, "[noc]")
        can_be_told = self._declared.default_receivers or self._declared.has_routes
        if not can_be_told and not self._report.incomplete:
            message = "this rule tells nobody: name receivers in its `notify` or in `defaults`, or write `notify: []`"
            self._report.error(fields.place, message)
        return None

    def _telling(self, fields: Fields) -> Telling:
        if "notify" not in fields:
            for key in TELLING_KEYS:
                fields.refuse(key, f"`{key}` goes with `notify`: without it, routes say how the rule's alerts are told")
            return PLAINLY
        return read_telling(fields, self._declared, self._report)

    def _selector(self, node: Node) -> Selector:
        if isinstance(node, Scalar) and node.text == "all":
            return EVERYWHERE
        if not isinstance(node, Table) or not node.entries:
            raise Wrong('write `all`, or a map like {tags: {plan: lte-500}, name: "cape-*"}')
        fields = Fields(node, self._report, "`sites`", SELECTOR_KEYS)
        fields.refuse_empty(*SELECTOR_KEYS)
        return Selector(
            each(fields.node("name"), self._report, text, '["cape-*", durban]', single=True),
            each(fields.node("id"), self._report, site_id, "[3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10]", single=True),
            each(fields.node("workspace"), self._report, self._workspace, "[acme]", single=True),
            fields.get("tags", tag_globs(self._report), {}),
        )
