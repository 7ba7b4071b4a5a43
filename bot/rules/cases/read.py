"""A test file, checked as a whole: text in; a test, or every problem of it, out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.times import Slot, Window, iso
from bot.rules.cases.expected import read_alert, read_message
from bot.rules.cases.happenings import LateReader, read_silence, read_taken
from bot.rules.cases.instants import grain, instant
from bot.rules.cases.model import Case, ExpectedAlert, ExpectedMessage, Series
from bot.rules.cases.series import Position, SeriesReader, labels_of
from bot.rules.cases.words import Words
from bot.rules.check import Parsed
from bot.rules.fields import Fields, each, items_of, text
from bot.rules.model import Configuration
from bot.rules.nodes import Node, Scalar
from bot.rules.problems import Place, Problem, Report
from bot.rules.reader import decode, read

KEYS = ("rules", "start", "bucket", "series", "late", "silences", "acknowledge", "expect")
EXPECT_KEYS = ("alerts", "messages")
FIVE_MINUTES = 300
MOST_ITEMS = 10_000
"""Late buckets, silences, acknowledgements, expectations: of each."""

T = TypeVar("T")
_Expected = tuple[tuple[ExpectedAlert, ...], tuple[ExpectedMessage, ...]]
Load = Callable[[Sequence[str]], Parsed]
"""The rules in files and folders as a test names them. Raises Wrong where they cannot be read at all. Their own errors
are for the caller to tell."""
_NO_RULES = Parsed(None, (), {})


@dataclass(frozen=True, slots=True)
class ReadCase:
    """What a test file says. `case` is None if it, or its rules, have an error. `problems` are the file's own."""

    case: Case | None
    problems: tuple[Problem, ...]


def read_case(name: str, raw: bytes, load: Load) -> ReadCase:
    """Check one test file, and what it refers to in its rules. Never raises."""
    report = Report()
    written = decode(name, raw, report)
    root = read(name, written, report, ("a test of rules", "`rules: [fleet.yaml]`")) if written is not None else None
    if written is None or root is None:
        return ReadCase(None, report.sorted())
    case = _CaseReader(name, Fields(root, report, "a test", KEYS), positions(written), report).read(load)
    return ReadCase(None if report.failed else case, report.sorted())


def positions(written: str) -> Position:
    """Where characters of values stand: those that stand on one line, as they are or in quotes."""
    lines = written.split("\n")

    def position(node: Scalar, offset: int) -> Place | None:
        line = lines[node.place.line - 1][node.place.column - 1 :]
        quote = 0 if node.plain else 1
        if not line.startswith(node.text, quote):
            return None
        return node.place._replace(column=node.place.column + quote + offset)

    return position


class _CaseReader:
    def __init__(self, name: str, fields: Fields, position: Position, report: Report) -> None:
        self._name = name
        self._fields = fields
        self._position = position
        self._report = report

    def read(self, load: Load) -> Case | None:
        rules = self._rules(load)
        configuration = rules.configuration
        self._report.incomplete = configuration is None
        bucket = self._fields.get("bucket", grain, FIVE_MINUTES)
        series = self._series(configuration)
        window = self._window(series, bucket)
        words = Words(configuration, labels_of(series))
        late = LateReader(words, series, window, bucket, self._report)
        happened = (
            self._all(self._fields, "late", late.read),
            self._all(self._fields, "silences", read_silence(words, self._report)),
            self._all(self._fields, "acknowledge", read_taken(words, window, self._report)),
        )
        expected = self._expected(words, window)
        if configuration is None or window is None:
            return None
        return Case(self._name, configuration, rules.places, window, bucket, series, *happened, *expected)

    def _rules(self, load: Load) -> Parsed:
        example = "[../fleet.yaml]"
        paths = each(self._fields.node("rules"), self._report, text, example, single=True)
        self._fields.refuse_empty("rules")
        if not paths:
            self._fields.need("rules", lambda _: None, None)
            return _NO_RULES
        return self._fields.get("rules", lambda _: load(paths), _NO_RULES)

    def _series(self, configuration: Configuration | None) -> tuple[Series, ...]:
        reader = SeriesReader(configuration, self._position, self._report)
        if self._fields.lacks("series"):
            self._report.error(self._fields.place, 'a test needs `series`, like [{site: durban, in: "10MBx288"}]')
        self._fields.refuse_empty("series")
        listed = items_of(self._fields.node("series"), self._report, '[{site: durban, in: "10MBx288"}]')
        return tuple(reader.read(item) for item in listed)

    def _window(self, series: Sequence[Series], bucket: int) -> Window | None:
        """From the start to the last bucket's end; None where either is not known."""
        start = self._fields.need("start", instant, None)
        longest = max((len(one.known) for one in series), default=0)
        if start is None or not longest:
            return None
        if start % bucket:
            nearest = iso(start - start % bucket)
            message = f"a test starts where a bucket of {bucket // 60} minutes does; write {nearest}"
            self._report.error(self._fields.place_of("start"), message)
            return None
        return Window(start, Slot(start + longest * bucket))

    def _expected(self, words: Words, window: Window | None) -> _Expected:
        node = self._fields.node("expect")
        if node is None:
            return (), ()
        fields = Fields(node, self._report, "`expect`", EXPECT_KEYS)
        alerts = self._all(fields, "alerts", read_alert(words, window, self._report))
        return alerts, self._all(fields, "messages", read_message(words, window, self._report))

    def _all(self, fields: Fields, key: str, reader: Callable[[Node], T | None]) -> tuple[T, ...]:
        """What is made of a list's items, without those that are wrong."""
        nodes = list(items_of(fields.node(key), self._report, f"`{key}: [- …]`"))
        if len(nodes) > MOST_ITEMS:
            self._report.error(nodes[MOST_ITEMS].place, f"a test has at most {MOST_ITEMS:,} of these")
        return tuple(item for item in map(reader, nodes[:MOST_ITEMS]) if item is not None)
