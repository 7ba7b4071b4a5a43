"""Which files are the configuration, and what is said of those that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.service import rule_files
from bot.service.rule_files import UnreadableRulesError, read_rules, shown
from bot.service.rule_tests.files import read_test


def problems_of(path: Path) -> str:
    with pytest.raises(UnreadableRulesError) as caught:
        read_rules(path)
    return str(caught.value)


def test_the_yaml_files_directly_in_the_folder_are_read_by_name(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml", "a.test.yaml", "notes.txt", ".b.yaml.swp", ".hidden.yaml"):
        (tmp_path / name).write_text(name)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "c.yaml").write_text("c")
    assert read_rules(tmp_path) == [("a.yaml", b"a.yaml"), ("b.yaml", b"b.yaml")]


def test_a_single_file_of_any_name_is_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "one.conf").write_text("version: 1")
    assert read_rules(tmp_path / "one.conf") == [("one.conf", b"version: 1")]


def test_a_link_to_a_file_is_read_as_mounted_configurations_are(tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "fleet.yaml").write_text("x")
    (tmp_path / "fleet.yaml").symlink_to(tmp_path / "..data" / "fleet.yaml")
    assert read_rules(tmp_path) == [("fleet.yaml", b"x")]


def test_a_missing_folder_says_how_to_begin(tmp_path: Path) -> None:
    assert "usagebot init" in problems_of(tmp_path / "rules")


def test_an_empty_folder_is_a_problem_and_yml_files_are_named(tmp_path: Path) -> None:
    assert "usagebot init" in problems_of(tmp_path)
    (tmp_path / "fleet.yml").write_text("x")
    assert "Rename" in problems_of(tmp_path)


def test_every_file_that_cannot_be_read_is_told_at_once_and_none_blocks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "broken.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.yaml").mkdir()
    text = problems_of(tmp_path)
    assert all(name in text for name in ("pipe.yaml", "broken.yaml", "folder.yaml"))


def test_a_configuration_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_files, "LARGEST_CONFIGURATION", 10)
    (tmp_path / "a.yaml").write_bytes(b"x" * 6)
    (tmp_path / "b.yaml").write_bytes(b"x" * 6)
    text = problems_of(tmp_path)
    assert "b.yaml" in text
    assert "10 MiB" in text


def test_a_file_is_named_as_it_is_opened(tmp_path: Path) -> None:
    assert shown(Path("rules"), "fleet.yaml") == "rules/fleet.yaml"
    assert shown(Path("rules/fleet.yaml"), "fleet.yaml") == "rules/fleet.yaml"


NAMING = "version: 1\nsites_file: sites.csv\n"


def test_a_table_is_read_where_a_rules_file_names_it_and_only_then(tmp_path: Path) -> None:
    for name in ("sites.csv", "export.csv"):
        (tmp_path / name).write_text(name)
    (tmp_path / "fleet.yaml").write_text("version: 1\n# sites.csv\n")
    assert read_rules(tmp_path) == [("fleet.yaml", b"version: 1\n# sites.csv\n")]
    (tmp_path / "fleet.yaml").write_text(NAMING)
    found = [("fleet.yaml", NAMING.encode()), ("sites.csv", b"sites.csv")]
    assert read_rules(tmp_path) == read_rules(tmp_path / "fleet.yaml") == found


def test_a_table_that_does_not_exist_is_left_to_the_checker(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(NAMING)
    assert read_rules(tmp_path) == [("fleet.yaml", NAMING.encode())]


def test_a_table_that_cannot_be_read_is_a_problem_and_never_blocks(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(NAMING)
    os.mkfifo(tmp_path / "sites.csv")
    assert problems_of(tmp_path) == f"{tmp_path / 'sites.csv'}: this is no regular file. Remove it, or rename it."


def test_a_table_counts_for_the_size_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_files, "LARGEST_CONFIGURATION", len(NAMING) + 9)
    (tmp_path / "fleet.yaml").write_text(NAMING)
    (tmp_path / "sites.csv").write_text("x" * 10)
    assert "larger than 10 MiB" in problems_of(tmp_path)


def test_a_table_alone_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("id\n")
    assert "Name it as the `sites_file`" in problems_of(tmp_path / "sites.csv")


def test_a_table_is_named_as_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(NAMING)
    assert shown(tmp_path, "sites.csv") == shown(tmp_path / "fleet.yaml", "sites.csv") == str(tmp_path / "sites.csv")


def test_a_test_of_rules_is_read_alone_whatever_it_speaks_of(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("id\n")
    (tmp_path / "a.test.yaml").write_text("# sites_file: sites.csv\n")
    assert read_test(tmp_path / "a.test.yaml") == b"# sites_file: sites.csv\n"
