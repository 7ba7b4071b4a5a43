"""What the demonstration says before and after."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.alerts.model import Change
from bot.demo.api import USAGE_PATH, SimulatedApi
from bot.demo.fleet import Fleet
from bot.demo.staging import SPAN_DAYS
from bot.demo.story import Story

_UNSEEN = {
    "holiday": "no alarm, as it should be",
    "exfiltration": "not told: small in bytes; it takes spike rules, which this version does not judge",
}


def print_opening(console: Console, fleet: Fleet, origin: date) -> None:
    last = origin + timedelta(days=SPAN_DAYS - 1)
    console.print(
        Text.assemble(
            ("usagebot demo\n", "bold"),
            f"{len(fleet.sites)} sites of a shop chain, {origin.day} {origin:%B} to {last.day} {last:%B %Y}, ",
            "on a simulated API. ",
            "The bot starts after a month, reads it, and watches the last two weeks go by.\n",
        )
    )


class Heard(Protocol):
    """What people were told."""

    def changes(self) -> Counter[tuple[str, Change]]: ...

    def foretold(self) -> dict[str, datetime]: ...


def print_summary(console: Console, api: SimulatedApi, heard: Heard, folder: Path) -> None:
    """What there was to find, what was told of it, and what to try next."""
    table = Table(title="What happened, and who heard of it", title_justify="left", show_lines=False, expand=False)
    for column in ("when (local)", "site", "what", "told"):
        table.add_column(column, overflow="fold")
    told, foretold = heard.changes(), heard.foretold()
    for story in api.fleet.stories:
        table.add_row(
            story.local_time.rsplit(" ", 1)[0], story.site, story.name, _told(story, told, foretold.get(story.site))
        )
    console.print(table)
    requests = sum(count for asked, count in api.counts.items() if asked.path == USAGE_PATH)
    mails = len(list((folder / "mail").glob("*.eml")))
    messages = sum(told.values())
    console.print(f"\n{messages} things told, {mails} mails written, {requests} requests to the API.\n")
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
        console.print(Text.assemble(("  " + command.ljust(22), "cyan"), what))


def _told(story: Story, told: Counter[tuple[str, Change]], foretold: datetime | None) -> str:
    if story.name in _UNSEEN:
        return _UNSEEN[story.name]
    count = sum(number for (site, _), number in told.items() if site == story.site)
    if count and story.name == "quota 100 %" and foretold is not None:
        return f"yes, and forecast on {foretold.day} {foretold:%B}"
    return "yes" if count else "no"
