"""What the demonstration says before and after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.demo.api import USAGE_PATH, SimulatedApi
from bot.demo.days import SPAN_DAYS
from bot.demo.findings import Finding, findings, told_besides, zone_of
from bot.demo.fleet import Fleet
from bot.service.views import News


def print_opening(console: Console, fleet: Fleet, origin: date) -> None:
    last = origin + timedelta(days=SPAN_DAYS - 1)
    console.print(
        Text.assemble(
            ("usagebot demo\n", "bold"),
            f"{len(fleet.sites)} sites of a shop chain to {last.day} {last:%B %Y}, on a simulated API. ",
            "The bot starts two weeks before, reads six weeks of history to know what is usual, and watches the two "
            "weeks go by.\n",
        )
    )


def print_summary(console: Console, api: SimulatedApi, news: Sequence[News], folder: Path) -> None:
    """What there was to find, what was told of it, and what to try next. `news` is all that was told loud."""
    table = Table(title="What happened, and who heard of it", title_justify="left", show_lines=False, expand=False)
    for column in ("when (local)", "site", "what", "told"):
        table.add_column(column, overflow="fold")
    for finding in findings(api.fleet, news):
        story = finding.story
        table.add_row(_moment(story.starts_at.astimezone(zone_of(story))), story.site, story.name, _told(finding))
    console.print(table)
    _print_besides(console, told_besides(api.fleet, news))
    requests = sum(count for asked, count in api.counts.items() if asked.path == USAGE_PATH)
    mails = len(list((folder / "mail").glob("*.eml")))
    console.print(f"{len(news)} things told, {mails} mails written, {requests} requests to the API.\n")
    _print_next(console, folder)


def _told(finding: Finding) -> str:
    at, started_at = finding.told_at, finding.story.starts_at
    if at is None:
        return "nobody, rightly" if finding.is_right else "nobody: missed"
    when = f"{at:%H:%M}" if at.date() == started_at.astimezone(at.tzinfo).date() else _moment(at)
    if not finding.is_right:
        return f"{when}, wrongly"
    foretold = finding.foretold_at
    more = f"; forecast on {foretold.day} {foretold:%b}" if foretold else ""
    more += f"; {finding.times} alerts" if finding.times > 1 else ""
    buckets = f"{finding.buckets} bucket{'s' if finding.buckets != 1 else ''}"
    return f"{when}, after {buckets}{more}"


def _print_besides(console: Console, besides: Sequence[News]) -> None:
    """False alarms as well: who shows only what went right is not believed."""
    lines = [
        f"{_moment(each.at.astimezone(each.alert.zone))} {each.alert.site}, {each.alert.direction}" for each in besides
    ]
    console.print("\nUnusual traffic told besides:", "; ".join(lines) or "none", markup=False, highlight=False)


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%b %H:%M}"


def _print_next(console: Console, folder: Path) -> None:
    console.print(Text("Look at it", style="bold"))
    console.print(f"  rules      {folder / 'rules' / 'fleet.yaml'}", soft_wrap=True, highlight=False)
    console.print(f"  mails      {folder / 'mail'}", soft_wrap=True, highlight=False)
    console.print(f"  history    {folder / 'usage.db'}\n", soft_wrap=True, highlight=False)
    console.print(Text("Next", style="bold"))
    for command, what in (
        ("usagebot demo --live", "the same, ending now and going on, for `usagebot query`"),
        ("usagebot init", "rules of your own to begin with"),
        ("usagebot check", "are they right?"),
        ("usagebot run", "watch your own fleet (docs/slack.md: from nothing to a message)"),
    ):
        console.print(Text.assemble(("  " + command.ljust(22), "cyan"), what), soft_wrap=True)
