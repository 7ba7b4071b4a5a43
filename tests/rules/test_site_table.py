"""Sites as a table beside the rules."""

from __future__ import annotations

from datetime import time
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.periods import Starts
from bot.rules import site_table
from bot.rules.check import LARGEST, Parsed, parse
from bot.rules.model import SiteRule

RULES = "version: 1\nsites_file: sites.csv\n"
A = "aaaaaaaa-58e4-4b0b-9a55-0c1f5b6f2a10"
B = "bbbbbbbb-58e4-4b0b-9a55-0c1f5b6f2a10"


def check(table: str | bytes, rules: str = RULES) -> Parsed:
    raw = table if isinstance(table, bytes) else table.encode()
    return parse([("a.yaml", rules.encode()), ("sites.csv", raw)])


def sites(table: str | bytes, rules: str = RULES) -> tuple[SiteRule, ...]:
    parsed = check(table, rules)
    assert [str(problem) for problem in parsed.problems] == []
    assert parsed.configuration is not None
    return parsed.configuration.sites


def said(table: str | bytes, rules: str = RULES) -> list[str]:
    parsed = check(table, rules)
    assert (parsed.configuration is None) == bool(parsed.problems)
    return [str(problem) for problem in parsed.problems]


def test_a_table_has_the_columns_of_a_site() -> None:
    head = "id,name,workspace,timezone,quota,starts,billing_factor,tags,tag:role\n"
    row = f"{A},1042,acme,Asia/Kathmandu,300 GB,8 08:00,1.04,plan=lte-500; carrier=mtn,store\n"
    assert sites(head + row, f"{RULES}workspaces: [{{name: acme}}]\n") == (
        SiteRule(
            A,
            "1042",
            "acme",
            ZoneInfo("Asia/Kathmandu"),
            {"plan": "lte-500", "carrier": "mtn", "role": "store"},
            300 * 10**9,
            Starts(day=8, time=time(8)),
            Fraction(26, 25),
        ),
    )


def test_an_empty_cell_says_nothing_and_an_empty_line_is_none() -> None:
    assert sites(f"id,name,quota,tag:plan\n\n{A},,,\n,,,\n  \n") == (SiteRule(A),)


def test_the_columns_stand_in_any_order() -> None:
    assert sites(f"name,id\ncape,{A}\n") == (SiteRule(A, "cape"),)


@pytest.mark.parametrize(
    ("cell", "starts"),
    [
        ("8", Starts(day=8)),
        ("mon", Starts(weekday=0)),
        ("Monday 22:22", Starts(weekday=0, time=time(22, 22))),
        ("08:00", Starts(time=time(8))),
        ("31 23:59", Starts(day=31, time=time(23, 59))),
    ],
)
def test_a_period_starts_on_a_day_at_a_time_or_both(cell: str, starts: Starts) -> None:
    assert sites(f"id,starts\n{A},{cell}\n")[0].starts == starts


def test_as_a_spreadsheet_saves_it() -> None:
    raw = f'\ufeffid,name,tags\r\n{A},"Main St, ""old""","plan=lte-500;city=Cape Town"\r\n'.encode()
    assert sites(raw) == (SiteRule(A, 'Main St, "old"', tags={"plan": "lte-500", "city": "Cape Town"}),)


def test_spaces_around_cells_without_quotes_are_no_part_of_them() -> None:
    assert sites(f"id, name ,quota\n{A} , cape town , 1 GB\n") == (SiteRule(A, "cape town", quota=10**9),)


def test_the_sites_of_a_table_stand_beside_those_of_the_rules() -> None:
    found = sites(f"id,name\n{A},cape\n", f"{RULES}sites: [{{id: {B}, name: durban}}]\n")
    assert [site.name for site in found] == ["durban", "cape"]


def test_the_version_of_a_configuration_changes_with_its_table() -> None:
    one, other = (check(f"id,quota\n{A},{n} GB\n").configuration for n in (1, 2))
    assert one is not None
    assert other is not None
    assert one.version != other.version


# --- what is wrong, with the line and column in the table ----------------------------------------------------


