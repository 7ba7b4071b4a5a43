"""Buttons and menus, from the signed request to what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.alerts.endings import GetsWorse, PeriodResets
from bot.alerts.model import State
from bot.notify.buttons import For, More, Press, Target, value
from bot.slack.pressed import pressed_in
from tests.slack.door import Door
from tests.slack.world import BOUND, END, NOC, configuration, monthly

ACK, SILENCE, MORE = Press.ACKNOWLEDGE, Press.SILENCE, Press.MORE


async def done(door: Door) -> list[tuple[str, str]]:
    return [(entry.action, entry.subject) for entry in await door.audited()]


async def told(door: Door, *ids: int, channel: str = NOC, ts: str = "1.0") -> str:
    """A message about these alerts; its group as the buttons name it."""
    async with door.world.history.reading() as tx:
        alerts = await tx.outbox.alerts(ids)
    return str(Target((await door.world.told(*alerts, channel=channel, ts=ts)).id, is_group=True))


async def edits(door: Door, group: int = 1) -> int:
    async with door.world.history.reading() as tx:
        return len(await tx.outbox.rows_of(group))


# --- one alert --------------------------------------------------------------------------------------------


async def test_whoever_presses_takes_the_alert_and_the_message_is_edited(door: Door) -> None:
    await told(door, 1)
    assert (await door.press(ACK, "A1", NOC, "1.0")).startswith("Acknowledged: A1, cape-town")
    assert door.slack.responses[-1]["response_type"] == "ephemeral"
    assert door.slack.responses[-1]["replace_original"] is False
    (entry,) = await door.audited()
    assert (entry.actor, entry.via, entry.action) == ("thandi (U0PERSON)", "slack", "acknowledged")
    assert await edits(door) == 1
    assert door.world.acts == 1


async def test_a_second_click_does_nothing_and_says_so(door: Door) -> None:
    await told(door, 1)
    bodies = [door.pressed(ACK, "A1", NOC, "1.0") for _ in range(3)]
    await asyncio.gather(*(door.post(body, door.signed(body)) for body in bodies))
    await door.app.close()
    assert "has been acknowledged already, by thandi" in await door.press(ACK, "A1", NOC, "1.0")
    assert await done(door) == [("acknowledged", "A1")]
    assert len(door.slack.responses) == 4


async def test_a_menu_silences_what_is_like_the_alert(door: Door) -> None:
    ends = {For.HOUR: "Thu 26 Nov 15:05", For.FOUR_HOURS: "Thu 26 Nov 18:05", For.MORNING: "Fri 27 Nov 08:00"}
    for number, (term, until) in enumerate(ends.items(), 1):
        said = await door.press(SILENCE, value(Target(1), term), NOC)
        assert said.startswith(f"S{number}: quiet until {until} SAST")
        assert "Keeps quiet: rule=lte kind=quota site=cape-town" in said
    assert await done(door) == [("silenced", "S1"), ("silenced", "S2"), ("silenced", "S3")]


async def test_a_silence_ends_when_the_period_does_or_when_it_gets_worse(door: Door) -> None:
    await door.press(SILENCE, value(Target(1), For.PERIOD), NOC)
    await door.press(SILENCE, value(Target(1), For.WORSE), NOC)
    first, second = await door.silences()
    assert isinstance(first.ending, PeriodResets)
    assert isinstance(second.ending, GetsWorse)


async def test_a_stale_button_is_answered_kindly_and_does_nothing(door: Door) -> None:
    await door.world.alert(3, state=State.RESOLVED, resolved_at=END)
    group = await told(door, 4)
    assert "is over since" in await door.press(ACK, "A4", NOC, "1.0")
    assert "A4 is over by now" in await door.press(SILENCE, "A4:1h", NOC, "1.0")
    for press, word in ((ACK, group), (SILENCE, f"{group}:1h"), (ACK, "G99"), (SILENCE, "G99:4h")):
        assert "Nothing that this message is about fires any more." in await door.press(press, word, NOC, "1.0")
    assert "There is no alert A99 here." in await door.press(ACK, "A99", NOC)
    assert await done(door) == []
    assert door.world.acts == 0


# --- several ----------------------------------------------------------------------------------------------


async def test_all_that_fires_of_a_message_is_taken_at_once(door: Door) -> None:
    await door.world.alert(3, state=State.RESOLVED, resolved_at=END)
    group = await told(door, 1, 2, 4)
    assert (await door.press(ACK, group, NOC, "1.0")).startswith("Acknowledged: 2 alerts")
    assert await done(door) == [("acknowledged", "A1"), ("acknowledged", "A2")]
    assert "Nothing was acknowledged" in await door.press(ACK, group, NOC, "1.0")


async def test_the_menu_of_several_is_about_their_rule(door: Door) -> None:
    group = await told(door, 1, 2)
    said = await door.press(SILENCE, f"{group}:4h", NOC, "1.0")
    assert "Keeps quiet: rule=lte kind=quota workspace=acme" in said
    (kept,) = await door.silences()
    assert kept.match.sites.ids == ()


async def test_three_hundred_are_taken_with_one_press(door: Door) -> None:
    async with door.world.history.writing() as tx:
        (first,) = await tx.outbox.alerts([1])
        more = [replace(first, id=0, key=replace(first.key, rule=f"lte-{n}")) for n in range(300)]
        saved = await tx.alerts.save(more)
    group = str(Target((await door.world.told(*saved)).id, is_group=True))
    assert (await door.press(ACK, group, NOC, "1.0")).startswith("Acknowledged: 300 alerts")


# --- who reaches what -------------------------------------------------------------------------------------


async def test_a_press_reaches_what_its_message_shows_wherever_that_stands(door: Door) -> None:
    """A channel that is nobody's may be told by a route: it can act on what it was told, and on nothing else."""
    door.world.configure(BOUND)
    group = await told(door, 1, channel="C0OTHER", ts="7.7")
    assert (await door.press(ACK, "A1", "C0OTHER", "7.7")).startswith("Acknowledged: A1, cape-town")
    said = await door.press(SILENCE, f"{group}:1h", "C0OTHER", "7.7")
    (kept,) = await door.silences()
    assert kept.match.sites.ids == (door.world.fleet.sites[0].id,)
    assert "cape-point" not in said
    for id_, ts in (("A2", "7.7"), ("A3", "7.7"), ("A1", "7.8"), ("A1", "")):
        assert "Usage is not shown in this channel." in await door.press(ACK, id_, "C0OTHER", ts)
    assert await done(door) == [("acknowledged", "A1"), ("silenced", "S1")]


