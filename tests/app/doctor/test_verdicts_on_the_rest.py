"""Settings, rules, sites, Slack, database and machine: what is made of what was found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.altostrat.answers import date_of
from bot.app.doctor import database, machine, setup
from bot.app.doctor import sites as sites_
from bot.app.doctor import slack_verdicts as slack
from bot.app.doctor.findings import Finding, Standing
from bot.app.doctor.phrases import offset, size, span
from bot.app.doctor.slack_verdicts import NEEDED, Channel
from bot.history.vitals import Check, Schema, Vitals
from bot.rules.check import Parsed, parse
from bot.rules.model import Configuration
from bot.rules.sites import ListedSite
from bot.service.answers.phrases import count as counted
from bot.service.rule_files import FileProblem, UnreadableRulesError
from bot.settings import SettingProblem

NOW = datetime(2026, 6, 20, 10, 3, tzinfo=UTC)
CAPE, DURBAN = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
LISTED = [ListedSite("default", CAPE, "Cape Town", "Africa/Johannesburg", {"plan": "lte"})]
HEAD = "version: 1\ndefaults: {receivers: [noc]}\nreceivers: {noc: {terminal: true}}\n"
MANIFEST = Path(__file__).parents[3] / "slack-manifest.yaml"


def parsed(text: str) -> Parsed:
    return parse([("fleet.yaml", (HEAD + text).encode())])


def configured(text: str) -> Configuration:
    found = parsed(text).configuration
    assert found is not None
    return found


def standings(findings: object) -> list[str]:
    return [finding.standing.value for finding in findings]  # type: ignore[attr-defined]


def test_every_problem_of_the_settings_is_a_finding() -> None:
    problems = [SettingProblem("HTTP_PORT", "it is odd", "Use 1"), SettingProblem("X", "unknown", "?", fatal=False)]
    assert standings(setup.settings(problems, [])) == ["problem", "warning"]
    assert standings(setup.settings(problems[1:], [])) == ["warning", "ok"]


def test_a_secret_that_others_can_read_is_told_once_whoever_found_it() -> None:
    path = Path("/etc/token")
    warnings = [
        SettingProblem(name, "others can read it", "Run: chmod 600", fatal=False) for name in ("A_FILE", "B_FILE")
    ]
    files = [setup.SecretFile("A_FILE", path, warnings[0]), setup.SecretFile("B_FILE", path, warnings[1])]
    found = list(setup.settings(warnings[:1], [*files, setup.SecretFile("C_FILE", path)]))
    assert [(finding.standing.value, finding.check) for finding in found] == [
        ("warning", "A_FILE"),
        ("warning", "B_FILE"),
        ("ok", "settings"),
        ("ok", "C_FILE"),
    ]


def test_rules_are_counted_and_each_problem_stands_at_its_place() -> None:
    assert standings(setup.rules(parsed("rules: [{name: x, quota: 5 GB, per: month, at: [50%]}]"))) == ["ok"]
    (finding,) = setup.rules(parsed("rulez: []"))
    assert (finding.standing, finding.check) == (Standing.PROBLEM, "fleet.yaml:4:1")
    assert "rules" in finding.remedy


def test_no_rule_at_all_is_worth_a_warning() -> None:
    assert standings(setup.rules(parsed("rules: []"))) == ["warning"]


def test_rules_that_cannot_be_read_and_needs_that_are_not_met_are_problems() -> None:
    unread = UnreadableRulesError([FileProblem("rules", "there is no such folder", "Run `usagebot init`")])
    assert standings(setup.rules(unread)) == ["problem"]
    token = SettingProblem("ACME_TOKEN", "it is not set", "Set it")
    found = setup.rules(parsed("rules: []"), [token], [("Set SMTP_HOST", "noc is reached by email")])
    assert standings(found) == ["warning", "problem", "problem"]


def test_a_flood_of_problems_is_cut_and_says_where_the_rest_is() -> None:
    found = list(setup.rules(parsed("rules:\n" + "".join(f"  - {{name: x{n}, bad: 1}}\n" for n in range(60)))))
    assert len(found) == setup.MOST_SHOWN + 1
    assert "usagebot check" in found[-1].remedy


def test_a_missing_list_of_sites_is_a_problem_only_where_the_rules_name_none() -> None:
    none, some = configured("rules: []"), configured(f"sites: [{{id: {CAPE}}}]\nrules: []")
    assert sites_.listing(None, "404", none, "default").standing is Standing.PROBLEM
    assert sites_.listing(None, "404", some, "default").standing is Standing.WARNING
    assert sites_.listing([], "", none, "default").standing is Standing.PROBLEM
    assert sites_.listing(LISTED, "", none, "default").standing is Standing.OK


def test_a_site_that_the_api_does_not_list_comes_with_what_was_meant() -> None:
    by_name = configured(f"sites: [{{id: {DURBAN}, name: Cape Twon}}]\nrules: []")
    (finding,) = sites_.strangers(LISTED, by_name, "default")
    assert CAPE in finding.remedy
    by_id = configured(f"sites: [{{id: {CAPE[:-1]}2}}]\nrules: []")
    (finding,) = sites_.strangers(LISTED, by_id, "default")
    assert CAPE in finding.remedy
    assert list(sites_.strangers(LISTED, configured(f"sites: [{{id: {CAPE}}}]\nrules: []"), "default")) == []


def test_rules_that_match_no_site_are_told_at_their_place() -> None:
    rules = parsed("rules: [{name: x, quota: 5 GB, per: month, at: [50%], sites: {tags: {plann: a}}}]")
    assert rules.configuration is not None
    (finding,) = sites_.remarks(rules.configuration, LISTED, rules.places)
    assert "fleet.yaml:4:" in finding.text
    assert "'plan'" in finding.text
    fine = parsed("rules: [{name: x, quota: 5 GB, per: month, at: [50%], sites: {tags: {plan: lte}}}]")
    assert fine.configuration is not None
    assert standings(sites_.remarks(fine.configuration, LISTED, fine.places)) == ["ok"]


def test_the_scopes_are_those_of_the_manifest() -> None:
    text = MANIFEST.read_text("utf-8")
    assert all(f"- {scope} " in text for scope in NEEDED)
    assert text.partition("scopes:")[2].partition("settings:")[0].count("\n      - ") == len(NEEDED)


def test_each_missing_scope_says_what_goes_without_it() -> None:
    assert standings(slack.scopes(set(NEEDED), listens=True)) == ["ok"]
    found = list(slack.scopes(set(NEEDED) - {"chat:write", "groups:read", "commands"}, listens=False))
    assert standings(found) == ["problem", "warning"]
    assert "private" in found[1].text
    assert standings(slack.scopes(None, listens=True)) == ["skipped"]


@pytest.mark.parametrize(
    ("found", "standing", "word"),
    [
        (None, Standing.PROBLEM, "if it is private"),
        (Channel("C1", "noc", is_archived=True), Standing.PROBLEM, "Unarchive"),
        (Channel("C1", "noc", is_member=False), Standing.PROBLEM, "/invite @usagebot"),
        (Channel("C1", "noc", is_member=True), Standing.OK, ""),
        (Channel("C1", "noc"), Standing.OK, ""),
    ],
)
def test_a_channel_is_there_joined_and_alive(found: Channel | None, standing: Standing, word: str) -> None:
    finding = slack.channel("#noc", ["receiver noc"], found)
    assert (finding.standing, word in finding.remedy) == (standing, True)


def test_a_signing_secret_is_known_by_its_shape_and_never_shown() -> None:
    assert slack.signing_secret("8f742231b10e8888abcd99yyyzzz85a5").standing is Standing.WARNING
    assert slack.signing_secret("8f742231b10e8888abcd99eeeaaa85a5").standing is Standing.OK
    assert "hunter22" not in repr(slack.signing_secret("hunter22"))


SOUND = Vitals(Path("usage.db"), size=5 * 10**9, version="3.45.0", check=Check.SOUND, sites=12)


def about(vitals: Vitals) -> dict[str, Finding]:
    return {finding.check: finding for finding in database.database(vitals)}


def test_a_sound_database_is_fine_in_every_respect() -> None:
    assert set(standings(about(SOUND).values())) == {"ok"}
    assert "5 GB, 12 sites" in about(SOUND)["reachable"].text


def test_a_database_that_is_not_there_yet_is_no_problem() -> None:
    found = about(Vitals(Path("usage.db"), exists=False))
    assert set(standings(found.values())) == {"ok"}
    assert "usagebot run" in found["reachable"].text


@pytest.mark.parametrize(
    ("vitals", "check", "standing", "word"),
    [
        (Vitals(Path("u"), schema=Schema.OLDER), "schema", Standing.WARNING, "usagebot run"),
        (Vitals(None, schema=Schema.OLDER), "schema", Standing.PROBLEM, "usagebot db upgrade"),
        (Vitals(Path("u"), schema=Schema.NEWER), "schema", Standing.PROBLEM, "later"),
        (Vitals(Path("u"), is_writable=False), "writable", Standing.PROBLEM, "right to write"),
        (Vitals(None, is_writable=False), "writable", Standing.PROBLEM, "primary"),
        (Vitals(Path("u"), check=Check.DAMAGED), "integrity", Standing.PROBLEM, "backup"),
        (Vitals(Path("u"), check=Check.UNFINISHED), "integrity", Standing.SKIPPED, "--thorough"),
        (Vitals(Path("u"), check=Check.NOT_MADE), "integrity", Standing.SKIPPED, ""),
    ],
)
def test_what_ails_a_database_comes_with_the_cure(vitals: Vitals, check: str, standing: Standing, word: str) -> None:
    finding = about(vitals)[check]
    assert (finding.standing, word in finding.remedy) == (standing, True)


@pytest.mark.parametrize(
    ("free", "standing"),
    [(10**7, Standing.PROBLEM), (4 * 10**9, Standing.WARNING), (6 * 10**9, Standing.OK)],
)
def test_the_disk_has_room_for_the_database_once_more(free: int, standing: Standing) -> None:
    assert database.disk(free, SOUND, "/var").standing is standing


@pytest.mark.parametrize(
    ("off", "standing"), [(3, Standing.OK), (-40, Standing.WARNING), (300, Standing.PROBLEM), (-300, Standing.PROBLEM)]
)
def test_the_clock_is_compared_with_others(off: int, standing: Standing) -> None:
    (finding,) = machine.clock({"Slack": (NOW, NOW + timedelta(seconds=off))})
    assert finding.standing is standing


def test_without_another_clock_nothing_is_said_of_ours() -> None:
    assert standings(machine.clock({})) == ["skipped"]


@pytest.mark.parametrize("text", ["", "yesterday", "Sat, 20 Jun 2026 25:61:00 GMT", "Sat, 99 Jun 99999 00:00:00 GMT"])
def test_a_date_that_nobody_can_read_is_no_date(text: str) -> None:
    assert date_of({"date": text}) is None


def test_a_date_is_read_with_its_zone_or_as_utc() -> None:
    assert date_of({"date": "Sat, 20 Jun 2026 10:03:00 GMT"}) == NOW
    assert date_of({"date": "Sat, 20 Jun 2026 10:03:00 -0000"}) == NOW


@pytest.mark.parametrize(
    ("release", "standing"), [("2026a", Standing.OK), ("2023c", Standing.WARNING), (None, Standing.OK)]
)
def test_zone_data_grows_old(release: str | None, standing: Standing) -> None:
    assert machine.zone_data(release, "the machine's tables", NOW).standing is standing


def test_spans_sizes_and_counts_are_said_as_people_say_them() -> None:
    assert [span(s) for s in (5, 119, 120, 7000, 7200, 9000, 200_000)] == [
        "5 s", "119 s", "2 min", "117 min", "2 h", "2 h 30 min", "2 days",
    ]  # fmt: skip
    assert [size(n) for n in (5, 4_200, 81_500_000_000, 10**13)] == ["5 B", "4.2 kB", "81.5 GB", "10 TB"]
    assert [offset(s) for s in (0, 7200, -12600, 20700)] == ["UTC+00:00", "UTC+02:00", "UTC-03:30", "UTC+05:45"]
    assert [counted(n, "site") for n in (1, 5000)] == ["1 site", "5,000 sites"]
