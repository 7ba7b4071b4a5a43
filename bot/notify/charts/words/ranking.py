"""What a ranking says."""

from __future__ import annotations

from bot.domain.names import name
from bot.domain.units import format_bytes
from bot.notify.amounts import share
from bot.notify.charts.words.parts import sentence
from bot.service.charts.model import Mark, Ranking, Scale

SHOWN = 10


def more(ranking: Ranking) -> int:
    """How many are not shown."""
    return ranking.more + max(0, len(ranking.rows) - SHOWN)


def value_words(mark: Mark, scale: Scale) -> str:
    """`"412 GB"`, `"82.4 %"`, `"+120 %"`, `"no data"`."""
    if mark.value is None:
        return "no data"
    match scale:
        case Scale.BYTES:
            return format_bytes(mark.value)
        case Scale.RISE:
            return f"{mark.value:+d} %"
        case Scale.SHARE:
            return share(mark.value, mark.limit or 0) or ("no limit" if mark.limit is None else "nothing granted")


def about(scale: Scale) -> str:
    """What is to know in reading it; "" where its title says all."""
    return "The upright line is each one's limit" if scale is Scale.SHARE else ""


def alt(ranking: Ranking) -> str:
    """Title and rows, in one sentence."""
    rows = [_row(place, mark, ranking.scale) for place, mark in enumerate(ranking.rows[:SHOWN], 1)]
    rest = [f"{more(ranking)} more not shown"] if more(ranking) else []
    what = ", share of each one's limit" if ranking.scale is Scale.SHARE else ""
    return sentence(f"{name(ranking.title)}{what}: {'; '.join([*rows, *rest]) or 'none'}")


def _row(place: int, mark: Mark, scale: Scale) -> str:
    parts = [
        f"{place}. {name(mark.name)} {value_words(mark, scale)}",
        mark.severity or "",
        mark.note and name(mark.note),
    ]
    return ", ".join(filter(None, parts))