async def test_a_customers_press_never_touches_or_shows_another_customer(door: Door) -> None:
    door.world.configure(BOUND)
    acme, globex = await told(door, 1, 2), await told(door, 3, channel="C0GLOBEX", ts="2.0")
    for press, word in (
        (ACK, "A1"),
        (ACK, acme),
        (SILENCE, "A1:1h"),
        (SILENCE, f"{acme}:1h"),
        (MORE, "A1:why"),
        (MORE, "A1:story"),
        (MORE, "A1:raise"),
        (MORE, f"{acme}:raise"),
        (Press.ASK, "site cape-town"),
        (Press.SHARE, "quota"),
    ):
        for ts in ("2.0", "1.0", ""):
            said = await door.press(press, word, "C0GLOBEX", ts, is_button=press in {ACK, Press.ASK, Press.SHARE})
            assert "acme" not in said
            assert "cape-point" not in said
    assert await done(door) == []
    assert "Acknowledged: A3, george" in await door.press(ACK, globex, "C0GLOBEX", "2.0")


async def test_what_the_bot_says_of_itself_is_taken_where_it_is_told(door: Door) -> None:
    door.world.configure(BOUND)
    await door.world.alert(None, "")
    await told(door, 4, channel="C0OTHER")
    assert "Acknowledged: A4" in await door.press(ACK, "A4", "C0OTHER", "1.0")
    assert "S1: quiet" in await door.press(SILENCE, "A4:1h", "C0OTHER", "1.0")


# --- why, history, the limit, other answers ---------------------------------------------------------------


async def test_why_and_the_history_of_an_alert_are_answered_for_whoever_pressed(door: Door) -> None:
    await told(door, 1)
    for more, words in ((More.WHY, "cape-town"), (More.STORY, "A1")):
        said = await door.press(MORE, value(Target(1), more), NOC, "1.0")
        assert words in said
        assert "[Show in channel]" in said
        assert door.slack.responses[-1]["response_type"] == "ephemeral"


async def test_where_only_the_message_shows_an_alert_its_history_is_told_and_cannot_be_passed_on(door: Door) -> None:
    door.world.configure(BOUND)
    await told(door, 1, channel="C0OTHER")
    said = await door.press(MORE, "A1:story", "C0OTHER", "1.0")
    assert "A1" in said
    assert "Show in channel" not in said


