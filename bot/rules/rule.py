"""One rule: its kind, its sites and whom it tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from bot.domain.usage import Direction
from bot.rules.conditions import check_hold
from bot.rules.fields import Fields, each, label, text
from bot.rules.judges import JUDGE_KEYS, read_judge
from bot.rules.kinds import Judge, Percentile, Quota, Spike
from bot.rules.model import Rule, Severity
from bot.rules.names import Declared
from bot.rules.nodes import Node, Scalar, Table
from bot.rules.problems import Report, Wrong, did_you_mean, shown
from bot.rules.references import site_reference
from bot.rules.selectors import EVERYWHERE, Selector, glob_matches
from bot.rules.steps import SEVERITY
from bot.rules.values import duration, one_of, site_id

KEYS = ("name", "sites", *JUDGE_KEYS, "direction", "severity", "notify")
LATER = ("group_by", "group_wait", "group_interval", "repeat_every", "send_resolved", "mute", "escalate")
SELECTOR_KEYS = ("name", "id", "workspace", "tags")
_DIRECTION = one_of(Direction, "direction")


class RuleReader:
    def __init__(self, declared: Declared, report: Report) -> None:
        self._declared = declared
        self._report = report
        self._site = site_reference(declared.workspaces, report)

    def read(self, node: Node) -> Rule:
        fields = Fields(node, self._report, "a rule", KEYS, LATER)
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
        if not self._declared.default_receivers and not self._report.incomplete:
            message = "this rule tells nobody: name receivers in its `notify` or in `defaults`, or write `notify: []`"
            self._report.error(fields.place, message)
        return None

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
            fields.get("tags", self._tags, {}),
        )

    def _tags(self, node: Node) -> dict[str, tuple[str, ...]]:
        if not isinstance(node, Table) or not node.entries:
            raise Wrong("tags are a map, like {plan: lte-500} or {plan: [lte-500, lte-200]}")
        fields = Fields(node, self._report, "tags", node.entries)
        fields.refuse_empty(*node.entries)
        return {
            key: each(fields.node(key), self._report, text, "[lte-500, lte-200]", single=True) for key in node.entries
        }

    def _workspace(self, node: Node) -> str:
        """Decoder: a glob that at least one workspace matches."""
        glob = text(node)
        known: Iterable[str] = tuple(self._declared.workspaces)
        is_known = glob in self._declared.workspaces or any(glob_matches(glob, name) for name in known)
        if not self._report.incomplete and not is_known:
            raise Wrong(f"no workspace is called {shown(glob)}", partial(did_you_mean, glob, known))
        return glob
