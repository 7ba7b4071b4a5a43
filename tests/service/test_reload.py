"""A rules folder that changes under the running bot: what is right comes into force, what is broken changes nothing."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.times import Slot, to_slot
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.service.commands import Status
from bot.service.notices import Notices
from bot.service.queries.ask import Questions
from bot.service.queries.status_replies import StatusReport
from bot.service.reload import Reload, Reloaded
from bot.service.renames import renamed
from tests.service.test_quotas_end_to_end import HEAD, MEGA, MONTHLY, Rig, Scripted, instant, rig
from tests.service.test_thresholds_end_to_end import BURST, busy

BROKEN = MONTHLY.replace("quota:", "qouta:")


class Folder:
    """A bot whose rules are in a folder. `lacking` is what its settings do not have."""

    def __init__(self, path: Path, bot: Rig) -> None:
        self.path, self.bot = path, bot
        self.lacking: list[str] = []
        survey = bot.survey
        self.reload = Reload(
            path,
            lambda: survey.fleet().configuration,
            self._apply,
            lambda _: self.lacking,
            Notices(bot.history, survey.fleet),
            bot.clock,
            bot.history,
        )

    async def _apply(self, configuration: Configuration) -> None:
        await self.bot.survey.follow(configuration)

    def write(self, rules: str, name: str = "fleet.yaml") -> None:
        (self.path / name).write_text(HEAD + rules)

    async def change(self, rules: str) -> Reloaded:
        """What becomes of it once the folder has stood still."""
        self.write(rules)
        await self.reload.look()
        return await self.reload.look()

    @property
    def version(self) -> str:
        return self.bot.survey.fleet().configuration.version

    async def audited(self) -> list[tuple[str, Mapping[str, Any]]]:
        """(action, detail) of what was written down, the oldest first."""
        async with self.bot.history.reading() as tx:
            found = await tx.audit.since(Slot(0), None)
        assert {(one.actor, one.via, one.subject) for one in found} <= {("usagebot", "bot", "rules")}
        return [(one.action, one.detail) for one in reversed(found)]

    def notes(self) -> list[tuple[str, str]]:
        """(change, text) of what the operators were told of the bot itself."""
        news = [news for one in self.bot.people.seen if one.loud for news in one.news]
        return [(one.change.value, one.alert.note) for one in news if one.alert.rule == "usagebot:rules"]


@asynccontextmanager
async def opened(tmp_path: Path, rules: str, api: Scripted | None = None) -> AsyncIterator[Folder]:
    """`rules` are in the folder and in force."""
    async with rig(rules, api or Scripted(lambda _: MEGA), instant(9, 0, 3)) as bot:
        folder = Folder(tmp_path, bot)
        folder.write(rules)
        assert [await folder.reload.look() for _ in range(2)] == [Reloaded.SETTLING, Reloaded.SAME]
        yield folder


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Folder]:
    async with opened(tmp_path, MONTHLY) as one:
        yield one


def parse_or_fail(rules: str) -> Configuration:
    configuration = parse([("fleet.yaml", (HEAD + rules).encode())]).configuration
    assert configuration is not None
    return configuration


def version_of(rules: str) -> str:
    return parse_or_fail(rules).version


async def test_a_changed_folder_comes_into_force_once_it_stands_still(folder: Folder) -> None:
    edited = MONTHLY.replace("80%", "85%")
    folder.write(edited)
    assert await folder.reload.look() is Reloaded.SETTLING
    assert folder.version == version_of(MONTHLY)
    folder.write(edited + "# still typing\n")
    assert await folder.reload.look() is Reloaded.SETTLING
    assert await folder.reload.look() is Reloaded.APPLIED
    assert folder.version == version_of(edited + "# still typing\n")
    assert await folder.reload.look() is Reloaded.SAME


async def test_a_signal_makes_it_look_at_once(folder: Folder) -> None:
    folder.write(MONTHLY.replace("80%", "85%"))
    folder.reload.want()
    assert await folder.reload.look() is Reloaded.APPLIED


async def test_a_file_that_an_editor_is_half_through_writing_is_told_to_nobody(folder: Folder) -> None:
    folder.write(MONTHLY[:40])
    assert await folder.reload.look() is Reloaded.SETTLING
    assert await folder.change(MONTHLY.replace("80%", "85%")) is Reloaded.APPLIED
    await folder.bot.tick()
    assert folder.notes() == []


async def test_touching_a_file_changes_nothing(folder: Folder) -> None:
    os.utime(folder.path / "fleet.yaml", (1, 1))
    assert [await folder.reload.look() for _ in range(2)] == [Reloaded.SAME, Reloaded.SAME]


async def test_a_link_that_is_exchanged_is_a_change(tmp_path: Path) -> None:
    """As Kubernetes does with a ConfigMap: the files are links into a folder whose link is replaced."""
    for name, rules in (("..one", MONTHLY), ("..two", MONTHLY.replace("80%", "85%"))):
        (tmp_path / "map" / name).mkdir(parents=True)
        (tmp_path / "map" / name / "fleet.yaml").write_text(HEAD + rules)
    (tmp_path / "map" / "..data").symlink_to("..one")
    (tmp_path / "map" / "fleet.yaml").symlink_to("..data/fleet.yaml")
    async with rig(MONTHLY, Scripted(lambda _: MEGA), instant(9, 0, 3)) as bot:
        folder = Folder(tmp_path / "map", bot)
        assert [await folder.reload.look() for _ in range(2)] == [Reloaded.SETTLING, Reloaded.SAME]
        (tmp_path / "map" / "..new").symlink_to("..two")
        (tmp_path / "map" / "..new").rename(tmp_path / "map" / "..data")
        assert [await folder.reload.look() for _ in range(2)] == [Reloaded.SETTLING, Reloaded.APPLIED]


async def test_a_broken_folder_keeps_the_last_good_rules_and_tells_the_operators_once(folder: Folder) -> None:
    good = folder.version
    assert await folder.change(BROKEN) is Reloaded.BROKEN
    assert await folder.reload.look() is Reloaded.SAME
    await folder.bot.tick()
    assert await folder.change(BROKEN + "  - nonsense\n") is Reloaded.BROKEN
    await folder.bot.tick()
    [(change, text)] = folder.notes()
    assert change == "fired"
    assert f"{folder.path}/fleet.yaml:" in text
    assert "'qouta'" in text
    assert folder.version == good
    assert await folder.change(MONTHLY.replace("80%", "85%")) is Reloaded.APPLIED
    folder.bot.now += timedelta(minutes=10)
    await folder.bot.tick()
    assert [change for change, _ in folder.notes()] == ["fired", "resolved"]


async def test_taking_a_bad_change_back_mends_the_folder_too(folder: Folder) -> None:
    assert await folder.change(BROKEN) is Reloaded.BROKEN
    await folder.bot.tick()
    assert await folder.change(MONTHLY) is Reloaded.SAME
    assert folder.reload.problems == ()
    folder.bot.now += timedelta(minutes=10)
    await folder.bot.tick()
    assert [change for change, _ in folder.notes()] == ["fired", "resolved"]


async def test_a_notice_of_the_process_before_is_over_when_the_folder_is_mended_meanwhile(folder: Folder) -> None:
    await folder.change(BROKEN)
    await folder.bot.tick()
    await folder.bot.start(MONTHLY)
    folder.write(MONTHLY)
    again = Folder(folder.path, folder.bot)
    assert [await again.reload.look() for _ in range(2)] == [Reloaded.SETTLING, Reloaded.SAME]
    folder.bot.now += timedelta(minutes=10)
    await folder.bot.tick()
    assert [change for change, _ in folder.notes()] == ["fired", "resolved"]


async def test_a_folder_that_is_gone_is_broken(folder: Folder) -> None:
    (folder.path / "fleet.yaml").unlink()
    assert [await folder.reload.look() for _ in range(2)] == [Reloaded.SETTLING, Reloaded.BROKEN]
    await folder.bot.tick()
    assert "no *.yaml file is directly in this folder" in folder.notes()[0][1]


async def test_rules_that_need_a_setting_which_is_not_there_do_not_come_into_force(folder: Folder) -> None:
    good = folder.version
    folder.lacking = ["ALTOSTRAT_TOKEN: it is not set. Set it."]
    assert await folder.change(MONTHLY.replace("80%", "85%")) is Reloaded.BROKEN
    assert folder.version == good
    folder.lacking = []
    folder.reload.want()
    assert await folder.reload.look() is Reloaded.APPLIED


async def test_the_status_says_that_the_folder_is_broken(folder: Folder) -> None:
    async def status() -> StatusReport:
        questions = Questions(folder.bot.history, folder.bot.survey.fleet, folder.bot.clock)
        reply = await questions.ask(Status(), folder.bot.survey.fleet().everything)
        assert isinstance(reply, StatusReport)
        return reply

    assert (await status()).rules_broken is None
    await folder.change(BROKEN)
    broken = (await status()).rules_broken
    assert broken is not None
    assert to_slot(broken.since) == to_slot(folder.bot.now)
    assert "qouta" in broken.why


def told(folder: Folder) -> Sequence[tuple[str, str]]:
    return folder.bot.people.told()


async def test_a_firing_alert_lives_through_a_reload_and_nothing_is_told_again(tmp_path: Path) -> None:
    api = busy((to_slot(instant(9, 1)), to_slot(instant(9, 3))))
    async with opened(tmp_path, BURST, api) as folder:
        await folder.bot.run(instant(9, 1, 30))
        assert told(folder) == [("fired", "")]
        assert await folder.change(BURST + "# a remark\n") is Reloaded.APPLIED
        await folder.bot.run(instant(9, 2))
        assert told(folder) == [("fired", "")]
        await folder.bot.run(instant(9, 4))
        assert told(folder) == [("fired", ""), ("resolved", "")]


async def open_rules(folder: Folder) -> list[str]:
    async with folder.bot.history.reading() as tx:
        return [alert.key.rule for alert in await tx.alerts.open()]


async def test_the_alerts_of_a_rule_that_a_reload_removes_are_closed_without_a_word(tmp_path: Path) -> None:
    api = busy((to_slot(instant(9, 1)), to_slot(instant(9, 3))))
    async with opened(tmp_path, BURST, api) as folder:
        await folder.bot.run(instant(9, 1, 30))
        assert await folder.change("rules: []\n") is Reloaded.APPLIED
        await folder.bot.run(instant(9, 4))
        assert told(folder) == [("fired", "")]
        assert await open_rules(folder) == []


@pytest.mark.parametrize(("rules", "first"), [(BURST, ("fired", "")), (MONTHLY, ("fired", "80"))])
async def test_the_alerts_of_a_rule_that_is_renamed_go_on_under_its_new_name(
    tmp_path: Path, rules: str, first: tuple[str, str]
) -> None:
    api = busy((to_slot(instant(9, 1)), to_slot(instant(9, 3)))) if rules is BURST else None
    async with opened(tmp_path, rules, api) as folder:
        await folder.bot.run(instant(9, 1, 30))
        edited = rules.replace("name: burst", "name: surge").replace("name: lte", "name: surge")
        assert await folder.change(edited) is Reloaded.APPLIED
        await folder.bot.run(instant(9, 2))
        assert await open_rules(folder) == ["surge"]
        assert told(folder) == [first]
        await folder.bot.run(instant(9, 4))
        assert told(folder) == [first, ("resolved", "")][: 2 if rules is BURST else 1]


async def test_two_rules_that_are_alike_are_not_taken_for_each_other() -> None:
    def of(*names: str) -> Configuration:
        rules = ", ".join(f"{{name: {name}, quota: 1 GB}}" for name in names)
        return parse_or_fail(f"rules: [{rules}]")

    assert renamed(of("a", "b"), of("a", "c")) == {"b": "c"}
    assert renamed(of("a", "b"), of("c", "d")) == {}
    assert renamed(of("a", "b"), of("c")) == {}
    assert renamed(of("a"), of("a", "c")) == {}


async def test_a_step_that_was_told_before_a_reload_is_not_told_after_it(tmp_path: Path) -> None:
    async with opened(tmp_path, MONTHLY) as folder:
        await folder.bot.run(instant(9, 0, 10))
        assert told(folder) == [("fired", "80")]
        assert await folder.change(MONTHLY.replace("80%", "70%, 80%")) is Reloaded.APPLIED
        await folder.bot.run(instant(9, 0, 30))
        assert told(folder) == [("fired", "80")]


async def test_a_configuration_that_cannot_be_stored_is_not_in_force_and_is_tried_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = folder.version
    folder.write(MONTHLY.replace("80%", "85%"))
    await folder.reload.look()

    def full() -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(folder.bot.history, "writing", full)
        with pytest.raises(RuntimeError, match="full"):
            await folder.reload.look()
    await folder.bot.survey.load()
    assert folder.version == good
    assert await folder.reload.look() is Reloaded.APPLIED


async def test_every_version_that_came_into_force_is_written_down_once(folder: Folder) -> None:
    first = folder.version
    await folder.change(MONTHLY.replace("80%", "85%"))
    second = folder.version
    folder.reload.want()
    await folder.reload.look()
    await folder.change(MONTHLY)
    assert await folder.audited() == [
        ("rules_reloaded", {"was": "", "version": first, "rules": 1}),
        ("rules_reloaded", {"was": first, "version": second, "rules": 1}),
        ("rules_reloaded", {"was": second, "version": first, "rules": 1}),
    ]


async def test_rules_that_a_restart_brings_into_force_are_written_down_too(folder: Folder) -> None:
    first, edited = folder.version, MONTHLY.replace("80%", "85%")
    folder.write(edited)
    await folder.bot.start(edited)
    again = Folder(folder.path, folder.bot)
    assert [await again.reload.look() for _ in range(2)] == [Reloaded.SETTLING, Reloaded.SAME]
    assert [detail["was"] for _, detail in await again.audited()] == ["", first]


async def test_what_was_refused_is_written_down_with_its_problems_cut(folder: Folder) -> None:
    good = folder.version
    folder.lacking = ["x" * 1000, *(f"problem {number}" for number in range(30))]
    await folder.change(MONTHLY.replace("80%", "85%"))
    folder.lacking = []
    await folder.change(BROKEN)
    _, (action, many), (_, one) = await folder.audited()
    assert (action, many["in_force"], many["count"], len(many["problems"])) == ("rules_refused", good, 31, 20)
    assert len(many["problems"][0]) == 300
    assert one["count"] == len(one["problems"])
    assert "'qouta'" in one["problems"][0]
