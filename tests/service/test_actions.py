"""What people have done: what comes of an order, and what is said to it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.endings import GetsWorse
from bot.alerts.model import Kind, State
from bot.alerts.silences import LONGEST, InForce, Silence
from bot.domain.times import DAY, HOUR, Slot, to_instant, to_slot
from bot.rules.model import Severity
from bot.rules.selectors import Selector
from bot.rules.telling import Match
from bot.service.actions.replies import (
    Acknowledged,
    Done,
    NoSuchAlert,
    NoSuchName,
    NoSuchSilence,
    Refusal,
    Refused,
    Silenced,
    Undone,
    Unsilenced,
)
from bot.service.actions.terms import end_of
from bot.service.answers import Answer, render, to_json
from bot.service.attend import silence
from bot.service.audit import Actor
from bot.service.commands import Request
from bot.service.fleet import NotFound, Scope
from bot.service.orders import LocalTime, Matching, Order, SetSilence, Term
from bot.service.ports import AuditEntry
from bot.service.present import alert_view
from bot.service.queries.replies import NoScope
from bot.service.words import parse_command
from tests.slack.world import ACME, ALL, ANA, END, JOHANNESBURG, NOW, World, configuration, monthly, only

BEN = Actor("Ben", "terminal")
AT = to_slot(NOW)


async def order(world: World, text: str, scope: Scope = ALL, by: Actor = ANA) -> Done | Undone:
    request = parse_command(text)
    assert isinstance(request, Request), request
    assert isinstance(request.command, Order)
    return await world.actions.act(request.command, scope, by)


async def said(world: World, text: str, scope: Scope = ALL, by: Actor = ANA) -> Answer:
    return render(await order(world, text, scope, by), JOHANNESBURG, "/usage")


async def asked(world: World, text: str, scope: Scope = ALL) -> Answer:
    request = parse_command(text)
    assert isinstance(request, Request)
    return render(await world.reply(request.command, scope), JOHANNESBURG, "/usage")


def words(answer: Answer) -> str:
    cells = [cell for table in answer.tables for row in table.rows for cell in row]
    return "\n".join([answer.title, *(f"{a}: {b}" for a, b in answer.facts), *cells, *answer.notes])


async def audited(world: World) -> list[AuditEntry]:
    async with world.history.reading() as tx:
        return list(reversed(await tx.audit.since(Slot(0), 100)))


async def silences(world: World) -> list[Silence]:
    async with world.history.reading() as tx:
        return list(await tx.silences.ending_after(Slot(0)))


# --- ack --------------------------------------------------------------------------------------------------


async def test_an_alert_is_taken_by_whoever_says_so(world: World) -> None:
    await world.alert(1)
    reply = await order(world, "ack A1 the carrier is on it")
    assert isinstance(reply, Acknowledged)
    (taken,) = reply.taken
    assert (taken.view.acknowledged_by, taken.view.acknowledged_until) == ("Ana", None)
    (entry,) = await audited(world)
    assert (entry.actor, entry.action, entry.subject, entry.workspace) == ("Ana (U0ANA)", "acknowledged", "A1", "acme")
    assert entry.detail["reason"] == "the carrier is on it"
    assert world.acts == 1


async def test_until_when_is_the_clock_of_the_site(world: World) -> None:
    world.fleet = replace(
        world.fleet, sites=(replace(world.fleet.sites[0], timezone=ZoneInfo("Asia/Tokyo")), *world.fleet.sites[1:])
    )
    await world.alert(1)
    assert dict((await said(world, "ack A1 until 08:00")).facts)["Until"].startswith("Fri 27 Nov 08:00 JST")


async def test_what_is_taken_already_stays_with_whoever_has_it(world: World) -> None:
    await world.alert(1)
    await order(world, "ack A1", by=BEN)
    answer = await said(world, "ack A1")
    assert answer.title == "A1 (cape-town) has been acknowledged already, by Ben, Thu 26 Nov 14:05 SAST"
    assert (world.acts, len(await audited(world))) == (1, 1)


async def test_what_is_over_or_does_not_fire_yet_is_said_to_be(world: World) -> None:
    await world.alert(1, state=State.RESOLVED, resolved_at=END)
    await world.alert(2, state=State.PENDING)
    assert (await said(world, "ack A1")).title == "A1 (cape-town) is over since Thu 26 Nov 14:00 SAST"
    assert "does not fire yet" in (await said(world, "ack A2")).title
    assert world.acts == 0


async def test_several_are_taken_at_once_and_the_rest_is_told(world: World) -> None:
    for key in (1, 2):
        await world.alert(key)
    await order(world, "ack A2", by=BEN)
    reply = await order(world, "ack A1 A2 A9")
    assert isinstance(reply, Acknowledged)
    assert ([one.view.id for one in reply.taken], reply.unknown, reply.is_complete) == (["A1"], ("A9",), False)
    told = words(render(reply, JOHANNESBURG, "/usage"))
    assert "There is no alert A9 here." in told
    assert "by Ben" in told


async def test_an_id_that_does_not_exist_is_answered_with_those_that_do(world: World) -> None:
    for key in (1, 2, 3):
        await world.alert(key)
    reply = await order(world, "ack A99")
    assert isinstance(reply, NoSuchAlert)
    assert [one.view.id for one in reply.open] == ["A3", "A2", "A1"]


async def test_a_time_that_is_past_takes_nothing(world: World) -> None:
    await world.alert(1)
    assert await order(world, "ack A1 until today 09:00") == Refusal(Refused.TIME_PASSED)
    assert await audited(world) == []


# --- silence ----------------------------------------------------------------------------------------------


async def test_a_silence_of_an_alert_is_about_its_rule_and_kind_at_its_site(world: World) -> None:
    await world.alert(1)
    reply = await order(world, "silence A1 4h software update")
    assert isinstance(reply, Silenced)
    (kept,) = await silences(world)
    id_ = world.fleet.sites[0].id
    assert kept.match == Match(("lte",), ("quota",), sites=Selector(ids=(id_,), workspaces=("acme",)))
    assert (kept.starts_at, kept.ends_at, kept.author, kept.reason) == (AT, AT + 4 * HOUR, "Ana", "software update")
    assert [one.alert.view.id for one in reply.firing] == ["A1"]
    assert [entry.action for entry in await audited(world)] == ["silenced"]


async def test_the_answer_says_what_is_quiet_where_and_until_when(world: World) -> None:
    await world.alert(1)
    answer = await said(world, 'silence cape-town until tomorrow 08:00 "new fibre"')
    assert answer.title == "S1: quiet until Fri 27 Nov 08:00 SAST"
    facts = dict(answer.facts)
    assert (facts["Keeps quiet"], facts["Sites"]) == ("site=cape-town", "cape-town")
    assert (facts["By"], facts["Reason"]) == ("Ana, just now", "new fibre")
    assert answer.tables[0].rows[0][0] == "A1"
    assert answer.notes[-1] == "To end it: /usage unsilence S1."


async def test_sites_are_counted_and_the_first_are_named(world: World) -> None:
    counted = {
        "cape-*": 2,
        "site=cape-town,durban": 3,
        "rule=lte": 5,
        "workspace=globex": 2,
        "durban workspace=acme": 1,
    }
    for text, sites in counted.items():
        reply = await order(world, f"silence {text} 1h")
        assert isinstance(reply, Silenced), text
        assert (reply.sites, len(reply.some)) == (sites, sites), text


async def test_a_rule_that_watches_other_sites_leaves_nothing_to_be_quiet(world: World) -> None:
    world.configure(configuration(only(monthly("here"), "cape-*"), only(monthly("there"), "durban")))
    assert await order(world, "silence cape-town rule=there 1h") == Refusal(Refused.NO_SITE)
    assert await silences(world) == []


async def test_sites_with_tags_are_meant_by_them(world: World) -> None:
    first = replace(world.fleet.sites[0], tags={"plan": "lte-500"})
    world.fleet = replace(world.fleet, sites=(first, *world.fleet.sites[1:]))
    reply = await order(world, "silence tag.plan=lte-* 1h")
    assert isinstance(reply, Silenced)
    assert reply.some == ("cape-town",)
    assert isinstance(await order(world, "silence tag.plam=lte-* 1h"), NoSuchName)
    assert (await said(world, "silence tag.plan=lte-50 1h")).notes == ("Did you mean plan=lte-500?",)


UNKNOWN = (
    ("cape-twon", "There is no site cape-twon here.", "Did you mean cape-town or cape-point?"),
    ("durban", "Which site is meant by durban?", "It may be acme/durban or globex/durban."),
    ("cape", "There is no site cape here.", "Did you mean cape-town or cape-point?"),
    ("site=cap-*", "There is no site cap-* here.", ""),
    ("rule=ltw", "There is no rule ltw here.", "Did you mean lte?"),
    ("workspace=globx", "There is no workspace globx here.", "Did you mean globex?"),
    ("A7", "There is no alert A7 here.", ""),
)


async def test_what_nothing_is_called_sets_no_silence(world: World) -> None:
    world.configure(configuration(monthly("lte"), monthly("mpls")))
    for text, title, note in UNKNOWN:
        answer = await said(world, f"silence {text} 4h")
        assert (answer.title, "".join(answer.notes)) == (title, note)
    assert (await silences(world), world.acts) == ([], 0)


async def test_the_same_order_twice_is_one_silence(world: World) -> None:
    await order(world, "silence cape-town 4h works")
    world.now += timedelta(seconds=50)
    answer = await said(world, "silence cape-town 4h works")
    assert answer.title.startswith("S1 is in force already")
    assert (len(await silences(world)), len(await audited(world)), world.acts) == (1, 1, 1)
    await order(world, "silence cape-town 4h works", by=BEN)
    await order(world, "silence cape-town 8h works")
    assert len(await silences(world)) == 3


async def test_without_a_time_a_condition_ends_it_or_thirty_five_days(world: World) -> None:
    await world.alert(1)
    answer = await said(world, "silence A1 until-worse")
    assert answer.title == "S1: quiet until it gets worse, at the latest Thu 31 Dec 14:05 SAST"
    (kept,) = await silences(world)
    assert kept.ends_at == AT + LONGEST
    assert isinstance(kept.ending, GetsWorse)
    assert (await said(world, "silence A1 2d until-forecast 95%")).title == (
        "S2: quiet until 95 % of the quota is expected to be used, at the latest Sat 28 Nov 14:05 SAST"
    )


async def test_a_silence_until_the_period_resets_says_when_that_is_for_each_alert(world: World) -> None:
    await world.alert(1)
    answer = await said(world, "silence A1 until-reset")
    assert answer.tables[0].rows[0][-1] == "Tue 1 Dec 00:00 SAST"


async def test_what_cannot_get_worse_is_refused_in_words(world: World) -> None:
    answer = await said(world, "silence cape-town until-worse")
    assert answer.title.startswith("Not set: nothing that matches fires")
    assert await silences(world) == []


@pytest.mark.parametrize(
    ("text", "why"), [("until today 09:00", Refused.TIME_PASSED), ("until 2028-12-01", Refused.TOO_LONG)]
)
async def test_a_time_that_makes_no_sense_sets_no_silence(world: World, text: str, why: Refused) -> None:
    assert await order(world, f"silence cape-town {text}") == Refusal(why)
    assert await silences(world) == []


async def test_an_alert_that_is_over_is_said_to_be_when_it_is_silenced(world: World) -> None:
    await world.alert(1, state=State.RESOLVED, resolved_at=END)
    answer = await said(world, "silence A1 4h")
    assert answer.notes[0] == "A1 is over since Thu 26 Nov 14:00 SAST; what comes like it is quiet."


async def test_an_alert_whose_site_is_gone_cannot_be_told_by_its_site(world: World) -> None:
    await world.alert(1)
    world.fleet = replace(world.fleet, sites=world.fleet.sites[1:])
    assert await order(world, "silence A1 4h") == Refusal(Refused.SITE_GONE, "A1")


async def test_of_a_message_elsewhere_whose_sites_are_gone_nothing_wider_is_silenced(world: World) -> None:
    """Whoever sees a workspace for the sake of one message alone silences its sites, and never all of the rule's."""
    alerts = [await world.alert(key) for key in (1, 2)]
    group = await world.told(*alerts)
    world.fleet = replace(world.fleet, sites=world.fleet.sites[2:])
    order = SetSilence(Matching(group=group.id), Term(timedelta(hours=4)))
    reply = await world.actions.act(order, frozenset({"globex"}), ANA, on=bool)
    assert reply == Refusal(Refused.SITE_GONE, "A1")
    assert await silences(world) == []


