"""What a comparison says."""

from __future__ import annotations

from bot.domain.names import name
from bot.domain.usage import Direction
from bot.notify.charts.heights import of_direction
from bot.notify.charts.spans import outside, unknown, whole
from bot.notify.charts.words.parts import amount, at_bar, grain, length, no_data, placed, sentence, side
from bot.service.charts.model import Compared, Line, Span

SHOWN = 6


def span(chart: Compared) -> Span | None:
    """From the first bar of any to the last one's end."""
    spans = [part for line in chart.lines if (part := whole(line.bars))]
    return Span(min(part.start for part in spans), max(part.end for part in spans)) if spans else None


def title(chart: Compared) -> str:
    """`"3 sites compared"`."""
    return f"{len(chart.lines)} site{'' if len(chart.lines) == 1 else 's'} compared"


def gist(chart: Compared) -> str:
    """`"Usage in 7 days"`."""
    whole_span = span(chart)
    return f"Usage in {length(whole_span, chart.zone)}" if whole_span else "nothing known"


def under(chart: Compared) -> str:
    """How long a bar is, and the zone."""
    by = next((grain(line.bars) for line in chart.lines if line.bars), "")
    hidden = len(chart.lines) - SHOWN
    rest = f"{hidden} more not shown" if hidden > 0 else ""
    return sentence(", ".join(filter(None, (by, chart.zone.key, rest)))).rstrip(".")


def total(line: Line, direction: Direction) -> str:
    """`"412 GB"`, `"no data"`."""
    known = of_direction(line.bars, direction)
    return amount(sum(pile.top for pile in known)) if known else "no data"


def alt(chart: Compared) -> str:
    """All of it, in one sentence."""
    rows = [_line(line, chart) for line in chart.lines[:SHOWN]]
    rest = [f"{len(chart.lines) - SHOWN} more not shown"] if len(chart.lines) > SHOWN else []
    by = next((f", {grain(line.bars)}" for line in chart.lines if line.bars), "")
    where = f"Usage{side(chart.direction)}, {placed(span(chart), chart.zone)}{by}"
    return sentence(f"{where}: {'; '.join([*rows, *rest]) or 'none'}")


def _line(line: Line, chart: Compared) -> str:
    known, all_of_it = of_direction(line.bars, chart.direction), span(chart)
    said = f"{name(line.name)} {total(line, chart.direction)}"
    if not known or all_of_it is None:
        return said
    most = max(known, key=lambda pile: pile.top)
    said = f"{said}, at most {amount(most.top)} {at_bar(most.span, chart.zone, all_of_it.end)}"
    return ", ".join(filter(None, (said, no_data(unknown(line.bars, outside(line.bars, all_of_it))))))
