"""Names that are declared in one place of the folder and used in another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from bot.rules.fields import label, text
from bot.rules.nodes import Node, Scalar
from bot.rules.problems import Place, Report, Wrong, did_you_mean, shown


class Names:
    """Everything of one kind that the folder declares: each name once, whatever file it is in."""

    def __init__(self, what: str, report: Report) -> None:
        self._what = what
        self._report = report
        self._places: dict[str, Place] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def declare(self, name: str, place: Place) -> None:
        """Note where a name is declared; a second place is a problem that names both."""
        first = self._places.setdefault(name, place)
        if first != place:
            self._report.error(place, f"the {self._what} {shown(name)} exists already, at {first}")

    def used(self, node: Node) -> str:
        """Decoder: a name that is declared. If a file could not be read, nobody knows, and any name will do."""
        name = text(node)
        if name not in self._places and not self._report.incomplete:
            message = f"there is no {self._what} {shown(name)}"
            raise Wrong(message, partial(did_you_mean, name, tuple(self._places)))
        return name


def check_name(name: str, place: Place, report: Report) -> None:
    """Report a key that is no name."""
    try:
        label(Scalar(place, name, plain=False))
    except Wrong as wrong:
        report.error(place, wrong.message)


@dataclass(frozen=True, slots=True)
class Declared:
    """What the rest of the folder may refer to."""

    receivers: Names
    workspaces: Names
    mute_timings: Names
    default_receivers: tuple[str, ...] = ()
    has_routes: bool = False