async def test_of_several_the_history_names_each(door: Door) -> None:
    group = await told(door, 1, 2)
    said = await door.press(MORE, f"{group}:story", NOC, "1.0")
    assert said.startswith("This message is about 2 alerts")
    assert "/usage history A1" in said or "/usage history A2" in said


async def test_in_which_file_a_rule_stands_is_for_those_who_see_everything(door: Door) -> None:
    rule = replace(monthly(), place="globex.yaml:12")
    door.world.configure(configuration(rule))
    assert "globex.yaml:12" in await door.press(MORE, "A1:raise", NOC)
    door.world.configure(configuration(rule, channels={"acme": ("C0ACME",)}))
    assert "globex" not in await door.press(MORE, "A1:raise", "C0ACME")


async def test_how_a_limit_is_raised_is_told_and_nothing_is_changed(door: Door) -> None:
    said = await door.press(MORE, value(Target(1), More.RAISE), NOC)
    assert said.startswith("How to raise the limit of lte")
    assert '  - {on: 2026-11-26, add: 50 GB, site: "acme/cape-town"}' in said
    assert "quota: 600 GB" in said
    assert await done(door) == []


async def test_a_button_asks_again_in_place_or_for_the_whole_channel(door: Door) -> None:
    await door.press(Press.ASK, "quota", NOC, container={"message_ts": "9.9", "is_ephemeral": True})
    await door.press(Press.SHARE, "quota", NOC)
    await door.press(Press.SHARE, "site nowhere", NOC)
    sent = [(one["response_type"], one["replace_original"]) for one in door.slack.responses]
    assert sent == [("ephemeral", True), ("in_channel", False), ("ephemeral", False)]


async def test_a_button_that_asks_does_nothing_else(door: Door) -> None:
    for press in (Press.ASK, Press.SHARE):
        assert "That is no question" in await door.press(press, "ack A1", NOC)
    assert await done(door) == []


async def test_a_value_that_is_none_of_ours_is_harmless(door: Door) -> None:
    for word in ["", "A", "A1:", "A1:for-ever", "B1:1h", "A1:1h:1h", "A" + "9" * 30, "<!channel>"]:
        for press in (SILENCE, MORE):
            assert "not understood any more" in await door.press(press, word, NOC, is_button=False)
    assert await done(door) == []


def test_what_is_not_ours_is_not_read() -> None:
    given: list[list[dict[str, str]]] = [[], [{}], [{"action_id": "other.app"}], [{"action_id": ""}]]
    for actions in given:
        assert pressed_in({"actions": actions}) is None
    assert pressed_in({}) is None


async def test_an_element_that_is_not_ours_is_acknowledged_and_left(door: Door) -> None:
    body = door.pressed("usagebot.gone", "A1", NOC, "1.0")
    with capture_logs() as logs:
        assert await door.post(body, door.signed(body)) == (200, "")
        await door.app.close()
    assert "slack_press_unknown" in {line["event"] for line in logs}
    assert door.slack.responses == []


# --- in time ----------------------------------------------------------------------------------------------


async def test_a_press_is_acknowledged_while_the_history_is_busy(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    await told(door, 1)
    history, begun, free = door.world.history, asyncio.Event(), asyncio.Event()
    writing = history.writing

    def busy() -> Any:
        begun.set()
        return _After(free, writing())

    monkeypatch.setattr(history, "writing", busy)
    body = door.pressed(ACK, "A1", NOC, "1.0")
    async with asyncio.timeout(3):
        assert await door.post(body, door.signed(body)) == (200, "")
        await begun.wait()
    assert door.slack.responses == []
    free.set()
    await door.app.close()
    assert len(door.slack.responses) == 1
    assert await done(door) == [("acknowledged", "A1")]


class _After:
    """A transaction that begins when something has happened."""

    def __init__(self, free: asyncio.Event, transaction: Any) -> None:
        self.free, self.transaction = free, transaction

    async def __aenter__(self) -> Any:
        await self.free.wait()
        return await self.transaction.__aenter__()

    async def __aexit__(self, *error: object) -> Any:
        return await self.transaction.__aexit__(*error)


async def test_an_answer_that_slack_does_not_take_is_logged_and_the_order_done(door: Door) -> None:
    for url in (door.slack.response_url("1").replace("response", "nowhere"), None):
        body = door.pressed(ACK, "A1", NOC, **({"response_url": url} if url else {"response_url": ""}), ts="1.0")
        with capture_logs() as logs:
            assert await door.post(body, door.signed(body)) == (200, "")
            await door.app.close()
        assert "usage_not_delivered" in {line["event"] for line in logs}
    assert await done(door) == [("acknowledged", "A1")]