def test_every_mistake_of_a_table_is_told_at_once_with_its_place() -> None:
    table = f"id,name,quota,starts,timezone\n{A},a/b,300,32,Mars\nx,c,1 GB,mon 8:00,UTC\n{A},d,0 GB,noon 08:00,UTC\n"
    assert said(table) == [
        "sites.csv:2:38: 'a/b' contains '/', which stands between a workspace and its site",
        "sites.csv:2:42: 300 has no unit; write 300 GB",
        "sites.csv:2:46: '32' is not a whole number from 1 to 31",
        "sites.csv:2:49: 'Mars' is not an IANA time zone, like Africa/Johannesburg",
        "sites.csv:3:1: 'x' is not a site's id; it looks like 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10",
        "sites.csv:3:10: '8:00' is not a time of day; write it like \"08:00\"",
        f"sites.csv:4:1: the site id '{A}' exists already, at sites.csv:2:1",
        "sites.csv:4:40: this must be more than 0 B",
        "sites.csv:4:45: 'noon' is neither a day of the month (1 to 31) nor a weekday (mon to sun)",
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "1:1: the file is empty; it begins with a line of column names, like id,name,quota"),
        ("\n ,, \n", "1:1: the file is empty; it begins with a line of column names, like id,name,quota"),
        ("name\ncape\n", "1:1: the first line names the columns, and one of them is `id`"),
        ("id;name\n", "1:1: the columns are not separated by commas; save the file as CSV with commas"),
        ("id\tname\n", "1:1: the columns are not separated by commas; save the file as CSV with commas"),
        ("id,name,name\n", "1:9: the column 'name' is there already"),
        ("id,,name\n", "1:4: this column has no name; name it, or remove it"),
        (f"id,name\n{A}\n", "2:1: this line has 1 cell, and the first line names 2 columns"),
        (
            f"id,quota\n{A},1,5 GB\n",
            "2:40: this line has 3 cells, and the first line names 2 columns; a text with a comma stands in quotes",
        ),
        (
            f'id,name\n{A},"cape\n',
            "2:38: quotes stand around a whole cell, and end on its line; a quote within them is written twice",
        ),
        (
            f'id,name\n{A},cape "town"\n',
            "2:38: quotes stand around a whole cell, and end on its line; a quote within them is written twice",
        ),
        ("id,name\n,cape\n", "2:1: a site needs `id`"),
        (f"id,tags\n{A},plan\n", "2:38: 'plan' is no tag; write tags like plan=lte-500;carrier=mtn"),
        (f"id,tags\n{A},a=1; a=2\n", "2:43: the tag 'a' is given already, at sites.csv:2:38"),
        (f"id,tags,tag:a\n{A},a=1,2\n", "2:42: the tag 'a' is given already, at sites.csv:2:38"),
        (f"id,name\n{A},=1+1\x07\n", "2:42: the character U+0007 cannot stand in a rules file; remove it"),
        (f'id,quota\n{A},"1,5 GB"\n', "2:39: '1,5 GB' is not a number with its unit; write it like 500 GB"),
        (b"id,name\n\xff\n", "2:1: the file is not UTF-8 text; save it as UTF-8"),
        ("id,name\n".encode("utf-16"), "1:1: the file is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_remedy(table: str | bytes, message: str) -> None:
    (problem,) = said(table)
    assert problem.partition(" — did you mean")[0] == f"sites.csv:{message}"


def test_an_unknown_column_is_refused_with_what_was_meant() -> None:
    assert said("id,time_zone\n") == [
        (
            "sites.csv:1:4: unknown column 'time_zone'; they are id, name, workspace, timezone, quota, starts, "
            "billing_factor, tags, or tag: and the name of a tag — did you mean 'timezone'?"
        )
    ]


def test_a_site_that_the_rules_name_too_is_told_with_both_places() -> None:
    rules = f"{RULES}sites: [{{id: {A}}}]\n"
    assert said(f"id\n{A}\n", rules) == [f"sites.csv:2:1: the site id '{A}' exists already, at a.yaml:3:10"]


def test_a_table_needs_the_workspace_where_there_are_several() -> None:
    rules = f"{RULES}workspaces: [{{name: a, token_env: A}}, {{name: b, token_env: B}}]\n"
    assert said(f"id\n{A}\n", rules) == ["sites.csv:2:1: a site needs `workspace` where there are several: a, b"]
    assert said(f"id,workspace\n{A},c\n", rules) == ["sites.csv:2:38: there is no workspace 'c'"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("../sites.csv", "this file lies in the rules folder; write its name without a path, like sites.csv"),
        ("/etc/passwd", "this file lies in the rules folder; write its name without a path, like sites.csv"),
        ("sites.xlsx", "'sites.xlsx' is not the name of a CSV file, like sites.csv"),
        (".sites.csv", "'.sites.csv' is not the name of a CSV file, like sites.csv"),
        ("site.csv", "there is no file 'site.csv' beside this one — did you mean 'sites.csv'?"),
        ("[sites.csv]", "a single value is expected here, not a list"),
    ],
)
def test_a_table_is_named_as_it_lies_beside_the_rules(written: str, message: str) -> None:
    assert said("id\n", f"version: 1\nsites_file: {written}\n") == [f"a.yaml:2:13: {message}"]


def test_a_table_is_read_once() -> None:
    texts = [("a.yaml", RULES.encode()), ("b.yaml", RULES.encode()), ("sites.csv", f"id\n{A}\n".encode())]
    assert [str(problem) for problem in parse(texts).problems] == [
        "b.yaml:2:1: the table 'sites.csv' exists already, at a.yaml:2:1"
    ]


def test_a_table_that_nobody_names_is_not_looked_at() -> None:
    assert parse([("a.yaml", b"version: 1\n"), ("sites.csv", b"\xff")]).problems == ()


def test_a_table_counts_for_the_size_of_the_configuration() -> None:
    assert said(b"x" * LARGEST) == ["sites.csv:1:1: the rules are larger than 10 MiB in all; split the fleet"]


def test_a_table_has_so_many_sites_and_columns_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    many = "id," + ",".join(f"tag:{n}" for n in range(100))
    assert said(many) == ["sites.csv:1:1: a line has at most 100 cells"]
    assert said(f"id,tags\n{A}," + ";" * 100) == ["sites.csv:2:38: a site has at most 100 tags"]
    monkeypatch.setattr(site_table, "MOST_LINES", 2)
    assert said(f"id\n{A}\n{B}\n") == ["sites.csv:3:1: a table has at most 2 lines; the rest is not read"]


WORDS = st.sampled_from([*'",;=\n\r\t \ufeff', "id", "name", A, "tag:a", "1 GB", "\x00", "é", '""', "mon 08:00", "%"])


@given(st.lists(WORDS, max_size=30).map("".join) | st.text(max_size=30))
def test_no_table_makes_an_exception_escape(table: str) -> None:
    raw = table.encode("utf-8", "surrogatepass")
    parsed = parse([("a.yaml", RULES.encode()), ("sites.csv", raw)])
    lines = raw.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in parsed.problems:
        assert problem.file == "sites.csv"
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message.isprintable()
    assert (parsed.configuration is None) == bool(parsed.problems)
