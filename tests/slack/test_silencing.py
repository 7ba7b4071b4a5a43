"""The window "Silence alerts", from the press that opens it to what came of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.alerts.endings import ForecastPasses
from bot.notify.buttons import For, Press, Target
from bot.slack.seals import Origin, Seal
from bot.slack.silence_form import CALLBACK, Field
from tests.fakes.slack import TOKEN, FakeSlack
from tests.fakes.slack_faults import refuses
from tests.fakes.slack_view import live_markup, seen
from tests.slack.door import Door, opened_door
from tests.slack.windows import filled, opened, sent, shown, told, window
from tests.slack.world import BOUND, NOC, World

HOSTILE = "<!channel> *x* " + "y" * 300


# --- opening ----------------------------------------------------------------------------------------------


async def test_the_window_opens_with_what_the_alert_says(door: Door) -> None:
    view = await opened(door)
    assert filled(view) == {"workspace": "acme", "site": "cape-town", "rule": "lte", "kind": ["quota"]}
    assert view["callback_id"] == CALLBACK
    assert len(view["private_metadata"]) < 100
    assert "A1: cape-town, rule lte" in seen(view)


async def test_names_of_others_have_no_power_in_it(door: Door) -> None:
    sites, rules = door.world.fleet.sites, door.world.fleet.configuration
    for name in ("<!channel> & *x*", "y" * 80, "a\u202eb, c*", '"quoted"', "😀" * 80):
        renamed = replace(sites[0], name=name)
        door.world.fleet = replace(door.world.fleet, sites=(renamed, *sites[1:]), configuration=rules)
        view = await opened(door)
        assert live_markup(view) == []
        assert "<!channel>" not in json.dumps(view["blocks"][0])
        answer = await sent(door)
        assert answer["response_action"] == "update", (name, answer)
    assert len(await door.silences()) == 1


async def test_of_several_it_opens_with_their_rule(door: Door) -> None:
    group = await told(door, 1, 2)
    assert filled(await opened(door, f"{group}:other")) == {"workspace": "acme", "rule": "lte", "kind": ["quota"]}


async def test_a_customer_has_no_workspace_to_choose(door: Door) -> None:
    door.world.configure(BOUND)
    assert filled(await opened(door, channel="C0ACME")) == {"site": "cape-town", "rule": "lte", "kind": ["quota"]}
    assert Field.WORKSPACE not in {block.get("block_id") for block in window(door)[1]["blocks"]}


async def test_another_customers_alert_opens_nothing(door: Door) -> None:
    door.world.configure(BOUND)
    group = await told(door, 1, 2)
    for value in ("A1:other", f"{group}:other", "A99:other", "G99:other"):
        view = await opened(door, value, channel="C0GLOBEX")
        assert seen(view).startswith("What this is about is not known any more.")
        assert "submit" not in view


async def test_it_opens_before_the_history_says_anything(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, free, asked = asyncio.Event(), asyncio.Event(), door.world.questions.pointed_at

    async def slow(*arguments: Any) -> Any:
        begun.set()
        await free.wait()
        return await asked(*arguments)

    monkeypatch.setattr(door.world.questions, "pointed_at", slow)
    body = door.pressed(Press.SILENCE, "A1:other", NOC, "1.0")
    async with asyncio.timeout(3):
        assert await door.post(body, door.signed(body)) == (200, "")
        await begun.wait()
    assert seen(window(door)[1]) == "One moment…"
    free.set()
    await door.app.close()
    assert filled(window(door)[1])["rule"] == "lte"


async def test_a_window_that_slack_does_not_open_is_logged(door: Door) -> None:
    door.slack.fail("views.open", refuses("expired_trigger_id"))
    body = door.pressed(Press.SILENCE, "A1:other", NOC, "1.0")
    with capture_logs() as logs:
        assert await door.post(body, door.signed(body)) == (200, "")
        await door.app.close()
    assert [line["why"] for line in logs if line["event"] == "slack_view_refused"] == ["expired_trigger_id"]


# --- sending ----------------------------------------------------------------------------------------------


async def test_what_was_sent_is_done_audited_and_confirmed_in_the_window(door: Door) -> None:
    await opened(door)
    answer = await sent(door, words="until fri 18:00", reason="works on the mast")
    assert answer["response_action"] == "update"
    assert seen(answer["view"]) == "One moment…"
    assert shown(door).startswith("S1: quiet until Fri 27 Nov 18:00 SAST")
    (kept,) = await door.silences()
    assert (kept.author, kept.reason) == ("thandi", "works on the mast")
    (entry,) = await door.audited()
    assert (entry.actor, entry.action) == ("thandi (U0PERSON)", "silenced")


async def test_a_window_that_is_sent_twice_sets_one_silence(door: Door) -> None:
    await opened(door)
    opened_view = window(door)
    for _ in range(2):
        door.slack.views[opened_view[0]] = opened_view[1]
        await sent(door)
    assert len(await door.silences()) == 1


async def test_own_words_count_for_more_than_the_choice(door: Door) -> None:
    for words, until_ in (
        ("90 minutes", "Thu 26 Nov 15:35"),
        ("fri 18:00", "Fri 27 Nov 18:00"),
        ("until tomorrow 08:00", "Fri 27 Nov 08:00"),
        ("2026-12-01", "Tue 1 Dec 00:00"),
    ):
        await opened(door)
        await sent(door, words=words, term=For.HOUR)
        assert f": quiet until {until_} SAST" in shown(door), words


async def test_an_ending_can_be_written_too(door: Door) -> None:
    await opened(door)
    await sent(door, words="2d until-forecast 95%")
    (kept,) = await door.silences()
    assert isinstance(kept.ending, ForecastPasses)


async def test_matchers_can_be_changed(door: Door) -> None:
    await opened(door)
    await sent(door, site="cape-*, durban", rule="", kind=[], severity=["warning"], workspace="acme")
    (kept,) = await door.silences()
    assert (kept.match.sites.names, kept.match.rules, kept.match.kinds) == (("cape-*", "durban"), (), ())


async def test_a_name_with_a_comma_is_one_name_in_quotes(door: Door) -> None:
    site = door.world.fleet.sites[0]
    renamed = type(site)(site.key, site.workspace, site.id, "Paris, Texas", site.timezone)
    door.world.fleet = type(door.world.fleet)((renamed, *door.world.fleet.sites[1:]), door.world.fleet.configuration)
    assert filled(await opened(door))["site"] == '"Paris, Texas"'
    await sent(door)
    assert "Paris, Texas" in shown(door)


WRONG: tuple[tuple[dict[str, Any], Field, str], ...] = (
    ({"site": "cape-twon"}, Field.SITE, "There is no site cape-twon here. Did you mean cape-town"),
    ({"site": "nowhere-*"}, Field.SITE, "There is no site nowhere-* here."),
    ({"rule": "let"}, Field.RULE, "There is no rule let here. Did you mean lte?"),
    ({"site": "", "workspace": "acne"}, Field.WORKSPACE, "There is no workspace acne here. Did you mean acme?"),
    ({"words": "for ever"}, Field.WORDS, "for is no time that is understood here"),
    ({"words": "4h please"}, Field.WORDS, "please is not understood here."),
    ({"words": "until 2020-01-01"}, Field.WORDS, "That time is past."),
    ({"words": "5000 days"}, Field.WORDS, "is no time that is understood here"),
    ({"words": "<!channel>"}, Field.WORDS, "<!channel> is no time"),
    ({"term": "century"}, Field.TERM, "For how long?"),
    ({"site": "", "rule": "", "kind": []}, Field.SITE, "What is to be quiet?"),
    ({"site": "durban", "workspace": ""}, Field.SITE, "Which site is meant by durban?"),
    ({"site": HOSTILE}, Field.SITE, "There is no site <!channel> *x*"),
)


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_done(door: Door) -> None:
    await opened(door)
    for written, field, said in WRONG:
        answer = await sent(door, **written)
        assert answer["response_action"] == "errors", written
        assert list(answer["errors"]) == [field]
        assert said in answer["errors"][field]
        assert len(answer["errors"][field]) <= 300
    assert await door.silences() == []


async def test_what_only_the_history_knows_is_said_in_the_window(door: Door) -> None:
    await opened(door)
    await sent(door, site="cape-point", rule="lte", kind=["no_data"], words="until-worse")
    assert "Not set: nothing that matches fires" in shown(door)
    assert await door.silences() == []


# --- who may, and where -----------------------------------------------------------------------------------


async def test_a_customers_window_reaches_his_workspace_alone(door: Door) -> None:
    door.world.configure(BOUND)
    await opened(door, channel="C0ACME")
    for written in ({"site": "george"}, {"site": "globex/*"}, {"site": "george", "rule": ""}):
        answer = await sent(door, **written)
        assert answer["response_action"] == "errors"
        assert "globex" not in str(answer).replace("globex/*", "")
    await sent(door, site="", rule="lte")
    (kept,) = await door.silences()
    assert kept.match.sites.workspaces == ("acme",)


async def test_a_channel_that_is_nobodys_silences_what_it_was_told_and_nothing_else(door: Door) -> None:
    door.world.configure(BOUND)
    await told(door, 1, channel="C0OTHER", ts="7.7")
    view = await opened(door, channel="C0OTHER", ts="7.7")
    assert Field.SITE not in {block.get("block_id") for block in view["blocks"]}
    view["blocks"] += [{"type": "input", "block_id": "rule", "element": {"type": "plain_text_input"}}]
    await sent(door, rule="*")
    (kept,) = await door.silences()
    assert kept.match.sites.ids == (door.world.fleet.sites[0].id,)


async def test_a_window_that_was_not_sealed_for_this_person_does_nothing(door: Door) -> None:
    await opened(door)
    sealed = window(door)[1]["private_metadata"]
    forged = [
        "",
        sealed.replace(NOC, "C0ACME"),
        "0" * 32 + sealed[32:],
        Seal("xoxb-another").sealed(Origin(NOC), "U0PERSON"),
        "é" * 32 + " []",
    ]
    for metadata_ in forged:
        window(door)[1]["private_metadata"] = metadata_
        assert "This window cannot be used any more." in seen((await sent(door))["view"])
    window(door)[1]["private_metadata"] = sealed
    assert "cannot be used any more" in seen((await sent(door, person="U0ELSE"))["view"])
    assert await door.silences() == []


def test_a_seal_is_opened_by_the_same_token_for_the_same_person() -> None:
    seal = Seal(TOKEN)
    for origin in (Origin(), Origin("C1", "1.0", Target(3, True), is_fixed=True), Origin("", "", Target(1))):
        assert seal.opened(seal.sealed(origin, "U1"), "U1") == origin
        assert seal.opened(seal.sealed(origin, "U1"), "U2") is None


async def test_who_may_not_act_is_told_so_before_and_after(world: World, slack: FakeSlack) -> None:
    await world.alert(1)
    group = slack.add_group("network-team", "U0PERSON")
    async with opened_door(world, slack, ("@network-team",)) as door:
        await opened(door)
        group.members.clear()
        world.now = world.now.replace(minute=30)
        await sent(door)
        assert "you may look, and not act" in shown(door)
        assert "you may look, and not act" in seen(await opened(door))
        assert await door.silences() == []
