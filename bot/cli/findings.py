"""The doctor's findings, drawn: aligned, a line each, the remedy below it; colours only on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app.doctor.findings import Finding, Standing
from bot.cli.terminal import visible

STYLES = {
    Standing.OK: "green",
    Standing.WARNING: "yellow",
    Standing.PROBLEM: "bold red",
    Standing.SKIPPED: "dim",
}
ARROW = "→ "


def draw_findings(console: Console, findings: Sequence[Finding]) -> None:
    """One block a subject. Whatever the text holds, it is drawn as text."""
    labels = {_label(finding) for finding in findings}
    width = min(max(map(len, labels), default=0), 28)
    for subject, each in groupby(findings, key=lambda finding: finding.subject):
        console.print(Text(subject.value, style="bold"))
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=2 + max(map(len, Standing)), no_wrap=True)
        grid.add_column(width=width, overflow="fold")
        grid.add_column(overflow="fold")
        for finding in each:
            mark = Text(f"  {finding.standing.value}", style=STYLES[finding.standing])
            grid.add_row(mark, Text(_label(finding)), _said(finding))
        console.print(grid)


def _label(finding: Finding) -> str:
    where = f"{finding.workspace}: " if finding.workspace not in {"", "default"} else ""
    return visible(f"{where}{finding.check}")


def _said(finding: Finding) -> Text:
    said = Text(visible(finding.text), style="dim" if finding.standing is Standing.SKIPPED else "")
    if finding.remedy:
        said.append(f"\n{ARROW}{visible(finding.remedy)}", style="cyan")
    return said


def counts_of(findings: Sequence[Finding]) -> str:
    """`2 problems, 1 warning, 20 fine, 3 skipped.`"""
    counts = Counter(finding.standing for finding in findings)
    told = [(counts[Standing.PROBLEM], "problem"), (counts[Standing.WARNING], "warning")]
    words = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in told if count]
    words = words or ["No problem"]
    words += [f"{counts[Standing.OK]} fine"]
    words += [f"{counts[Standing.SKIPPED]} skipped"] if counts[Standing.SKIPPED] else []
    return f"{', '.join(words)}."


def to_machine(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [asdict(finding) for finding in findings]
