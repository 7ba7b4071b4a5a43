"""`usagebot sites list`: from the API, the rules and the history, in every form."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.cli.exits import Exit
from bot.cli.site_formats import draw_sites, to_csv, to_json, to_yaml
from bot.domain.sites import Site
from bot.domain.times import Slot, to_instant
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.rules.sites import ListedSite
from bot.service.ports import Progress
from bot.service.site_list import Known, SiteLine, site_lines
from tests.cli.console import Usagebot, drawn_on

CAPE, DURBAN, PAARL = (f"{n}1111111-1111-4111-8111-111111111111" for n in (1, 2, 3))
HEAD = "version: 1\ndefaults: {receivers: [noc]}\nreceivers: {noc: {terminal: true}}\n"
RULES = f"""{HEAD}
sites: [{{id: {CAPE}, name: cape-town, quota: 5 GB, timezone: Africa/Johannesburg}}]
rules:
  - {{name: own, quota: site, per: month, at: [80%]}}
  - {{name: durban, threshold: {{over: 1 GB, within: 1h}}, sites: {{name: "Durban*"}}}}
"""
LISTED = [
    {"id": CAPE, "name": "Cape Town"},
    {"id": DURBAN, "name": "Durban North", "timezone": "Africa/Maputo", "tags": {"plan": "lte"}},
]
HOSTILE = '=HYPERLINK("x") [red]\x1b[31m: {a: b} # \u202eevil \U0001f600 "quoted" \x9b2J'


@dataclass
class Answers:
    """An API that lists sites; `asked` are the paths asked for."""

    url: str
    sites: object = field(default_factory=lambda: LISTED)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """Its own thread: the command runs an event loop of its own."""
    monkeypatch.setenv("NO_PROXY", "*")

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked.append(self.path)
            is_list = self.path == "/site-minimal" and answers.sites is not None
            body = json.dumps(answers.sites if is_list else {}).encode()
            self.send_response(200 if is_list else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the name that the base class has
            del format

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        answers = Answers(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield answers
        server.shutdown()
        thread.join()


@pytest.fixture
def listing(usagebot: Usagebot, api: Answers, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Runs `usagebot sites list ARGUMENTS` beside RULES."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)

    def run(*arguments: str, base: str | None = None) -> tuple[int, str, str]:
        ran = usagebot("sites", "list", *arguments, ALTOSTRAT_TOKEN="x", ALTOSTRAT_BASE_URL=base or api.url)
        return ran.code, ran.out, ran.err

    return run


def remembered(folder: Path) -> None:
    """A history that was told of a third site."""

    async def fill() -> None:
        history = SqlHistory(url)
        await history.open()
        async with history.writing() as t:
            await t.sites.save([ListedSite("default", PAARL, "Paarl"), ListedSite("default", CAPE)], Slot(0))
            await t.progress.save([Progress(1, Slot(0), Slot(1_780_000_200))])
        await history.close()

    url = f"sqlite:///{folder / 'usage.db'}"
    upgrade(url)
    asyncio.run(fill())


def test_every_site_is_listed_with_its_rules_and_who_names_it(
    listing: Callable[..., tuple[int, str, str]], api: Answers
) -> None:
    code, out, _ = listing("--format", "json")
    sites = {site["id"]: site for site in json.loads(out)["sites"]}
    assert code == Exit.OK
    assert sites[CAPE]["listed_by"] == ["api", "rules"]
    assert sites[CAPE]["rules"] == ["own"]
    assert (sites[DURBAN]["listed_by"], sites[DURBAN]["rules"]) == (["api"], ["durban"])
    assert (sites[DURBAN]["timezone"], sites[DURBAN]["tags"]) == ("Africa/Maputo", {"plan": "lte"})
    assert api.asked == ["/site-minimal"]


def test_details_ask_once_for_each_site_whose_zone_is_not_known(
    listing: Callable[..., tuple[int, str, str]], api: Answers
) -> None:
    listing("--details")
    assert api.asked[1:] == [f"/sites/{CAPE}/metadata"]


def test_an_api_that_is_down_gives_way_to_the_history_and_says_so(
    listing: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    remembered(tmp_path)
    code, out, err = listing("--format", "json", base="http://127.0.0.1:9")
    said = json.loads(out)
    assert code == Exit.OK
    assert [site["name"] for site in said["sites"]] == ["Paarl", "cape-town"]
    assert said["sites"][0]["data_until"] == "2026-05-28T20:30:00Z"
    assert [site["listed_by"] for site in said["sites"]] == [["api"], ["rules"]]
    assert "what it listed before" in err
    assert "what it listed before" in said["notes"][0]


def test_an_api_without_a_list_leaves_the_sites_of_the_rules(
    listing: Callable[..., tuple[int, str, str]], api: Answers
) -> None:
    api.sites = None
    code, out, err = listing()
    assert code == Exit.OK
    assert "cape-town" in out
    assert "404" in err


def test_no_site_at_all_is_an_answer_of_its_own(
    listing: Callable[..., tuple[int, str, str]], api: Answers, tmp_path: Path
) -> None:
    (tmp_path / "rules" / "fleet.yaml").write_text(f"{HEAD}rules: []\n")
    api.sites = []
    assert listing()[0] == Exit.NO
    assert listing(base="http://127.0.0.1:9")[0] == Exit.UNAVAILABLE


def test_looking_makes_no_database(listing: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    listing()
    assert not (tmp_path / "usage.db").exists()


def test_yaml_can_be_put_beside_the_rules_straight_from_the_shell(
    listing: Callable[..., tuple[int, str, str]], usagebot: Usagebot, tmp_path: Path
) -> None:
    new = tmp_path / "rules" / "sites.yaml"
    new.touch()  # what `>` does before the command begins
    _, out, _ = listing("--format", "yaml")
    new.write_text(out)
    checked = usagebot("check")
    assert checked.code == Exit.OK, checked.out
    assert "2 sites" in checked.out
    assert CAPE not in out
    assert "sites: []" in listing("--format", "yaml")[1]


def test_a_table_of_the_rules_that_is_being_written_is_one_without_sites(
    listing: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "rules" / "table.yaml").write_text("version: 1\nsites_file: sites.csv\n")
    (tmp_path / "rules" / "sites.csv").touch()
    assert listing("--format", "csv")[0] == Exit.OK


def line(name: str = HOSTILE, **changes: object) -> SiteLine:
    site = Site(0, "default", CAPE, name, ZoneInfo("UTC"), {HOSTILE: HOSTILE, "plan": name})
    return SiteLine(site, in_api=True, in_rules=False, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [HOSTILE, "a/b", "yes", "12", "- x", "null", "é: ü", "'", '"', "\\", "x" * 300])
def test_whatever_a_site_is_called_its_yaml_is_a_rules_file_with_that_name(name: str) -> None:
    parsed = parse(
        [("fleet.yaml", HEAD.encode() + b"rules: []\n"), ("s.yaml", to_yaml([line(name)], Configuration("v")).encode())]
    )
    assert parsed.configuration is not None, parsed.problems
    (site,) = parsed.configuration.sites
    assert (site.id, site.name) == (CAPE, None if "/" in name or "\x1b" in name else name)


def test_a_spreadsheet_runs_nothing_and_a_cell_stays_a_cell() -> None:
    rows = list(csv.reader(io.StringIO(to_csv([line()]))))
    assert len(rows) == 2
    assert rows[1][1].startswith("'=HYPERLINK")
    assert "\x1b" not in rows[1][1]


def test_json_is_ascii_and_a_terminal_sees_no_escape() -> None:
    assert to_json([line()], [HOSTILE]).isascii()
    text = drawn_on(lambda console: draw_sites(console, [line()], to_instant(0)), width=160)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[red]" in text


def test_a_zone_that_nobody_told_is_marked_and_not_written_into_rules() -> None:
    assumed = line("x", zone_is_told=False)
    assert "timezone" not in to_yaml([assumed], Configuration("v"))
    assert "(assumed)" in drawn_on(lambda console: draw_sites(console, [assumed], to_instant(0)), width=200)


def test_sites_of_workspaces_that_are_not_configured_are_left_out() -> None:
    assert site_lines(Configuration("v"), Known([ListedSite("elsewhere", CAPE, "x")])) == []
