"""Messages look as the golden files say; `python -m tests.notify.golden` writes them anew, to be read before they are
committed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.names import name as safe
from bot.notify.blocks import reply, root
from bot.notify.plain import one_line, plain
from bot.notify.wording import compose
from bot.service.views import AlertView, Notification
from tests.fakes.slack_limits import TOGETHER, UPDATED_TEXT, refusal
from tests.fakes.slack_view import live_markup, markup_texts
from tests.notify.gallery import KINDS, group_tellings, tellings
from tests.notify.golden import FOLDER, files

HOSTILE = (
    "<!channel>",
    "*x* _y_ ~z~ `w`",
    "x" * 300,
    "&<>" * 100,
    ":fire: \N{FIRE}\N{FIRE}" * 30,
    "\u202eevil \u05e9\u05dc\u05d5\u05dd",
    "a\r\nBcc: victim@example.com\n\nb",
    "<script>alert(1)</script>",
    '=cmd|"/C calc"!A0',
    "",
)
_BROKEN = ("..", ",,", ", ,", "()", " ,", ": ·", ".:", "None", "  (")
FILES = files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_messages_look_as_they_did(path: Path) -> None:
    assert FILES[path].splitlines() == path.read_text(encoding="utf-8").splitlines()


def test_there_is_no_golden_file_of_nothing() -> None:
    assert {*FOLDER.glob("**/*.*")} == {*FILES}


def every(name: str) -> Iterator[Notification]:
    """Messages of every layout, about sites, rules and people of that name."""
    for alert in KINDS.values():
        singles, groups = tellings(alert), group_tellings(alert, 12)
        layouts = [singles[state] for state in ("firing", "silenced", "worsened", "resolved")]
        for told in (*layouts, groups["one more"], groups["some taken, some over"]):
            alerts = tuple(_named(one, name) for one in told.alerts)
            news = tuple(replace(item, alert=_named(item.alert, name)) for item in told.news)
            yield replace(told, rule=name, workspace=name, alerts=alerts, news=news)


def _named(alert: AlertView, name: str) -> AlertView:
    return replace(
        alert,
        site=name if alert.site else "",
        rule=name,
        rise=replace(alert.rise, largest=((name, 140), ("b", 80)), beyond=(name, f"{name}2")) if alert.rise else None,
        grant=replace(alert.grant, shares=((name, alert.value // 2),)) if alert.grant.shares else alert.grant,
        note=f"Trouble with {safe(name)}.\nPlease look." if alert.note else "",
        acknowledged_by=alert.acknowledged_by and name,
        silenced_by=alert.silenced_by and name,
        silenced_for=alert.silenced_for and name,
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_every_message_is_within_slacks_limits_and_no_name_has_power_in_it(name: str) -> None:
    for told in every(name):
        message = compose(told)
        for content in (root(message, "A remark."), reply(message)):
            assert refusal(content, text_limit=UPDATED_TEXT, together=TOGETHER) is None
            assert live_markup(content) == []
            assert not any("*x*" in text for text in markup_texts(content)[1:])
        assert "\n" not in one_line(message)
        assert "\nBcc" not in plain(message)
        assert "\u202e" not in plain(message)


@pytest.mark.parametrize("kind", KINDS)
def test_three_hundred_of_every_kind_are_within_the_limits(kind: str) -> None:
    told = group_tellings(KINDS[kind], 300)
    for message in map(compose, (told["firing"], told["some taken, some over"])):
        for content in (root(message), reply(message)):
            assert refusal(content, text_limit=UPDATED_TEXT, together=TOGETHER) is None


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_is_broken(kind: str) -> None:
    """What nobody would write: doubled full stops and commas, empty brackets, spaces before commas."""
    for told in (*tellings(KINDS[kind]).values(), *group_tellings(KINDS[kind], 3).values()):
        for text in (plain(compose(told)), one_line(compose(told))):
            assert not [broken for broken in _BROKEN if broken in text]
