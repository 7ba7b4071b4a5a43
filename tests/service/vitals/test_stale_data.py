"""An API that does not answer: one word for a workspace, when nothing can be judged, and one when it is over."""

from __future__ import annotations

from bot.alerts.silences import Silence
from bot.domain.times import DAY, Slot
from bot.rules.telling import Match
from bot.service.attend import acknowledge, silence
from bot.service.audit import Actor
from tests.service.vitals.stage import RULES, Stage

ANA = Actor("Ana", "slack")
BLIND = "No usage of workspace acme has been read since Mon 1 Jun 06:00 UTC"


async def test_an_outage_is_told_once_for_a_workspace_however_many_sites_it_has(stage: Stage) -> None:
    await stage.fail("no connection: refused")
    await stage.outage(45, 3)
    assert stage.told == [f"39 fired: {BLIND}"]
    [note] = [one.alerts[0].note for one in stage.seen]
    assert "All its 2 sites are concerned. The API's latest trouble: no connection: refused. " in note
    await stage.go(20, 1, 2, 3)
    assert stage.told[1:] == [f"55 resolved: {BLIND}"]


async def test_what_is_shorter_is_not_told(stage: Stage) -> None:
    await stage.go(30, 3)
    await stage.go(15, 1, 2, 3)
    assert stage.told == []


async def test_the_outage_of_everybody_is_told_for_each_workspace_on_its_own(stage: Stage) -> None:
    await stage.outage(45)
    assert [line.partition(": ")[2] for line in stage.told] == [BLIND, BLIND.replace("acme", "globex")]


async def test_a_bot_that_is_killed_and_comes_back_says_it_neither_twice_nor_forgets_to_end_it(stage: Stage) -> None:
    await stage.outage(36, 3)
    stage.restart()
    await stage.go(9, 3)
    stage.now = Slot(stage.now + DAY)
    stage.restart()
    await stage.go(5, 3)
    await stage.read()
    await stage.go(10, 1, 2, 3)
    assert [line.split(" ", maxsplit=1)[1] for line in stage.told] == [f"fired: {BLIND}", f"resolved: {BLIND}"]


async def test_a_bot_that_was_off_for_a_day_and_catches_up_has_nothing_to_say(stage: Stage) -> None:
    stage.now = Slot(stage.now + DAY)
    stage.restart()
    await stage.go(2)
    await stage.go(30, 1, 2, 3)
    assert stage.told == []


async def test_a_single_site_that_cannot_be_read_is_a_warning_and_the_whole_workspace_is_worse(stage: Stage) -> None:
    await stage.outage(45, 2, 3)
    assert stage.told == ["39 fired: 1 of 2 sites of workspace acme is not being read"]
    assert "site-1 (since Mon 1 Jun 06:00 UTC). " in stage.seen[0].alerts[0].note
    await stage.outage(45, 3)
    assert stage.told[1:] == ["78 worsened: No usage of workspace acme has been read since Mon 1 Jun 06:45 UTC"]


async def test_a_site_that_the_api_lists_no_more_is_not_missed(stage: Stage) -> None:
    await stage.go(10, 1, 2, 3)
    await stage.list_sites(2, 3)
    await stage.outage(45, 2, 3)
    assert stage.told == []


async def test_a_site_of_the_rules_is_missed_although_the_api_does_not_list_it(stage: Stage) -> None:
    sites = "sites: [{id: 00000001-0000-4000-8000-000000000000, name: site-1, workspace: acme}]\n"
    await stage.begin(RULES + sites)
    await stage.go(10, 1, 2, 3)
    await stage.list_sites(2, 3)
    await stage.outage(50, 2, 3)
    assert stage.told == ["49 fired: 1 of 2 sites of workspace acme is not being read"]


async def test_a_workspace_that_was_never_read_counts_from_when_its_sites_were_listed(stage: Stage) -> None:
    async with stage.history.writing() as tx:
        await tx.progress.save([])
        await tx.connection.exec_driver_sql("DELETE FROM progress WHERE site = 3")
    await stage.outage(45, 1, 2)
    assert stage.told == ["39 fired: No usage of workspace globex has ever been read"]


async def test_a_workspace_of_which_no_site_is_known_is_one_too(stage: Stage) -> None:
    await stage.begin(RULES.replace("GLOBEX_TOKEN}", "GLOBEX_TOKEN}, {name: initech, token_env: INITECH_TOKEN}"))
    stage.unlisted = {"initech": "503 Service Unavailable"}
    await stage.go(33, 1, 2, 3)
    what = "No site of workspace initech is known: its API does not list them, and the rules name none"
    assert stage.told == [f"33 fired: {what}"]
    stage.unlisted = {}
    await stage.go(10, 1, 2, 3)
    assert [line.partition(" ")[2] for line in stage.told[1:]] == [f"resolved: {what}"]


async def test_of_a_token_that_is_refused_they_know_already(stage: Stage) -> None:
    await stage.notices.refused("acme", "401 Unauthorized", stage.now)
    await stage.outage(45, 3)
    assert [line for line in stage.told if "Altostrat refuses the token" not in line] == []
    await stage.notices.clear("acme", "token", stage.now)
    await stage.go(20, 1, 2, 3)
    assert [line for line in stage.told if "the token" not in line] == []


async def test_a_workspace_that_is_taken_out_of_the_rules_is_no_trouble_any_more(stage: Stage) -> None:
    await stage.outage(45, 3)
    await stage.begin(RULES.replace("{name: acme}, ", ""))
    await stage.go(6, 3)
    assert stage.told == [f"39 fired: {BLIND}", f"51 resolved: {BLIND}"]


async def test_it_is_silenced_by_its_name_and_by_nothing_less(stage: Stage) -> None:
    async with stage.history.writing() as tx:
        await silence(tx, stage.survey.fleet(), Silence(Match(), stage.now, Slot(stage.now + DAY)), ANA, stage.now)
        await silence(
            tx,
            stage.survey.fleet(),
            Silence(Match(rules=("usagebot:disk",)), stage.now, Slot(stage.now + DAY)),
            ANA,
            stage.now,
        )
    await stage.outage(45, 3)
    assert stage.told == [f"39 fired: {BLIND}"]
    async with stage.history.writing() as tx:
        match = Match(rules=("usagebot:*",))
        await silence(tx, stage.survey.fleet(), Silence(match, stage.now, Slot(stage.now + DAY)), ANA, stage.now)
    await stage.outage(45)
    assert [line for line in stage.told if "globex" in line] == []


async def test_it_is_acknowledged_by_its_short_name(stage: Stage) -> None:
    await stage.outage(45, 3)
    [alert] = await stage.alerts()
    async with stage.history.writing() as tx:
        assert await acknowledge(tx, [alert], ANA, stage.now)
    await stage.go(5, 3)
    [alert] = await stage.alerts()
    assert (alert.short_id, alert.acknowledged_by) == ("A1", "Ana")
    assert stage.seen[-1].alerts[0].acknowledged_by == "Ana"
