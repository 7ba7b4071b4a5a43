"""The ninth of the nine points that the rule language promises: limits, semantic problems and warnings."""

from __future__ import annotations

import pytest

from bot.rules.check import LARGEST, parse

HEAD = "version: 1\nreceivers: {noc: {terminal: true}}\ndefaults: {receivers: [noc]}\n"


def said(text: str) -> tuple[bool, str]:
    """Whether the text is in force, and everything that is said of it."""
    parsed = parse([("fleet.yaml", (HEAD + text).encode())])
    return parsed.configuration is not None, "\n".join(map(str, parsed.problems))


REFUSED = {
    "no YAML aliases bombs": ("rules: [{name: a, quota: &q 1 GB}, {name: b, quota: *q}]", "aliases"),
    "no unknown keys": ("rules: [{name: a, qouta: 1 GB}]", "did you mean 'quota'"),
    "no duplicate keys": ("rules: [{name: a, quota: 1 GB, quota: 2 GB}]", "written twice"),
    "no duplicate names": ("rules: [{name: a, quota: 1 GB}, {name: a, quota: 2 GB}]", "exists already"),
    "no number without its unit": ("rules: [{name: a, quota: 500}]", "has no unit; write 500 GB"),
    "steps in the wrong order": ("rules: [{name: a, quota: 1 GB, at: [80%, 50%]}]", "steps go up"),
    "a receiver that does not exist": ("rules: [{name: a, quota: 1 GB, notify: [nco]}]", "did you mean 'noc'"),
    "a mute timing that does not exist": ("routes: [{mute: [nights]}]", "there is no mute timing"),
}


@pytest.mark.parametrize("promise", REFUSED)
def test_what_must_be_an_error_is_one_and_names_its_place(promise: str) -> None:
    """No YAML aliases bombs, no unknown keys, no duplicate keys or names, no number without its unit.

    "Semantic problems are errors too: steps in the wrong order, a receiver, tag, route or mute timing that does not
    exist"."""
    text, expected = REFUSED[promise]
    is_in_force, problems = said(text)
    assert not is_in_force
    assert problems.startswith("fleet.yaml:4:")
    assert expected in problems


def test_a_configuration_is_at_most_ten_mebibytes() -> None:
    """ "A configuration is at most 10 MiB"."""
    is_in_force, problems = said("#" * LARGEST)
    assert (is_in_force, "larger than 10 MiB" in problems) == (False, True)


def test_a_warning_keeps_nothing_from_being_used() -> None:
    """ "Warnings: …"."""
    is_in_force, problems = said("rules: [{name: a, quota: 1 GB, severity: {70%: critical}}]")
    assert is_in_force
    assert "warning: 70 % is no step" in problems