async def test_an_alert_about_the_bot_is_silenced_by_its_rule(world: World) -> None:
    await world.alert(None)
    assert isinstance(await order(world, "silence A1 4h"), Silenced)
    assert isinstance(await order(world, "silence rule=usagebot:* 4h"), Silenced)
    assert [kept.match.rules for kept in await silences(world)] == [("usagebot:token",), ("usagebot:*",)]
    assert isinstance(await order(world, "silence rule=usagebot:* 4h", ACME), NoSuchName)


# --- moved and ended --------------------------------------------------------------------------------------


async def test_a_silence_ends_later_or_sooner_where_that_is_said(world: World) -> None:
    await world.alert(1)
    await order(world, "silence A1 4h")
    answer = await said(world, "silence S1 2d", by=BEN)
    assert answer.title == "S1: quiet until Sat 28 Nov 14:05 SAST, in place of Thu 26 Nov 18:05 SAST"
    (kept,) = await silences(world)
    assert (kept.ends_at, kept.author) == (AT + 2 * DAY, "Ana")
    await order(world, "silence S1 2d")
    assert [entry.action for entry in await audited(world)] == ["silenced", "extended"]
    assert world.acts == 2


async def test_a_silence_that_is_ended_is_over_and_what_fires_is_named(world: World) -> None:
    await world.alert(1)
    await order(world, "silence A1 4h")
    reply = await order(world, "unsilence S1", by=BEN)
    assert isinstance(reply, Unsilenced)
    assert [one.view.id for one in reply.firing] == ["A1"]
    assert (await silences(world))[0].ends_at == AT
    assert [(entry.actor, entry.action) for entry in await audited(world)][1] == ("Ben", "unsilenced")
    world.now += timedelta(minutes=1)
    assert (await said(world, "unsilence S1")).title == "S1 has been over since Thu 26 Nov 14:05 SAST"
    assert await order(world, "silence S1 2d") == Refusal(Refused.IS_OVER, "S1")
    assert world.acts == 2


