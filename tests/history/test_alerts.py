"""The durable state of alerts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.alerts.model import BOT_RULE, AlertKey, Change, Kind, Reason, State
from bot.domain.times import DAY, Slot, Window
from bot.service.ports import History
from tests.history.given import START, quota_alert, threshold_alert, transition

IN_MEMORY_TOO = True

RESOLVED: dict[str, Any] = {"state": State.RESOLVED, "resolved_at": Slot(START + DAY)}


async def test_an_alert_comes_back_exactly_as_it_was_saved(history: History) -> None:
    own = replace(threshold_alert(None), key=AlertKey("default", BOT_RULE, Kind.SELF, None), note="no token")
    async with history.writing() as t:
        saved = await t.alerts.save([quota_alert(), own])
    assert [one.id for one in saved] == sorted({one.id for one in saved})
    async with history.reading() as t:
        assert [await t.alerts.get(one.id) for one in saved] == saved
        assert await t.alerts.open() == saved
        assert await t.alerts.get(saved[-1].id + 1) is None


async def test_saving_keeps_the_order_of_new_and_known_alerts(history: History) -> None:
    async with history.writing() as t:
        old, *_ = await t.alerts.save([quota_alert()])
        new, same, other = await t.alerts.save([threshold_alert(5), replace(old, value=413), threshold_alert(6)])
        assert (new.key.site, same, other.key.site) == (5, replace(old, value=413), 6)
        assert await t.alerts.open() == [same, new, other]


async def test_many_alerts_saved_at_once_keep_their_order(history: History) -> None:
    async with history.writing() as t:
        saved = await t.alerts.save([quota_alert(site) for site in range(2500)])
        assert await t.alerts.open() == saved
        assert [one.key.site for one in saved] == list(range(2500))


async def test_resolved_alerts_are_not_open(history: History) -> None:
    async with history.writing() as t:
        _, pending = await t.alerts.save([quota_alert(**RESOLVED), threshold_alert()])
        assert await t.alerts.open() == [pending]


async def test_quota_alerts_overlap_while_their_period_lasts_open_or_not(history: History) -> None:
    async with history.writing() as t:
        firing, resolved, _ = await t.alerts.save([quota_alert(1), quota_alert(2, **RESOLVED), quota_alert(3)])
        await t.alerts.save([threshold_alert(1)])
        last = Slot(START + 30 * DAY - 1)
        assert await t.alerts.overlapping(Kind.QUOTA, [1, 2], last) == [firing, resolved]
        assert await t.alerts.overlapping(Kind.QUOTA, [1, 2], Slot(last + 1)) == []


async def test_a_pools_alert_is_found_among_those_of_no_site(history: History) -> None:
    own = quota_alert(1)
    async with history.writing() as t:
        site, pool = await t.alerts.save([own, replace(own, key=replace(own.key, site=None))])
        assert await t.alerts.overlapping(Kind.QUOTA, [None], START) == [pool]
        assert await t.alerts.overlapping(Kind.QUOTA, [1, None], START) == [site, pool]
        assert await t.alerts.overlapping(Kind.QUOTA, [1], START) == [site]


async def test_alerts_without_a_period_overlap_while_open_or_lately_resolved(history: History) -> None:
    async with history.writing() as t:
        open_one, resolved = await t.alerts.save([threshold_alert(1), threshold_alert(2, **RESOLVED)])
        before, at = Slot(START + DAY - 1), Slot(START + DAY)
        assert await t.alerts.overlapping(Kind.THRESHOLD, [1, 2], before) == [open_one, resolved]
        assert await t.alerts.overlapping(Kind.THRESHOLD, [1, 2], at) == [open_one]
        assert await t.alerts.overlapping(Kind.THRESHOLD, [], before) == []


async def test_transitions_are_kept_in_the_order_recorded(history: History) -> None:
    async with history.writing() as t:
        one, two = await t.alerts.save([quota_alert(1), quota_alert(2)])
        moves = await t.alerts.record([transition(one), transition(two), transition(one, Change.WORSENED)])
        assert await t.alerts.record([]) == []
    async with history.reading() as t:
        assert await t.alerts.transitions(one.id) == [moves[0], moves[2]]
        assert await t.alerts.transitions(two.id) == [moves[1]]


async def test_what_is_open_is_found_by_its_sites(history: History) -> None:
    pool = replace(quota_alert(), key=replace(quota_alert().key, site=None))
    async with history.writing() as t:
        one, two, _, pooled = await t.alerts.save([quota_alert(1), threshold_alert(1), quota_alert(2), pool])
        await t.alerts.save([quota_alert(1, **RESOLVED)])
        assert await t.alerts.open_at([1]) == [one, two]
        assert await t.alerts.open_at([None, 1]) == [one, two, pooled]
        assert await t.alerts.open_at([]) == []
        await t.alerts.save([replace(one, **RESOLVED)])
        assert await t.alerts.open_at([1]) == [two]


async def test_alerts_that_flap_are_found_open_or_not(history: History) -> None:
    async with history.writing() as t:
        over, firing = await t.alerts.save([threshold_alert(1, flapping=7, **RESOLVED), threshold_alert(1, flapping=7)])
        await t.alerts.save([threshold_alert(2)])
        assert await t.alerts.flapping() == [over, firing]
        await t.alerts.save([replace(over, flapping=0)])
        assert await t.alerts.flapping() == [firing]


async def test_changes_are_beginnings_and_ends_that_people_are_told_of_in_any_episode(history: History) -> None:
    async with history.writing() as t:
        alerts = await t.alerts.save([threshold_alert(1, **RESOLVED), threshold_alert(1), threshold_alert(2)])
        first, second, other = (transition(alert) for alert in alerts)
        moves = [
            first,
            replace(first, change=Change.RESOLVED, reason=Reason.BACK_TO_NORMAL, known_at=Slot(first.known_at + 5)),
            replace(second, known_at=Slot(first.known_at + 9)),
            replace(second, change=Change.WORSENED),
            replace(second, change=Change.RESOLVED, reason=Reason.PENDING_CLEARED),
            other,
        ]
        ids = [move.id for move in await t.alerts.record(moves)]
        subject, at = first.alert.key, first.known_at
        found = await t.alerts.changes({subject}, Slot(at - 1))
        assert found == {subject: [(ids[0], at), (ids[1], at + 5), (ids[2], at + 9)]}
        assert await t.alerts.changes({subject}, at) == {subject: [(ids[1], at + 5), (ids[2], at + 9)]}
        assert await t.alerts.changes({subject, other.alert.key}, Slot(at + 9)) == {}


async def test_what_people_first_heard_of_in_a_month_is_found_and_what_fired_unheard(history: History) -> None:
    window = Window(START, Slot(START + DAY))
    fired = {"fired_at": START}
    heard = threshold_alert(1, **fired, told_at=START)
    unheard, late = threshold_alert(2, **fired), threshold_alert(3, **fired, told_at=window.end)
    never, before = threshold_alert(4), threshold_alert(5, fired_at=Slot(START - 1))
    async with history.writing() as t:
        await t.alerts.save([heard, unheard, late, never, before, quota_alert(6, **fired)])
    async with history.reading() as t:
        assert [alert.key.site for alert in await t.alerts.noticed(Kind.THRESHOLD, window)] == [1, 2]
