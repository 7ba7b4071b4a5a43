"""How the scenarios are written, and reading them.

A file has scenarios, one after another. A scenario begins with its title, at the left; all else is indented:

    Sites that fire together share one message
        with routes: [{notify: [noc], group_wait: 1m}]
        10:00  s1 and s2 reach 50%
        10:01  noc is told: s1 and s2 fired
        10:30  s2 is back to normal
        10:30  noc is told: s2 resolved
        3 facts in, 2 messages out

`with` is a top-level key of the rules file, in place of that key in `scenery.RULES`; lines that are indented further go
on with it. `on 2026-11-30` is the day on which it begins, 3 June 2026 (a Wednesday) unless said otherwise. Times are
UTC; `day 2 06:00` is of the next day. What may happen is in `happenings.py` and
`fates.py`.

What people notice is `NAME is told: NEWS`, in which NAME is a Slack channel without its #, who a mail goes to, or
`tickets`, a webhook. News are `s1 and s2 fired; s3 resolved`, in any order, and `s1 to s300 fired`; of another rule
than the first it is named: `s1 fired (mpls)`. `saying "80 %"` at the end are texts that must be seen. `NAME sees an
edit: NEWS` is a message that changes and alarms nobody. Everything happens at the second that is named, but after `by`
at the latest. Everything that is not in the scenario must not happen; the clock goes on for a while after its last line
(`play.py`), or to the time of `nothing more`.

Facts in are what is recorded of alerts: that they fired, got worse, were corrected or resolved. Messages out are all
that people notice, edits left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bot.domain.times import DAY, HOUR, Slot, to_slot

FOLDER = Path(__file__).parent / "scenarios"
USUAL_DAY = date(2026, 6, 3)
TIME = r"(?:day (?P<day>\d+) )?(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
TIMED = re.compile(rf"(?P<by>by )?(?P<time>{TIME})  ?(?P<what>.+)")
TELLS = re.compile(
    r"(?P<ears>[\w, ]+?) (?:(?:is|are) told|(?P<edit>sees? an edit))(?:: (?P<news>.+?))?(?P<saying>,? saying \".*)?"
)
CLAUSE = re.compile(
    r"(?P<about>.+) (?P<change>fired|worsened|escalated|repeated|corrected|resolved)(?: \((?P<rule>[^)]+)\))?"
)
TOTALS = re.compile(r"(\d+) facts? in, (\d+) messages? out")
NOTHING_NEW = "nothing new"
News = tuple[str, str, str]
"""What it is about, the change, and the rule: "" for the first one."""


class ScriptError(ValueError):
    """A scenario that cannot be read: the place, and why."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens, in the words of the scenario."""

    at: Slot
    what: str
    place: str


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody notices: a message, or an edit. `is_latest` is one that may come before `at` as well."""

    at: Slot
    ear: str
    news: Mapping[News, int]
    saying: tuple[str, ...] = ()
    is_edit: bool = False
    is_latest: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """`settings` are keys of the rules file with their YAML. `last` is the latest time in it, `ends_at` when it is over
    where it says so. `facts` and `messages` are how many there must be."""

    title: str
    place: str
    start: Slot
    settings: Mapping[str, str]
    happenings: tuple[Happening, ...]
    expected: tuple[Told, ...]
    last: Slot
    ends_at: Slot | None
    facts: int
    messages: int


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    indent: int
    place: str


def scenarios() -> list[Scenario]:
    """All of them, by file and in order."""
    return [one for path in sorted(FOLDER.glob("*.txt")) for one in read(path.name, path.read_text("utf-8"))]


def read(name: str, text: str) -> list[Scenario]:
    """Those of one file. Raises ScriptError."""
    found: list[tuple[_Line, list[_Line]]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = _Line(raw.strip(), len(raw) - len(raw.lstrip()), f"{name}:{number}")
        if not line.text or line.text.startswith("#"):
            continue
        if line.indent == 0:
            found.append((line, []))
        elif found:
            found[-1][1].append(line)
        else:
            raise ScriptError(f"{line.place}: this belongs to no scenario")
    return [_scenario(title, body) for title, body in found]


def _scenario(title: _Line, body: list[_Line]) -> Scenario:
    settings, rest = _settings(body)
    day, facts, messages = USUAL_DAY, -1, -1
    timed: list[tuple[_Line, re.Match[str]]] = []
    for line in rest:
        if match := TIMED.fullmatch(line.text):
            timed.append((line, match))
        elif totals := TOTALS.fullmatch(line.text):
            facts, messages = int(totals[1]), int(totals[2])
        elif line.text.startswith("on "):
            day = date.fromisoformat(line.text.removeprefix("on "))
        else:
            raise ScriptError(f"{line.place}: neither a time nor anything else that is known: {line.text}")
    if facts < 0 or not timed:
        raise ScriptError(f"{title.place}: it lacks what happens, or how many facts and messages there are")
    midnight = to_slot(datetime(day.year, day.month, day.day, tzinfo=UTC))
    return _put_together(
        title, settings, [(line, match, time_of(midnight, match["time"])) for line, match in timed], (facts, messages)
    )


def _put_together(
    title: _Line, settings: Mapping[str, str], timed: list[tuple[_Line, re.Match[str], Slot]], totals: tuple[int, int]
) -> Scenario:
    happenings: list[Happening] = []
    expected: list[Told] = []
    end = None
    for line, match, at in timed:
        what = match["what"].strip()
        if what == "nothing more":
            end = at
        elif tells := TELLS.fullmatch(what):
            expected += _told(line, at, tells, is_latest=bool(match["by"]))
        else:
            happenings.append(Happening(at, what, line.place))
    times = [at for *_, at in timed]
    if [one.at for one in happenings] != sorted(one.at for one in happenings):
        raise ScriptError(f"{title.place}: what happens is not in the order of time")
    messages = sum(not one.is_edit for one in expected)
    if messages != totals[1]:
        raise ScriptError(f"{title.place}: it says {totals[1]} messages out, and names {messages}")
    return Scenario(
        title.text, title.place, times[0], settings, tuple(happenings), tuple(expected), max(times), end, *totals
    )


def _settings(body: list[_Line]) -> tuple[dict[str, str], list[_Line]]:
    """Keys of the rules file, with whatever is indented below them, and the other lines."""
    settings: dict[str, str] = {}
    rest: list[_Line] = []
    key, indent = "", 0
    for line in body:
        if line.text.startswith("with "):
            words, indent = line.text.removeprefix("with "), line.indent
            key = words.partition(":")[0]
            settings[key] = words
        elif key and line.indent > indent:
            settings[key] += "\n" + " " * (line.indent - indent) + line.text
        else:
            key = ""
            rest.append(line)
    return settings, rest


def time_of(midnight: int, text: str) -> Slot:
    """The instant of `10:00`, `10:00:31` or `day 2 06:00`; the first day begins at `midnight`."""
    match = re.fullmatch(TIME, text)
    if match is None:
        raise ScriptError(f"no time: {text}")
    days, hour, minute, second = (int(match[name] or 0) for name in ("day", "hour", "minute", "second"))
    return Slot(midnight + max(0, days - 1) * DAY + hour * HOUR + minute * 60 + second)


def _told(line: _Line, at: Slot, tells: re.Match[str], *, is_latest: bool) -> Iterator[Told]:
    saying = tuple(re.findall(r'"([^"]*)"', tells["saying"] or ""))
    try:
        news = Counter(news_of(tells["news"] or NOTHING_NEW))
    except ValueError as error:
        raise ScriptError(f"{line.place}: {error}") from None
    for ear in listed(tells["ears"]):
        yield Told(at, ear, news, saying, bool(tells["edit"]), is_latest)


def news_of(text: str) -> Iterator[News]:
    """Of `s1 and s2 fired; s3 resolved (mpls)`. Raises ValueError."""
    if text == NOTHING_NEW:
        return
    for clause in text.split("; "):
        match = CLAUSE.fullmatch(clause)
        if match is None:
            raise ValueError(f"no news: {clause}")
        yield from ((one, match["change"], match["rule"] or "") for one in listed(match["about"]))


def listed(text: str) -> Iterator[str]:
    """The things of `s1, s2 and s3`, or of `s1 to s3`."""
    for word in re.split(r", | and ", text):
        first, to, last = word.partition(" to s")
        yield from (f"s{n}" for n in range(int(first.removeprefix("s")), int(last) + 1)) if to else [word]


def told_words(one: Told) -> str:
    """As it is written in a scenario."""
    by_change: dict[tuple[str, str], list[str]] = {}
    for (about, change, rule), count in sorted(one.news.items()):
        by_change.setdefault((change, rule), []).extend([about] * count)
    clauses = [f"{_short(about)} {change}{f' ({rule})' if rule else ''}" for (change, rule), about in by_change.items()]
    verb = "sees an edit" if one.is_edit else "is told"
    saying = " and ".join(f'"{text}"' for text in one.saying)
    return f"{one.ear} {verb}: {'; '.join(clauses) or NOTHING_NEW}" + (f", saying {saying}" if saying else "")


def _short(about: list[str]) -> str:
    return ", ".join(about) if len(about) <= 5 else f"{about[0]} and {len(about) - 1} more"