async def test_a_silence_that_does_not_exist_is_answered_with_those_that_do(world: World) -> None:
    assert (await said(world, "unsilence S9")).notes == ("No silence is in force.",)
    await order(world, "silence cape-town 4h")
    assert (await said(world, "unsilence S9")).notes == ("Did you mean S1?",)


# --- who sees what ----------------------------------------------------------------------------------------


async def test_silences_are_listed_with_what_they_keep_quiet(world: World) -> None:
    await world.alert(1)
    await order(world, "silence A1 4h works")
    await order(world, "silence rule=lte 1d", by=BEN)
    await order(world, "silence cape-point 1h")
    await order(world, "unsilence S3")
    answer = await asked(world, "silences")
    assert answer.title == "2 silences in force or to come"
    assert [(row[0], row[2], row[-1]) for row in answer.tables[0].rows] == [
        ("S1", "Thu 26 Nov 18:05 SAST", "1 alert quiet"),
        ("S2", "Fri 27 Nov 14:05 SAST", "1 alert quiet"),
    ]
    assert (await asked(world, "silences all")).tables[0].rows[-1][-1] == "over"
    assert (await asked(world, "silences forgotten")).title == "No silence seems to be forgotten"


async def test_a_silence_of_what_is_gone_may_be_forgotten(world: World) -> None:
    await order(world, "silence cape-town 30d")
    world.fleet = replace(world.fleet, sites=world.fleet.sites[1:])
    (row,) = (await asked(world, "silences forgotten")).tables[0].rows
    assert (row[0], row[-1]) == ("S1", "no site matches it any more")


