"""Where settings come from, and that every problem is told at once without a secret."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import MissingSettingError, SettingProblem, Settings, load_settings

TOKEN = "alto_sk_0123456789"


def good(environ: dict[str, str], folder: Path) -> Settings:
    loaded = load_settings(environ, folder)
    assert isinstance(loaded, Settings), [str(p) for p in loaded]
    return loaded


def bad(environ: dict[str, str], folder: Path) -> dict[str, SettingProblem]:
    loaded = load_settings(environ, folder)
    assert isinstance(loaded, list)
    return {problem.name: problem for problem in loaded}


def test_nothing_at_all_gives_the_documented_defaults(tmp_path: Path) -> None:
    settings = good({}, tmp_path)
    assert settings.altostrat_token is None
    assert settings.database_url.get_secret_value() == "sqlite:///usage.db"
    assert settings.rules_path == Path("rules")
    assert settings.pull_settle == timedelta(minutes=2)
    assert settings.warnings == ()


def test_the_environment_goes_before_the_file_and_a_blank_value_is_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=9000\nLOG_FORMAT=json\nexport LOG_LEVEL='debug' # loud\nSMTP_HOST=\n")
    settings = good({"HTTP_PORT": "9001", "LOG_FORMAT": "  "}, tmp_path)
    assert (settings.http_port, settings.log_format, settings.log_level) == (9001, "json", "debug")
    assert settings.smtp_host is None


def test_a_dollar_in_the_file_is_a_dollar(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ALTOSTRAT_TOKEN=a${HOME}b$c\n")
    assert good({"HOME": "/root"}, tmp_path).token_reader()() == "a${HOME}b$c"


def test_a_line_of_the_file_that_cannot_be_read_is_named_without_its_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=info\nALTOSTRAT_TOKEN='hunter22\n")
    problem = bad({}, tmp_path)[".env"]
    assert "line 2" in problem.what
    assert "hunter22" not in str(problem)


def test_a_file_that_is_not_text_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfeL\x00")
    assert "UTF-8" in bad({}, tmp_path)[".env"].what


def test_every_problem_is_told_at_once_with_its_remedy(tmp_path: Path) -> None:
    problems = bad(
        {
            "ALTOSTRAT_BASE_URL": "ftp://example.com",
            "ALTOSTRAT_TIMEZONE": "Africa/Nowhere",
            "ALTOSTRAT_EMPTY_SLOTS": "nought",
            "ALTOSTRAT_BUCKET_MINUTES": "7",
            "PULL_SETTLE": "2",
            "PULL_TRAILING": "3d",
            "DATABASE_URL": "mysql://localhost/usage",
            "SLACK_APP_TOKEN": "xoxb-wrong-kind",
            "SMTP_HOST": "mail.example.com",
            "SMTP_SECURITY": "ssl",
            "HTTP_PORT": "70000",
        },
        tmp_path,
    )
    assert set(problems) == {
        "ALTOSTRAT_BASE_URL",
        "ALTOSTRAT_TIMEZONE",
        "ALTOSTRAT_EMPTY_SLOTS",
        "ALTOSTRAT_BUCKET_MINUTES",
        "PULL_SETTLE",
        "PULL_TRAILING",
        "DATABASE_URL",
        "SLACK_APP_TOKEN",
        "SMTP_FROM",
        "SMTP_SECURITY",
        "HTTP_PORT",
    }
    assert all(problem.remedy for problem in problems.values())
    assert "unknown, zero" in problems["ALTOSTRAT_EMPTY_SLOTS"].remedy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALTOSTRAT_TOKEN", "Bearer hunter22"),
        ("ALTOSTRAT_TOKEN", "hunter22 hunter22"),
        ("ALTOSTRAT_BASE_URL", "https://bot:hunter22@example.com"),
        ("ALTOSTRAT_BASE_URL", "https://example.com?key=hunter22"),
        ("ALTOSTRAT_USAGE_PATH", "/usage?key=hunter22"),
        ("DATABASE_URL", "hunter22"),
        ("DATABASE_URL", "postgresql://bot:hunter22@host:port/x"),
        ("SLACK_BOT_TOKEN", "hunter22"),
        ("SLACK_APP_TOKEN", "hunter22"),
        ("SLACK_SIGNING_SECRET", "hunter22\nhunter22"),
        ("SMTP_PASSWORD", "hunter22\thunter22"),
        ("SMTP_HOST", "bot:hunter22@mail"),
    ],
)
def test_a_refused_value_that_may_hold_a_secret_is_never_repeated(name: str, value: str, tmp_path: Path) -> None:
    problems = bad({name: value}, tmp_path)
    assert name in problems
    assert "hunter22" not in "".join(map(str, problems.values()))
    assert "hunter22" not in repr(problems)


def test_secrets_are_masked_in_every_form_of_the_settings(tmp_path: Path) -> None:
    environ = {"ALTOSTRAT_TOKEN": TOKEN, "DATABASE_URL": "postgresql://bot:hunter22@host/usage"}
    settings = good(environ, tmp_path)
    for text in (repr(settings), str(settings), repr(settings.model_dump()), settings.model_dump_json()):
        assert TOKEN not in text
        assert "hunter22" not in text


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_each_way_to_begin_an_address_of_postgresql_is_taken(scheme: str, tmp_path: Path) -> None:
    settings = good({"DATABASE_URL": f"{scheme}://bot:p@ss@host:5433/usage?sslmode=require"}, tmp_path)
    assert settings.database_url.get_secret_value().startswith(scheme)


@pytest.mark.parametrize("scheme", ["postgresql+asyncpg", "postgresql+psycopg2", "sqlite+aiosqlite", "mysql"])
def test_another_driver_or_database_is_refused_with_what_is_known(scheme: str, tmp_path: Path) -> None:
    problems = bad({"DATABASE_URL": f"{scheme}://bot:hunter22@host/usage"}, tmp_path)
    assert "postgresql://" in problems["DATABASE_URL"].remedy
    assert "hunter22" not in str(problems["DATABASE_URL"])


def test_passwords_among_the_options_of_an_address_are_masked_too(tmp_path: Path) -> None:
    settings = good({"DATABASE_URL": "postgresql://host/usage?password=hunter22&sslpassword=k%C3%A9y"}, tmp_path)
    assert {"hunter22", "kéy"} <= settings.secret_values()


def test_what_logs_must_mask_holds_tokens_and_the_password_of_the_database_but_no_plain_file(tmp_path: Path) -> None:
    settings = good({"ALTOSTRAT_TOKEN": TOKEN, "DATABASE_URL": "postgresql://bot:p%40ss@host/usage"}, tmp_path)
    assert {TOKEN, "p@ss", "p%40ss"} <= settings.secret_values()
    assert good({"DATABASE_URL": "sqlite:///usage.db"}, tmp_path).secret_values() == frozenset()


def test_a_misspelt_setting_warns_with_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RULES_PAHT=rules\nEDITOR=vi\n")
    settings = good({"ALTOSTRAT_TOKN": "x", "SLACK_WEBHOOK_COLOUR": "red", "PATH": "/bin"}, tmp_path)
    warnings = {problem.name: problem for problem in settings.warnings}
    assert set(warnings) == {"ALTOSTRAT_TOKN", "SLACK_WEBHOOK_COLOUR", "RULES_PAHT"}
    assert "ALTOSTRAT_TOKEN?" in str(warnings["ALTOSTRAT_TOKN"])
    assert "RULES_PATH?" in str(warnings["RULES_PAHT"])
    assert not any(problem.fatal for problem in settings.warnings)


def test_tokens_of_workspaces_are_no_unknown_settings(tmp_path: Path) -> None:
    assert good({"ALTOSTRAT_TOKEN_ACME": "x" * 8, "ALTOSTRAT_NORTH_TOKEN_FILE": "x"}, tmp_path).warnings == ()


def test_slack_wants_a_bot_token_beside_the_way_it_listens(tmp_path: Path) -> None:
    assert "SLACK_BOT_TOKEN" in bad({"SLACK_APP_TOKEN": "xapp-1"}, tmp_path)["SLACK_APP_TOKEN"].remedy
    assert "SLACK_SIGNING_SECRET" in bad({"SLACK_SIGNING_SECRET": "abcdef"}, tmp_path)


def test_slack_that_cannot_listen_warns_and_slack_that_listens_twice_says_which_way(tmp_path: Path) -> None:
    deaf = good({"SLACK_BOT_TOKEN": "xoxb-1"}, tmp_path)
    assert [problem.name for problem in deaf.warnings] == ["SLACK_BOT_TOKEN"]
    both = good({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "abcdef"}, tmp_path)
    assert "Socket Mode is used" in both.warnings[0].what


@pytest.mark.parametrize("name", ["ALTOSTRAT_BASE_URL", "SLACK_API_URL"])
def test_an_address_that_sends_tokens_unencrypted_warns_unless_it_is_on_this_machine(name: str, tmp_path: Path) -> None:
    [warning] = good({name: "http://api.example.com/v1"}, tmp_path).warnings
    assert str(warning) == f"{name}: tokens cross the network unencrypted. Write https:// instead of http://."
    for url in ("https://api.example.com", "http://127.0.0.1:9", "http://localhost:9/x", "http://[::1]:9"):
        assert good({name: url}, tmp_path).warnings == ()


def test_mail_needs_its_sender_and_both_halves_of_a_login(tmp_path: Path) -> None:
    problems = bad({"SMTP_HOST": "mail", "SMTP_USERNAME": "bot"}, tmp_path)
    assert set(problems) == {"SMTP_FROM", "SMTP_PASSWORD"}


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("TLS", 465)])
def test_the_port_of_mail_follows_its_security(security: str, port: int, tmp_path: Path) -> None:
    settings = good({"SMTP_HOST": "mail", "SMTP_FROM": "Bot <bot@example.com>", "SMTP_SECURITY": security}, tmp_path)
    assert settings.smtp_port_in_use == port


def test_addresses_are_brought_into_one_form(tmp_path: Path) -> None:
    environ = {
        "ALTOSTRAT_BASE_URL": "https://api.example.com/v1/",
        "ALTOSTRAT_USAGE_PATH": "metrics/usage/",
        "SLACK_API_URL": "http://127.0.0.1:9999/api",
    }
    settings = good(environ, tmp_path)
    assert settings.altostrat_base_url == "https://api.example.com/v1"
    assert settings.altostrat_usage_path == "/metrics/usage"
    assert settings.slack_api_url == "http://127.0.0.1:9999/api/"


def test_who_may_act_in_slack_are_all_or_some_groups(tmp_path: Path) -> None:
    assert good({}, tmp_path).slack_may_act == ()
    assert good({"SLACK_MAY_ACT": "Everybody"}, tmp_path).slack_may_act == ()
    named = good({"SLACK_MAY_ACT": "S0123ABCD, @network-team"}, tmp_path)
    assert named.slack_may_act == ("S0123ABCD", "@network-team")


@pytest.mark.parametrize("groups", ["nobody", "S0123ABCD,", "@", "everybody, @noc", "U0123ABCD", "#noc", "@a b"])
def test_groups_that_are_none_are_a_problem_and_nobody_is_let_in_by_mistake(groups: str, tmp_path: Path) -> None:
    assert "SLACK_MAY_ACT" in bad({"SLACK_MAY_ACT": groups}, tmp_path)


def test_a_secret_is_read_from_its_file_relative_to_the_folder(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    settings = good({"ALTOSTRAT_TOKEN_FILE": "token"}, tmp_path)
    assert settings.altostrat_token is not None
    assert settings.altostrat_token.get_secret_value() == TOKEN


def test_a_secret_and_its_file_together_are_an_error_wherever_they_come_from(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"ALTOSTRAT_TOKEN_FILE={tmp_path / 'token'}\n")
    assert "both" in bad({"ALTOSTRAT_TOKEN": TOKEN}, tmp_path)["ALTOSTRAT_TOKEN"].what


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"\xff\xfe", b"x" * 70_000])
def test_a_secret_file_that_is_no_secret_is_a_problem(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    assert "token" in bad({"ALTOSTRAT_TOKEN_FILE": "token"}, tmp_path)["ALTOSTRAT_TOKEN"].what


def test_a_token_is_read_again_at_each_call_and_every_one_seen_stays_masked(tmp_path: Path) -> None:
    file = tmp_path / "acme"
    file.write_text("first-token")
    settings = good({"ACME_TOKEN_FILE": str(file)}, tmp_path)
    read = settings.token_reader("ACME_TOKEN")
    assert read() == "first-token"
    file.write_text("second-token\n")
    assert read() == "second-token"
    assert settings.secret_values() == {"first-token", "second-token"}


def test_a_token_that_is_gone_says_which_and_what_to_do(tmp_path: Path) -> None:
    settings = good({}, tmp_path)
    with pytest.raises(MissingSettingError, match=r"ACME_TOKEN: it is not set\. Set ACME_TOKEN, or ACME_TOKEN_FILE"):
        settings.token_reader("ACME_TOKEN")()
    problem = settings.token_problem("ACME_TOKEN")
    assert problem is not None
    assert problem.name == "ACME_TOKEN"
