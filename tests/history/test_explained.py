"""What explanations rest on: what an alert was at each transition, its past, its messages, its pulls."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bot.alerts.model import Change, State
from bot.alerts.seen import as_seen
from bot.domain.times import Slot
from bot.history.store import SqlHistory
from bot.rules.model import Severity
from tests.history.given import START, group, news, pull, quota_alert, threshold_alert, transition


async def test_a_transition_keeps_what_its_alert_was_whatever_becomes_of_it(history: SqlHistory) -> None:
    async with history.writing() as t:
        [then] = await t.alerts.save([quota_alert(detail={"shares": [1, 2]})])
        await t.alerts.record([transition(then)])
        later = replace(
            then, state=State.RESOLVED, severity=Severity.CRITICAL, limit=1, value=2, rule_version="new", steps={}
        )
        await t.alerts.save([later])
    async with history.reading() as t:
        [move] = await t.alerts.transitions(then.id)
    assert move.alert == later
    seen = as_seen(move)
    assert seen is not None
    assert replace(seen, reason=then.reason) == then


async def test_a_transition_of_an_older_version_has_no_past(history: SqlHistory) -> None:
    async with history.writing() as t:
        [alert] = await t.alerts.save([threshold_alert()])
        await t.alerts.record([transition(alert)])
        await t.alerts._connection.exec_driver_sql("UPDATE transitions SET seen = NULL")
        [move] = await t.alerts.transitions(alert.id)
    assert as_seen(move) is None


async def test_a_step_of_a_fraction_is_kept_exactly(history: SqlHistory) -> None:
    half = Fraction(25, 2)
    async with history.writing() as t:
        [alert] = await t.alerts.save([quota_alert(step=half, steps={half: Slot(START)})])
        await t.alerts.record([replace(transition(alert, Change.WORSENED), step=half)])
        [move] = await t.alerts.transitions(alert.id)
    seen = as_seen(move)
    assert seen is not None
    assert (seen.step, seen.steps) == (half, {half: START})


async def test_the_past_alerts_of_a_rule_and_a_site_are_the_newest_first(history: SqlHistory) -> None:
    async with history.writing() as t:
        saved = await t.alerts.save([quota_alert(1), quota_alert(2), quota_alert(1, state=State.RESOLVED)])
        first, other, last = saved
        rule = first.key.rule
        assert await t.alerts.past(rule, 1, 9) == [last, first]
        assert await t.alerts.past(rule, 1, 1) == [last]
        assert await t.alerts.past("another", 2, 9) == []
        pool = replace(other, key=replace(other.key, site=None), id=0)
        [stored] = await t.alerts.save([pool])
        assert await t.alerts.past(rule, None, 9) == [stored]


async def test_watches_are_what_was_asked_about(history: SqlHistory) -> None:
    async with history.writing() as t:
        await t.alerts.watched_since(["a", "b"], Slot(5))
        await t.alerts.watched_since(["b", "c"], Slot(7))
        assert await t.alerts.watches() == {"a": 5, "b": 5, "c": 7}


async def test_every_notification_of_a_group_is_found(history: SqlHistory) -> None:
    async with history.writing() as t:
        [alert] = await t.alerts.save([quota_alert()])
        moves = await t.alerts.record([transition(alert), transition(alert, Change.WORSENED)])
        one, other = await t.outbox.save_group(group(alert.id)), await t.outbox.save_group(group(alert.id))
        rows = [await t.outbox.save(news(one.id, move.id)) for move in moves]
        await t.outbox.save(news(other.id, moves[0].id))
        assert await t.outbox.rows_of(one.id) == rows


async def test_the_pulls_of_a_site_come_in_the_order_in_which_they_were_asked(history: SqlHistory) -> None:
    pulls = [pull("unavailable", 30), pull("answered", 10), pull("answered", 20), pull("answered", 40)]
    pulls[3] = replace(pulls[3], site=99)
    async with history.writing() as t:
        await t.pulls.add(pulls)
        assert await t.pulls.of(pulls[0].site, Slot(20)) == [pulls[2], pulls[0]]