async def test_open_alerts_say_who_has_them_and_who_keeps_them_quiet(world: World) -> None:
    await world.alert(1)
    await order(world, "ack A1 for 2h", by=BEN)
    await order(world, "silence A1 4h")
    (row,) = (await asked(world, "alerts")).tables[0].rows
    assert row[2] == (
        "firing, warning, acknowledged by Ben until Thu 26 Nov 16:05 SAST, silenced by Ana until Thu 26 Nov 18:05 SAST"
    )


async def test_a_silence_from_a_customers_channel_reaches_his_workspace_alone(world: World) -> None:
    for key in (4, 5):
        await world.alert(key, "globex")
    for text in ("rule=lte", "kind=quota", "site=d*", "severity=warning", "cape-town", "workspace=*"):
        assert isinstance(await order(world, f"silence {text} 4h", ACME), Silenced), text
        assert (await silences(world))[-1].match.sites.workspaces == ("acme",)
    assert {row[2] for row in (await asked(world, "alerts")).tables[0].rows} == {"firing, warning"}


THEIRS = (
    "ack A1",
    "silence A1 4h",
    "silence S1 2d",
    "unsilence S1",
    "silence george 4h",
    "silence geor 4h",
    "silence site=geo* 4h",
    "silence rule=theirs 4h",
    "silence rule=their 4h",
    "silence workspace=globex 4h",
    "silence workspace=globe 4h",
    "silence tag.owner=globex 4h",
    "silence tag.own=x 4h",
)


