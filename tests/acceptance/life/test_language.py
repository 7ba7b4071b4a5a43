"""A scenario that is not what happens must fail, and one that cannot be read must say where."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.history.store import SqlHistory
from bot.notify.slack import SlackNotifier
from bot.service.ports import Outcome
from bot.service.views import Notification
from tests.acceptance.life.play import played
from tests.acceptance.life.script import ScriptError, read

GOOD = """
An alert, its acknowledgement and its end
    10:00  s1 reaches 50%
    10:00  noc is told: s1 fired, saying "50 %"
    10:10  Ana acknowledges s1
    10:10  noc sees an edit, saying "Ana"
    10:30  s1 is back to normal
    by 10:31  noc is told: s1 resolved
    2 facts in, 2 messages out
"""


async def wrong(text: str, folder: Path) -> tuple[str, ...]:
    (scenario,) = read("a.txt", text)
    history = SqlHistory("sqlite://")
    await history.open()
    try:
        return (await played(scenario, history, folder)).wrong
    finally:
        await history.close()


async def test_what_happens_as_it_is_written_is_right(tmp_path: Path, no_proxy: None) -> None:
    assert await wrong(GOOD, tmp_path) == ()


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        (
            "10:10  noc sees",
            "10:10  boss sees",
            ("missing:    10:10  boss sees an edit: nothing new, saying", "unexpected"),
        ),
        ('    10:10  noc sees an edit, saying "Ana"\n', "", ("unexpected: 10:10  noc sees an edit: nothing new",)),
        (
            "10:00  noc is told",
            "10:00:01  noc is told",
            ("missing:    10:00:01  noc", "unexpected: 10:00  noc is told"),
        ),
        (
            "told: s1 fired",
            "told: s1 worsened",
            ("missing:    10:00  noc is told: s1 worsened", "unexpected: 10:00  noc"),
        ),
        ('"50 %"', '"80 %"', ('not said:   "80 %" in 10:00  noc is told: s1 fired: s1 has used 50 %',)),
        ("by 10:31", "by 10:29", ("missing:    by 10:29  noc is told: s1 resolved", "unexpected: 10:30  noc")),
        ("2 facts in", "3 facts in", ("2 facts in, and not 3",)),
    ],
)
async def test_what_is_otherwise_than_it_is_written_is_said(
    written: str, instead: str, said: tuple[str, ...], tmp_path: Path, no_proxy: None
) -> None:
    assert GOOD.count(written) == 1
    found = await wrong(GOOD.replace(written, instead), tmp_path)
    assert len(found) == len(said), found
    for line, beginning in zip(found, said, strict=True):
        assert line.startswith(beginning)


async def test_a_bot_that_tells_everything_twice_is_found_out(
    tmp_path: Path, no_proxy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver = SlackNotifier.deliver

    async def twice(self: SlackNotifier, notification: Notification) -> Outcome:
        await deliver(self, notification)
        return await deliver(self, notification)

    monkeypatch.setattr(SlackNotifier, "deliver", twice)
    assert "unexpected: 10:00  noc is told: s1 fired" in await wrong(GOOD, tmp_path)


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("10:00  s1 reaches", "soon  s1 reaches", "a.txt:3: neither a time nor anything else that is known: soon"),
        ("told: s1 fired", "told: s1 burnt", "a.txt:4: no news: s1 burnt"),
        ("2 messages out", "3 messages out", "a.txt:2: it says 3 messages out, and names 2"),
        ("    2 facts in, 2 messages out\n", "", "a.txt:2: it lacks what happens, or how many facts"),
        ("10:30  s1 is", "09:30  s1 is", "a.txt:2: what happens is not in the order of time"),
        ("An alert, its", "  An alert, its", "a.txt:2: this belongs to no scenario"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(written: str, instead: str, said: str) -> None:
    with pytest.raises(ScriptError) as raised:
        read("a.txt", GOOD.replace(written, instead))
    assert str(raised.value).startswith(said)


async def test_what_nobody_knows_how_to_do_is_named_with_its_place(tmp_path: Path, no_proxy: None) -> None:
    with pytest.raises(ScriptError, match=r"^a.txt:7: nothing is known of this: s1 flies away"):
        await wrong(GOOD.replace("s1 is back to normal", "s1 flies away"), tmp_path)
