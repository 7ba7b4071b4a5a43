"""Digests that are due: told once, to whom they are for, of what they may see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts.silences import Silence
from bot.domain.times import DAY, Slot, to_slot
from bot.rules.telling import Match
from bot.service.notices import Notices
from bot.service.ports import Rejected, Standing, TryAgain
from bot.service.reports.send import PATIENCE
from tests.service.reports.mailroom import EVERYBODY, HEAD, Mailroom, opened_mailroom, seen

DUE = "2026-11-23T06:00"
ALL = ["email:it@globex.example", "slack:#acme", "slack:#globex", "slack:#noc"]


@pytest.fixture
async def room() -> AsyncIterator[Mailroom]:
    async with opened_mailroom() as room:
        yield room


def whom(lines: list[str]) -> list[str]:
    return [line.partition(": ")[0] for line in lines]


async def test_a_digest_is_told_when_it_is_due_and_once(room: Mailroom) -> None:
    assert await room.at("2026-11-23T05:59:59") == []
    assert await room.at(DUE) == [
        "email:it@globex.example: Week of 16 – 22 Nov: 18.1 GB, no alerts",
        "slack:#acme: Week of 16 – 22 Nov: 12.1 GB, no alerts",
        "slack:#globex: Week of 16 – 22 Nov: 18.1 GB, no alerts",
        "slack:#noc: Week of 16 – 22 Nov: 30.2 GB, no alerts",
    ]
    assert await room.at("2026-11-23T06:00:30") == []
    assert await room.at("2026-11-29T23:00") == []
    assert whom(await room.at("2026-11-30T06:00")) == ALL


async def test_one_customers_digest_never_shows_another(room: Mailroom) -> None:
    await room.at(DUE)
    told = {str(one.endpoint): seen(one) for one in room.told}
    for endpoint, (own, theirs) in {
        "slack:#acme": ("cape-town", "george"),
        "slack:#globex": ("george", "cape"),
        "email:it@globex.example": ("george", "cape"),
    }.items():
        assert own in told[endpoint]
        assert theirs not in told[endpoint]
        assert "troubles=None" in told[endpoint], "the bot's own troubles are the operators'"
    assert "cape-town" in told["slack:#noc"]
    assert "george" in told["slack:#noc"]
    assert "troubles=()" in told["slack:#noc"]


async def test_mail_of_nobodys_channel_is_about_the_workspaces_that_are_named(room: Mailroom) -> None:
    room.configure("reports: [{name: mondays, per: week, notify: [finance, globex], workspaces: [glob*]}]\n")
    await room.at(DUE)
    assert {str(one.endpoint) for one in room.told} == {ALL[0], ALL[2], "email:finance@example.com"}
    assert not any("cape" in seen(one) for one in room.told)


async def test_a_binding_that_comes_before_it_is_told_counts(room: Mailroom) -> None:
    room.world.now = datetime.fromisoformat(DUE).replace(tzinfo=UTC)
    await room.replica().run()
    room.configure(
        EVERYBODY, HEAD.replace('["#globex"]', '["#globex", "#noc"]').replace("operators: [noc]", "operators: [oncall]")
    )
    await room.deliverer().run()
    noc = next(one for one in room.told if str(one.endpoint) == "slack:#noc")
    assert "cape" not in seen(noc)
    assert "troubles=None" in seen(noc), "it is no operators' channel any more"


async def test_what_was_missed_is_told_late_and_only_the_latest_of_it(room: Mailroom) -> None:
    assert len(await room.at("2026-12-09T10:00")) == 4
    assert len(room.told) == 4
    assert "Week of 30 Nov – 6 Dec" in seen(room.told[0])
    assert "This digest was due on Mon 7 Dec 08:00 SAST, when the bot was not running." in seen(room.told[0])
    assert await room.at("2026-12-09T10:01") == []


async def test_a_minute_late_is_not_late(room: Mailroom) -> None:
    await room.at("2026-11-23T06:10")
    assert "was due" not in seen(room.told[0])


# --- edits ----------------------------------------------------------------------------------------------------


async def test_a_report_that_is_written_now_says_nothing_of_the_past(room: Mailroom) -> None:
    room.configure(EVERYBODY.replace("]}]", "]}, {name: new, per: month, notify: [noc]}]"))
    assert await room.at("2026-11-21T12:00") == []
    assert await room.at("2026-12-01T06:00", None) != []
    assert {one.rule for one in room.told} == {"mondays", "new"}


async def test_moving_a_report_repeats_nothing_and_tells_nothing_that_was_due_before(room: Mailroom) -> None:
    await room.at(DUE)
    later = EVERYBODY.replace("per: week", 'per: week, time: "09:00"')
    room.configure(later)
    assert await room.at("2026-11-23T06:30") == []
    assert await room.at("2026-11-23T07:00") == [], "the week is told already"
    room.configure(later.replace("09:00", "09:30").replace("time:", "timezone: America/New_York, time:"))
    assert await room.at("2026-11-23T08:00") == []
    assert await room.at("2026-11-23T14:31") == [], "nor on another clock"
    assert len(await room.at("2026-11-30T14:31")) == 4


async def test_a_changed_list_of_receivers_counts_from_the_next_digest_on(room: Mailroom) -> None:
    room.configure(EVERYBODY.replace("[noc, acme, globex]", "[acme]"))
    assert whom(await room.at(DUE)) == ["slack:#acme"]
    room.configure(EVERYBODY)
    assert await room.at("2026-11-23T07:00") == []


async def test_a_report_that_was_away_and_comes_back_says_nothing_of_the_past(room: Mailroom) -> None:
    room.configure("")
    one = room.replica()
    assert await room.at("2026-11-20T10:00", one) == []
    assert await room.at("2026-11-20T11:01", one) == []
    room.configure(EVERYBODY)
    assert await room.at("2026-11-24T06:00", one) == []
    assert len(await room.at("2026-11-30T06:00", one)) == 4


async def test_replicas_that_are_renewed_one_after_another_lose_no_digest(room: Mailroom) -> None:
    """One of them still has rules without the report when it comes due."""
    older = room.replica()
    room.configure("")
    room.world.now = datetime(2026, 11, 23, 5, 50, tzinfo=UTC)
    await older.run()
    room.world.now += timedelta(seconds=PATIENCE - 1)
    await older.run()
    room.configure(EVERYBODY)
    assert len(await room.at("2026-11-23T06:50")) == 4


# --- once -----------------------------------------------------------------------------------------------------


async def test_two_replicas_that_look_at_once_tell_it_once(room: Mailroom) -> None:
    room.world.now = datetime.fromisoformat(DUE).replace(tzinfo=UTC)
    one, two = room.replica(), room.replica()
    taken = await asyncio.gather(one.run(), two.run())
    assert sorted(map(len, taken)) == [0, 1]
    await asyncio.gather(room.deliverer("one").run(), room.deliverer("two").run())
    assert len(room.told) == 4


async def test_a_bot_that_dies_before_the_commit_has_told_nothing_and_tells_it_later(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("bot.service.reports.send._enqueue", dies)
        with pytest.raises(RuntimeError):
            await room.at(DUE)
    assert await room.rows() == []
    assert len(await room.at("2026-11-23T06:01")) == 4


async def test_a_bot_that_dies_after_the_commit_tells_it_when_it_is_back(room: Mailroom) -> None:
    room.world.now = datetime.fromisoformat(DUE).replace(tzinfo=UTC)
    await room.replica().run()
    assert len(await room.at("2026-11-23T09:00")) == 4
    assert {row.standing for row in await room.rows()} == {Standing.DELIVERED}


async def test_an_attempt_of_which_nobody_knows_is_looked_for_before_it_is_made_again(room: Mailroom) -> None:
    room.refused["noc"] = TryAgain("no answer in time")
    await room.at(DUE)
    room.refused.clear()
    await room.at("2026-11-23T06:10")
    assert room.told[-1].attempted_before is not None
    assert room.told[-1].digest is not None


async def test_a_clock_that_is_set_back_repeats_nothing(room: Mailroom) -> None:
    await room.at(DUE)
    assert await room.at("2026-11-23T05:50") == []
    assert await room.at("2026-11-23T06:05") == []
    assert len(await room.at("2026-11-30T06:00")) == 4


async def test_a_clock_that_was_ahead_holds_nothing_up(room: Mailroom) -> None:
    assert len(await room.at("2030-01-01T06:00")) == 4
    assert await room.at("2026-11-21T06:00") == []
    assert len(await room.at(DUE)) == 4


# --- whoever cannot be reached ----------------------------------------------------------------------------------


async def test_the_fallback_hears_it_with_the_reason_and_only_what_both_may_see(room: Mailroom) -> None:
    room.refused = {"acme": Rejected("the channel is archived")}
    await room.at(DUE)
    oncall = next(one for one in room.told if one.receiver == "oncall")
    assert "Told here because acme cannot be reached: slack:#acme: the channel is archived" in seen(oncall)
    assert "george" not in seen(oncall)
    assert "cape-town" in seen(oncall)
    notices = [one for one in room.told if one.receiver == "noc" and one.digest is None]
    texts = [alert.note for one in notices for alert in one.alerts]
    assert any(
        "Digests of mondays cannot be delivered to acme (slack:#acme): the channel is archived" in one for one in texts
    )


async def test_a_fallback_that_may_see_nothing_of_it_is_told_nothing(room: Mailroom) -> None:
    """That of globex is acme's channel."""
    room.refused = {"globex": Rejected("nobody is there")}
    await room.at(DUE)
    assert [one.receiver for one in room.told if one.digest is not None] == ["noc", "acme"]