async def test_nothing_of_another_customer_is_done_shown_or_guessed(world: World) -> None:
    world.configure(configuration(only(monthly("ours"), "acme/*"), only(monthly("theirs"), "globex/*")))
    tagged = [replace(one, tags={"owner": "globex"}) if one.workspace == "globex" else one for one in world.fleet.sites]
    world.fleet = replace(world.fleet, sites=tuple(tagged))
    await world.alert(4, "globex")
    await order(world, "silence george 4h secret reason")
    for text in THEIRS:
        reply = await order(world, text, ACME, BEN)
        assert isinstance(reply, Undone), text
        shown = words(render(reply, JOHANNESBURG, "/usage")) + json.dumps(to_json(reply))
        for written in text.split()[1].removeprefix("tag.").split("="):
            shown = shown.replace(written, "")
        assert [one for one in ("george", "globex", "theirs", "secret", "owner", "A1", "S1") if one in shown] == []
    assert (world.acts, len(await audited(world))) == (1, 1)


async def test_a_workspace_whose_name_is_a_glob_cannot_be_used_to_reach_others(world: World) -> None:
    sites_ = tuple(replace(one, workspace="a*") if one.name == "durban" else one for one in world.fleet.sites)
    world.fleet = replace(world.fleet, sites=sites_)
    assert await order(world, "silence rule=lte 4h", frozenset({"a*"})) == Refusal(Refused.OUT_OF_SCOPE)


async def test_a_customer_hears_that_the_operators_keep_his_alerts_quiet_and_no_more(world: World) -> None:
    await world.alert(1)
    await order(world, "silence rule=lte 4h globex is moving house")
    answer = await asked(world, "silences", ACME)
    assert answer.tables == ()
    assert answer.notes == ("1 silence of the operators, about more than is seen here, keeps alerts quiet, too.",)
    assert isinstance(await order(world, "unsilence S1", ACME), NoSuchSilence)


@pytest.mark.parametrize(
    ("match", "scope", "why"),
    [
        ("rule=lte", None, ""),
        ("workspace=*", None, ""),
        ("workspace=acme rule=lte", None, "globex moves"),
        ("A1", None, "globex moves"),
        ("rule=lte", ACME, ""),
        ("rule=lte", ALL, "globex moves"),
    ],
)
async def test_why_is_told_only_where_a_silence_reaches_nothing_that_the_reader_may_not_see(
    world: World, match: str, scope: Scope | None, why: str
) -> None:
    """`None` is whoever is told of an alert: a customer's channel."""
    alert = await world.alert(1)
    await order(world, f"silence {match} 4h globex moves")
    view = alert_view(alert, world.fleet, InForce(await silences(world), AT), scope)
    assert (view.silenced_by, view.silenced_for) == ("Ana", why)


