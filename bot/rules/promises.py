"""What a rule promises and the request budget, or the length of a bucket, cannot keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.sites import Site
from bot.domain.units import format_duration
from bot.rules.kinds import NoData, Quota
from bot.rules.model import Configuration, Rule
from bot.rules.problems import shown
from bot.rules.remark import Remark

DEFAULT_REQUESTS = 60


@dataclass(frozen=True, slots=True)
class Means:
    """What the bot works with: requests a minute of a workspace that names none, and the length of a bucket."""

    requests_per_minute: int = DEFAULT_REQUESTS
    bucket: timedelta = timedelta(minutes=5)


def about_promises(
    rule: Rule, matched: Sequence[Site], sweeps: dict[str, Sweep], bucket: timedelta
) -> Iterator[Remark]:
    match rule.judge:
        case NoData(after):
            if after < bucket:
                what = f"`after` is shorter than a bucket of {format_duration(bucket)}, the least that can be silent"
                yield Remark(f"rule {shown(rule.name)}: {what}", rule.name)
            for workspace in dict.fromkeys(site.workspace for site in matched):
                if sweeps[workspace].takes > after:
                    yield Remark(
                        f"rule {shown(rule.name)} cannot keep {_too_slow(after, sweeps[workspace])}", rule.name
                    )
        case Quota(pace=paces):
            short = min((pace.short for pace in paces), default=bucket)
            if short < bucket:
                what = f"a pace looks back over {format_duration(short)}, which is shorter than a bucket of"
                yield Remark(f"rule {shown(rule.name)}: {what} {format_duration(bucket)}", rule.name)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Asking once for every site of a workspace: a request each."""

    workspace: str
    sites: int
    requests_per_minute: int

    @property
    def takes(self) -> timedelta:
        return timedelta(seconds=self.sites * 60 / self.requests_per_minute)


def sweeps_of(configuration: Configuration, sites: Sequence[Site], means: Means) -> dict[str, Sweep]:
    """By workspace."""
    counts = Counter(site.workspace for site in sites)
    budgets = {rule.name: rule.requests_per_minute for rule in configuration.workspaces}
    return {name: Sweep(name, count, budgets.get(name) or means.requests_per_minute) for name, count in counts.items()}


def _too_slow(after: timedelta, sweep: Sweep) -> str:
    asking = f"asking for the {sweep.sites:,} sites of workspace {shown(sweep.workspace)} takes"
    budget = f"{format_duration(sweep.takes)} at {sweep.requests_per_minute} requests a minute"
    remedy = "Lengthen `after`, or have the request budget raised"
    return f"`after: {_written(after)}`: {asking} {budget}, so news come that late. {remedy}"


def _written(span: timedelta) -> str:
    """`1h30m`: as it would be written."""
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes or not hours else "")
