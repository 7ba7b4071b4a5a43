"""What is told: groups, outbox rows and their leases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.times import Slot
from bot.service.ports import Group, History, OutboxRow, Standing
from tests.history.given import group, news, quota_alert, threshold_alert, transition

IN_MEMORY_TOO = True

LEASE = timedelta(seconds=60)


async def saved_group(history: History) -> Group:
    async with history.writing() as t:
        alert, *_ = await t.alerts.save([quota_alert()])
        return await t.outbox.save_group(group(alert.id))


async def save(history: History, *rows: OutboxRow) -> list[OutboxRow]:
    async with history.writing() as t:
        return [await t.outbox.save(row) for row in rows]


async def claim(history: History, owner: str, now: int, limit: int = 10) -> Sequence[OutboxRow]:
    async with history.writing() as t:
        return await t.outbox.claim(owner, Slot(now), LEASE, limit)


async def settle(history: History, row: OutboxRow, owner: str) -> bool:
    async with history.writing() as t:
        return await t.outbox.settle(row, owner)


def delivered(row: OutboxRow) -> OutboxRow:
    return replace(row, standing=Standing.DELIVERED, leased_by=None, leased_until=None, settled_at=Slot(999))


async def test_a_group_comes_back_as_it_was_saved_members_included(history: History) -> None:
    async with history.writing() as t:
        alerts = await t.alerts.save([quota_alert(1), quota_alert(2), threshold_alert(3)])
        saved = await t.outbox.save_group(group(alerts[0].id, alerts[1].id))
        changed = replace(saved, alerts=frozenset([alerts[2].id]), ref='{"ts": "1"}', posted_at=Slot(5))
        assert await t.outbox.get_group(saved.id) == saved
        await t.outbox.save_group(changed)
    async with history.reading() as t:
        assert await t.outbox.get_group(saved.id) == changed
        assert await t.outbox.get_group(saved.id + 1) is None
        assert await t.outbox.groups_with([alerts[0].id]) == []
        assert await t.outbox.groups_with([one.id for one in alerts]) == [changed]


async def test_groups_are_found_by_name_and_opening(history: History) -> None:
    async with history.writing() as t:
        old, _, new = [await t.outbox.save_group(group(name=name, opened_at=at)) for name, at in NAMED]
        assert await t.outbox.groups_named("lte", Slot(10)) == [old, new]
        assert await t.outbox.groups_named("lte", Slot(11)) == [new]


async def test_when_people_were_last_told_is_known_of_each_rule_and_workspace(history: History) -> None:
    async with history.writing() as t:
        lte, other, quiet = await t.alerts.save([quota_alert(1), threshold_alert(2), quota_alert(3)])
        elsewhere = replace(quota_alert(4), key=replace(lte.key, workspace="globex", site=4))
        (elsewhere,) = await t.alerts.save([elsewhere])
        assert await t.outbox.last_told() == {}
        for told_at, alert in ((10, lte), (30, lte), (20, lte), (40, other), (50, elsewhere)):
            await t.outbox.save_group(replace(group(alert.id), told_at=Slot(told_at)))
        await t.outbox.save_group(group(quiet.id))
    async with history.reading() as t:
        assert await t.outbox.last_told() == {
            ("lte", "default"): 30,
            (other.key.rule, "default"): 40,
            ("lte", "globex"): 50,
        }


NAMED = (("lte", 10), ("other", 11), ("lte", 12))


async def test_a_row_says_which_alerts_it_begins_with_and_that_it_was_withheld(history: History) -> None:
    of = (await saved_group(history)).id
    (row,) = await save(history, replace(news(of, 1), begins=(7, 9)))
    async with history.writing() as t:
        assert await t.outbox.waiting(of) == row
        assert (await t.outbox.rows_of(of))[0].begins == (7, 9)
        await t.outbox.save(replace(row, standing=Standing.WITHHELD))
        assert await t.outbox.waiting(of) is None
    assert await claim(history, "a", 999) == []


async def test_news_may_be_added_until_the_first_attempt(history: History) -> None:
    of = (await saved_group(history)).id
    row, later = await save(history, news(of, 1), news(of, 2))
    async with history.writing() as t:
        assert await t.outbox.waiting(of) == later
        assert await t.outbox.save(replace(later, transitions=(2, 3))) == replace(later, transitions=(2, 3))
        await t.outbox.save(replace(later, standing=Standing.REJECTED))
        assert await t.outbox.waiting(of) == row
    await claim(history, "a", 0)
    async with history.reading() as t:
        assert await t.outbox.waiting(of) is None


async def test_a_claim_counts_the_attempt_and_tells_of_the_one_before(history: History) -> None:
    (row,) = await save(history, news((await saved_group(history)).id, 1, 2))
    (first,) = await claim(history, "a", 100)
    assert first == replace(row, attempts=1, leased_by="a", leased_until=Slot(160))
    (second,) = await claim(history, "b", 160)
    assert second == replace(row, attempts=2, leased_by="b", leased_until=Slot(220), attempted_at=Slot(100))


async def test_a_live_lease_and_a_due_time_are_respected(history: History) -> None:
    await save(history, news((await saved_group(history)).id, 1, due_at=50))
    assert await claim(history, "a", 49) == []
    assert len(await claim(history, "a", 50)) == 1
    assert await claim(history, "b", 109) == []
    assert await claim(history, "a", 109) == []


async def test_a_later_row_never_overtakes_an_earlier_one_of_its_group(history: History) -> None:
    of = (await saved_group(history)).id
    first, second = await save(history, news(of, 1, due_at=500), news(of, 2, due_at=0))
    assert await claim(history, "a", 100) == []
    (claimed,) = await claim(history, "a", 500)
    assert claimed.id == first.id
    assert await settle(history, delivered(claimed), "a")
    assert [row.id for row in await claim(history, "a", 501)] == [second.id]


async def test_other_groups_do_not_wait_for_a_slow_one_and_the_limit_holds(history: History) -> None:
    groups = [await saved_group(history) for _ in range(5)]
    rows = await save(history, *(news(one.id, 1, due_at=10 - index) for index, one in enumerate(groups)))
    first = await claim(history, "a", 10, limit=2)
    assert [row.id for row in first] == [rows[4].id, rows[3].id]
    assert len(await claim(history, "b", 10)) == 3


async def test_news_do_not_queue_behind_all_that_could_not_be_told_for_long(history: History) -> None:
    groups = [await saved_group(history) for _ in range(4)]
    *stuck, fresh = (news(one.id, 1, due_at=10 + index) for index, one in enumerate(groups))
    await save(history, *(replace(row, attempts=30, attempted_at=Slot(5)) for row in stuck))
    (saved,) = await save(history, fresh)
    first, _ = await claim(history, "a", 100, limit=2)
    assert first.id == saved.id
    assert len(await claim(history, "b", 100)) == 2


async def test_only_the_holder_of_the_lease_settles_a_row(history: History) -> None:
    await save(history, news((await saved_group(history)).id, 1))
    (slow,) = await claim(history, "a", 0)
    (fast,) = await claim(history, "b", 60)
    assert not await settle(history, delivered(slow), "a")
    assert await settle(history, delivered(fast), "b")
    assert not await settle(history, delivered(fast), "b")
    async with history.reading() as t:
        assert await t.outbox.backlog() == (0, None)


async def test_an_attempt_that_outlived_its_lease_settles_nothing_even_in_its_own_process(history: History) -> None:
    await save(history, news((await saved_group(history)).id, 1))
    (slow,) = await claim(history, "a", 0)
    (again,) = await claim(history, "a", 60)
    assert not await settle(history, delivered(slow), "a")
    assert await settle(history, delivered(again), "a")


async def test_where_a_message_was_posted_is_kept_and_when_first(history: History) -> None:
    of = await saved_group(history)
    async with history.writing() as t:
        await t.outbox.posted(of.id, "one", Slot(5))
        await t.outbox.posted(of.id, None, Slot(6))
        assert await t.outbox.get_group(of.id) == replace(of, ref="one", posted_at=Slot(5))
        await t.outbox.posted(of.id, "two", Slot(7))
        assert await t.outbox.get_group(of.id) == replace(of, ref="two", posted_at=Slot(5))


async def test_the_backlog_is_what_waits_and_since_when(history: History) -> None:
    of = (await saved_group(history)).id
    rows = await save(history, *(news(of, 1, created_at=at) for at in (30, 20, 10)))
    await save(history, replace(rows[2], standing=Standing.DELIVERED))
    async with history.reading() as t:
        assert await t.outbox.backlog() == (2, 20)


async def test_the_outbox_shows_transitions_with_their_alerts_as_they_are_now(history: History) -> None:
    async with history.writing() as t:
        (alert,) = await t.alerts.save([quota_alert()])
        moves = await t.alerts.record([transition(alert), transition(alert), transition(alert)])
        (worse,) = await t.alerts.save([replace(alert, value=999)])
    async with history.reading() as t:
        shown = await t.outbox.transitions([moves[2].id, moves[0].id])
        assert shown == [replace(moves[0], alert=worse), replace(moves[2], alert=worse)]
        assert await t.outbox.alerts([alert.id]) == [worse]


async def test_a_clock_that_is_set_back_holds_nothing_up(history: History) -> None:
    """What it wrote while it was ahead, due times and leases, is not waited for."""
    of = (await saved_group(history)).id
    ahead = 100_000
    await save(history, news(of, 1, created_at=ahead, due_at=ahead + 300))
    (first,) = await claim(history, "a", ahead - 3600)
    assert await claim(history, "b", ahead - 3600 + 59) == []
    assert await settle(history, replace(first, due_at=Slot(ahead), leased_by=None, leased_until=None), "a")
    (again,) = await claim(history, "a", ahead)
    assert await claim(history, "b", ahead - 200) == [], "the clock of another replica may be as much behind"
    (taken,) = await claim(history, "b", ahead - 3600)
    assert (again.id, taken.id, taken.attempts) == (first.id, first.id, 3)


async def test_a_wait_that_was_asked_for_is_kept_however_long_ago_the_news_was_made(history: History) -> None:
    of = (await saved_group(history)).id
    await save(history, news(of, 1, created_at=100_000, due_at=100_000))
    (row,) = await claim(history, "a", 50_000)
    waits = replace(row, attempted_at=Slot(50_000), due_at=Slot(51_000), leased_by=None, leased_until=None)
    assert await settle(history, waits, "a")
    assert await claim(history, "a", 50_500) == []
    assert len(await claim(history, "a", 51_000)) == 1


async def test_waiting_rows_are_found_by_id_and_standing(history: History) -> None:
    own = await saved_group(history)
    first, second = await save(history, news(own.id), news(own.id, created_at=5))
    async with history.reading() as t:
        assert await t.outbox.some([second.id, first.id, 999]) == [first, second]
        assert await t.outbox.standing({Standing.WAITING, Standing.REJECTED}, Slot(0), None) == [first, second]
        assert await t.outbox.standing({Standing.WAITING}, Slot(0), 1) == [second]
        assert await t.outbox.standing({Standing.REJECTED}, Slot(0), None) == []


async def test_what_was_discarded_holds_up_nothing_behind_it_and_its_attempt_writes_nothing(history: History) -> None:
    own = await saved_group(history)
    first, second = await save(history, news(own.id), news(own.id))
    (claimed,) = await claim(history, "a", 0)
    await save(history, replace(first, standing=Standing.DISCARDED, attempts=1, leased_by=None, settled_at=Slot(70)))
    assert [row.id for row in await claim(history, "b", 70)] == [second.id]
    assert not await settle(history, delivered(claimed), "a")
