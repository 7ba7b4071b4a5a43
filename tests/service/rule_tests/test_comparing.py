"""Messages that were expected against those that were sent."""

from __future__ import annotations

import pytest

from bot.domain.times import Slot
from bot.rules.cases.model import ExpectedMessage
from bot.rules.problems import Place
from bot.service.replay.model import Told
from bot.service.rule_tests.messages import alike, compare_messages

AT = Slot(1780295400)  # 2026-06-01T06:30:00Z


def wanted(*contains: str, at: int = 0, receiver: str = "noc", line: int = 1) -> ExpectedMessage:
    return ExpectedMessage(Place("a.test.yaml", line, 7), Slot(AT + at), receiver, contains)


def told(text: str, at: int = 0, receiver: str = "noc") -> Told:
    return Told(Slot(AT + at), receiver, text, ())


def failures(expected: list[ExpectedMessage], sent: list[Told]) -> list[tuple[str, ...]]:
    return [(failure.what, *failure.detail) for failure in compare_messages(expected, sent)]


def test_all_that_was_expected_and_nothing_else_is_no_failure() -> None:
    sent = [told("durban 80 %"), told("durban 90 %"), told("durban 80 %", receiver="finance")]
    expected = [wanted("durban"), wanted("80%"), wanted(receiver="finance")]
    assert failures(expected, sent) == []
    assert failures(list(reversed(expected)), sent) == []


def test_any_message_that_is_not_expected_fails_and_is_shown() -> None:
    assert failures([], [told("durban has used\n\n80 %")]) == [
        ("message that is not expected, to noc at 2026-06-01T06:30:00Z:", "| durban has used", "|", "| 80 %")
    ]


def test_a_message_meets_one_expectation_only() -> None:
    assert failures([wanted("a", line=4), wanted("a", line=5)], [told("a")]) == [
        (
            "expected message to noc at 2026-06-01T06:30:00Z with 'a'",
            "the one that fits is expected at a.test.yaml:4:7 too",
        )
    ]


def test_one_that_came_later_is_told_with_by_how_much() -> None:
    found = failures([wanted("durban")], [told("durban 1", at=3600), told("durban 2", at=300)])
    assert found[0] == (
        "expected message to noc at 2026-06-01T06:30:00Z with 'durban'",
        "came: one 5 minutes later, at 2026-06-01T06:35:00Z",
    )
    assert [what for what, *_ in found[1:]] == [
        "message that is not expected, to noc at 2026-06-01T06:35:00Z:",
        "message that is not expected, to noc at 2026-06-01T07:30:00Z:",
    ]


def test_a_text_that_lacks_is_named() -> None:
    found = failures([wanted("durban", "90%", "step")], [told("Durban 80 %")])
    assert found[0][1] == "came: one then, at 2026-06-01T06:30:00Z, without '90%', 'step'"


def test_another_receiver_is_named() -> None:
    assert failures([wanted()], [told("a", receiver="finance")])[0][1] == "came then: messages to finance only"
    assert failures([wanted()], [])[0] == (
        "expected message to noc at 2026-06-01T06:30:00Z",
        "no other message was sent to noc",
    )


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("80%", "used 80 % of it"),
        ("80 %", "used 80% of it"),
        ("Cape Town", "cape  town\nhas"),
        ("500GB", "of its 500 GB"),
        ("500 GB", "of its 500 GB"),
        ("90Mbps", "over 90 Mbps"),
    ],
)
def test_case_spaces_and_the_space_before_a_unit_make_no_difference(part: str, text: str) -> None:
    assert alike(part) in alike(text)


def test_what_is_said_otherwise_is_not_alike() -> None:
    assert alike("80%") not in alike("80 percent")
    assert alike("5 B") not in alike("5 buckets")
    assert alike("ab") not in alike("a b")