async def test_what_another_silence_keeps_quiet_is_not_said_to_be_heard_again(world: World) -> None:
    for key in (1, 2):
        await world.alert(key)
    await order(world, "silence cape-town 4h")
    await order(world, "silence rule=lte 2h", by=BEN)
    ended = await order(world, "unsilence S2")
    assert isinstance(ended, Unsilenced)
    assert [[one.view.id for one in some] for some in (ended.firing, ended.still_quiet)] == [["A2"], ["A1"]]
    answer = render(ended, JOHANNESBURG, "/usage")
    assert [table.title for table in answer.tables] == [
        "Firing, and heard again",
        "Firing, and quiet because of another silence",
    ]
    assert "silenced by Ana until" in answer.tables[1].rows[0][2]
    await order(world, "silence cape-town 1h")
    assert (await audited(world))[-1].detail["match"] == "site=acme/cape-town"
    assert (await said(world, "unsilence S3")).notes == ("Another silence keeps it quiet still.",)


async def test_where_nothing_may_be_seen_nothing_may_be_done(world: World) -> None:
    await world.alert(1)
    assert await order(world, "ack A1", frozenset()) == NoScope()
    assert await audited(world) == []


async def test_what_the_history_refuses_is_not_half_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    await world.alert(1)
    monkeypatch.setattr("bot.service.attend.note", fail)
    for text in ("ack A1", "silence A1 4h"):
        with pytest.raises(RuntimeError):
            await order(world, text)
    async with world.history.reading() as tx:
        stored = await tx.alerts.get(1)
    assert stored is not None
    assert (stored.acknowledged_by, await silences(world), world.acts) == ("", [], 0)


# --- clocks -----------------------------------------------------------------------------------------------

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "day", "time", "then"),
    [
        ("2026-06-10T05:00", None, "08:00", "2026-06-10T06:00"),
        ("2026-06-10T06:00", None, "08:00", "2026-06-11T06:00"),
        ("2026-06-10T23:30", None, "00:15", "2026-06-11T22:15"),
        ("2026-06-10T22:30", "tomorrow", "08:00", "2026-06-12T06:00"),
        ("2026-06-10T10:00", "today", "08:00", "2026-06-10T06:00"),
        ("2026-06-10T10:00", "wed", "08:00", "2026-06-17T06:00"),
        ("2026-06-10T05:00", "wed", "08:00", "2026-06-10T06:00"),
        ("2026-06-10T05:00", "mon", "08:00", "2026-06-15T06:00"),
        ("2026-03-28T12:00", "tomorrow", "02:30", "2026-03-29T01:30"),
        ("2026-10-24T12:00", "tomorrow", "02:30", "2026-10-25T00:30"),
    ],
)
def test_a_local_time_is_the_next_one_that_the_clock_shows(now: str, day: str | None, time: str, then: str) -> None:
    hour, minute = map(int, time.split(":"))
    clock = datetime(2000, 1, 1, hour, minute, tzinfo=UTC).timetz().replace(tzinfo=None)
    at = to_slot(datetime.fromisoformat(now).replace(tzinfo=UTC))
    end = end_of(Term(until=LocalTime(clock, day)), at, BERLIN)
    assert end is not None
    assert to_instant(end) == datetime.fromisoformat(then).replace(tzinfo=UTC)


async def test_a_silence_that_was_set_by_other_means_is_shown_as_well(world: World) -> None:
    """By an older version, or to begin later."""
    async with world.history.writing() as tx:
        match = Match((), ("no_data",), (Severity.WARNING,), ("in",), Selector(names=("Cape, Town",)))
        await tx.silences.save(Silence(match, Slot(AT + HOUR), Slot(AT + DAY)))
        await silence(tx, world.fleet, Silence(Match(), AT, Slot(AT + DAY)), BEN, AT)
    (first, second) = (await asked(world, "silences")).tables[0].rows
    assert (first[1], first[-1]) == ("everything", "nothing of it fires")
    assert second[1] == 'kind=no_data severity=warning direction=in site="Cape, Town"'
    assert (second[3], second[-1]) == ("unknown", "begins Thu 26 Nov 15:05 SAST")
    assert isinstance(await order(world, "silence cape 4h"), NotFound)
    assert Kind.NO_DATA.value in second[1]
