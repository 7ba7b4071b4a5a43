"""Expected messages against those that were sent, one to one; any message that nobody expected is a failure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from bot.domain.times import iso
from bot.rules.cases.model import ExpectedMessage
from bot.service.replay.model import Told
from bot.service.rule_tests.alerts import apart
from bot.service.rule_tests.model import Failure
from bot.service.rule_tests.pairing import paired

_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|[kmgtp]?i?b\b|[kmg]?bps\b)")


def alike(text: str) -> str:
    """A text as it is compared: letter case, runs of spaces, and a space before a unit make no difference."""
    return _BEFORE_UNIT.sub("", " ".join(text.casefold().split()))


def compare_messages(expected: Sequence[ExpectedMessage], told: Sequence[Told]) -> Iterator[Failure]:
    """Failures in the order of their times."""
    texts = [alike(message.text) for message in told]
    candidates = [
        [n for n, message in enumerate(told) if _is_then(wanted, message) and not _lacking(wanted, texts[n])]
        for wanted in expected
    ]
    pairs = paired(candidates)
    free = [n for n in range(len(told)) if n not in set(pairs.values())]
    unmet = [n for n in range(len(expected)) if n not in pairs]
    failures = [(expected[n].at, _unmet(n, expected, told, pairs, free, texts)) for n in unmet]
    failures += [(told[n].at, _unexpected(told[n])) for n in free]
    for _, failure in sorted(failures, key=lambda failure: failure[0]):
        yield failure


def _is_then(wanted: ExpectedMessage, message: Told) -> bool:
    return (wanted.at, wanted.receiver) == (message.at, message.receiver)


def _lacking(wanted: ExpectedMessage, text: str) -> list[str]:
    return [part for part in wanted.contains if alike(part) not in text]


def _unexpected(message: Told) -> Failure:
    what = f"message that is not expected, to {message.receiver} at {iso(message.at)}:"
    return Failure(None, what, tuple(f"| {line}".rstrip() for line in message.text.splitlines()))


def _unmet(
    number: int,
    expected: Sequence[ExpectedMessage],
    told: Sequence[Told],
    pairs: dict[int, int],
    free: Collection[int],
    texts: Sequence[str],
) -> Failure:
    wanted = expected[number]
    parts = f" with {', '.join(map(repr, wanted.contains))}" if wanted.contains else ""
    what = f"expected message to {wanted.receiver} at {iso(wanted.at)}{parts}"
    taken = [left for left, right in pairs.items() if _fits(wanted, told[right], texts[right])]
    if taken:
        return Failure(wanted.place, what, (f"the one that fits is expected at {expected[taken[0]].place} too",))
    return Failure(wanted.place, what, (_nearest(wanted, told, free, texts),))


def _fits(wanted: ExpectedMessage, message: Told, text: str) -> bool:
    return _is_then(wanted, message) and not _lacking(wanted, text)


def _nearest(wanted: ExpectedMessage, told: Sequence[Told], free: Collection[int], texts: Sequence[str]) -> str:
    """What came instead: of the messages that nobody else expected, the one to the same receiver, nearest in time."""
    to_same = [n for n in free if told[n].receiver == wanted.receiver]
    if to_same:
        nearest = min(to_same, key=lambda n: (abs(told[n].at - wanted.at), len(_lacking(wanted, texts[n]))))
        missing = ", ".join(map(repr, _lacking(wanted, texts[nearest])))
        when = apart(told[nearest].at - wanted.at) or "then"
        return f"came: one {when}, at {iso(told[nearest].at)}" + (f", without {missing}" if missing else "")
    to_others = sorted({told[n].receiver for n in free if told[n].at == wanted.at})
    if to_others:
        return f"came then: messages to {', '.join(to_others)} only"
    return f"no other message was sent to {wanted.receiver}"
