"""Sites whose own contract does not fit the rule that reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.periods import MONTHS, Per, Starts
from bot.domain.sites import Site
from bot.rules.kinds import Percentile, Quota
from bot.rules.model import Rule
from bot.rules.problems import shown
from bot.rules.remark import Remark, some

_GRANTED = {"quota": "quota", "percentile": "commit"}
_NOUNS = {Per.DAYS: "period of days"}


def about_starts(rule: Rule, matched: Sequence[Site]) -> Iterator[Remark]:
    """A weekday says nothing about a month, nor the 15th about a week: the period would begin elsewhere."""
    judge = rule.judge
    if not isinstance(judge, Quota | Percentile) or judge.starts is not None:
        return
    odd = [site.full_name for site in matched if site.starts is not None and not _fits(site.starts, judge.per)]
    if odd:
        period = _NOUNS.get(judge.per, judge.per.value)
        what = f"a {period} cannot begin as {len(odd)} of {len(matched)} sites that it matches say"
        yield Remark(f"rule {shown(rule.name)} says `starts: site`, but {what}: {some(odd)}", rule.name)


def _fits(starts: Starts, per: Per) -> bool:
    if per in MONTHS:
        return starts.weekday is None
    return starts.day is None and (per is Per.WEEK or starts.weekday is None)


def about_pools(rule: Rule, judge: Quota | Percentile, matched: Sequence[Site]) -> Iterator[Remark]:
    """Each workspace is an account of its own, and shares nothing with another."""
    workspaces = sorted({site.workspace for site in matched})
    if judge.pool and len(workspaces) > 1:
        granted = _GRANTED[rule.kind]
        what = f"its sites are of {len(workspaces)} workspaces, and make a pool with the whole {granted} in each"
        yield Remark(f"rule {shown(rule.name)}: {what}: {some(workspaces)}", rule.name)