async def test_a_fallback_that_hears_it_for_itself_is_not_told_twice(room: Mailroom) -> None:
    room.configure(
        EVERYBODY.replace("[noc, acme, globex]", "[noc, finance], workspaces: [acme]"),
        HEAD.replace("finance: {email: finance@example.com}", "finance: {email: finance@example.com, fallback: noc}"),
    )
    room.refused = {"finance": Rejected("no such mailbox")}
    await room.at(DUE)
    assert [one.receiver for one in room.told if one.digest is not None] == ["noc"]


async def test_silences_do_not_concern_digests(room: Mailroom) -> None:
    async with room.history.writing() as tx:
        now = to_slot(room.world.now)
        await tx.silences.save(Silence(Match(), now, Slot(now + 30 * DAY), "Ana", "all of it"))
    assert len(await room.at(DUE)) == 4


async def test_a_place_that_two_receivers_share_is_told_once(room: Mailroom) -> None:
    head = HEAD.replace("finance: {email: finance@example.com}", 'finance: {slack: "#noc"}')
    head = head.replace("operators: [noc]", "operators: [noc, finance]")
    room.configure(EVERYBODY.replace("[noc, acme, globex]", "[noc, finance]"), head)
    assert whom(await room.at(DUE)) == ["slack:#noc"]


async def test_a_digest_that_cannot_be_made_is_tried_again_and_holds_up_nobody(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("bot.service.reports.tell.digest", fails)
        assert await room.at(DUE) == []
    assert {row.why for row in await room.rows()} == {"a mistake in the bot: ZeroDivisionError"}
    assert len(await room.at("2026-11-23T06:10")) == 4


async def test_no_alert_joins_the_message_of_a_digest_whatever_that_is_called(room: Mailroom) -> None:
    """It would be told to nobody: a digest's message says nothing else."""
    room.configure("reports: [{name: 'usagebot:rules', per: week, notify: [noc]}]\n")
    await room.at("2026-11-20T10:00")
    assert whom(await room.at(DUE)) == ["slack:#noc"]
    await Notices(room.history, room.fleet).tell("", "rules", "the rules are broken", to_slot(room.world.now))
    (said,) = await room.at("2026-11-23T06:05")
    assert "the rules are broken" in said


async def test_a_fleet_without_sites_is_told_so(room: Mailroom) -> None:
    room.world.fleet = replace(room.world.fleet, sites=())
    assert set(await room.at(DUE)) == {f"{end}: Week of 16 – 22 Nov: no sites are known" for end in ALL}
