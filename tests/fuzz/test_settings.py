"""Any environment, any `.env`, any file of a secret: settings, or problems that never tell a secret."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.history.address import Address
from bot.history.errors import HistoryError
from bot.settings import SETTING_NAMES, MissingSettingError, SettingProblem, Settings, load_settings
from bot.settings.names import SECRETS
from tests.fuzz.foreign_text import texts
from tests.fuzz.trying import tries

MARK = "5ecret5ecret"
NAMES = [*SETTING_NAMES, *(f"{name}_FILE" for name in SECRETS), "SLACK_BOT_TOKN", "ALTOSTRAT_X", "altostrat_token"]
odd = st.sampled_from(
    [
        *[
            "a\x00b",
            "/",
            ".",
            "..",
            "~",
            "/dev/null",
            "x" * 5000,
            "\udcff",
            "true",
            "-1",
            "0",
            "1e9",
            "٣",
            "15m",
            "1s" * 9000,
        ],
        *[
            "http://[",
            "http://a:b@c",
            "https://x:99999",
            "sqlite://",
            "sqlite:///a\x00b",
            "sqlite:///x?mode=ro&uri=%zz",
        ],
        *[
            "postgresql://u:p@h:x/y",
            "mysql://u:p@h/x",
            "postgresql+asyncpg://h",
            "sqlite:///x?timeout=z",
            "sqlite:///%zz",
        ],
        *[
            "Europe",
            "posixrules",
            "../etc/passwd",
            "UTC\x00",
            "zone.tab",
            "Bearer x",
            "xoxb-1",
            "xapp-1",
            "a@b",
            "<a@b>",
        ],
    ]
)
values = odd | texts
environments = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings")


def check(loaded: Settings | list[SettingProblem]) -> None:
    problems = loaded if isinstance(loaded, list) else loaded.warnings
    assert isinstance(loaded, Settings) or any(problem.fatal for problem in loaded)
    for problem in problems:
        assert problem.name
        assert problem.what
        assert problem.remedy
        assert MARK not in str(problem), problem
    if isinstance(loaded, Settings):
        assert MARK not in repr(loaded)


@tries(60)
@given(environments)
@example({"ALTOSTRAT_TOKEN_FILE": "a\x00b"})
def test_any_environment_is_settings_or_problems(folder: Path, environ: dict[str, str]) -> None:
    (folder / ".env").unlink(missing_ok=True)
    check(load_settings(environ, folder))


def said_of(work: Callable[[], object]) -> str:
    """What people are told where it fails as it may."""
    try:
        work()
    except (MissingSettingError, HistoryError) as expected:
        return str(expected)
    return ""


secrets = st.builds("{}{}{}".format, texts, st.just(MARK), texts)


@tries(50)
@given(given_secrets=st.dictionaries(st.sampled_from(sorted(SECRETS)), secrets, min_size=1), as_files=st.booleans())
@example(given_secrets={"DATABASE_URL": f"mysql://bot:{MARK}@h/x"}, as_files=False)
@example(given_secrets={"DATABASE_URL": f"{MARK}://x"}, as_files=False)
@example(given_secrets={"DATABASE_URL": f"postgresql://bot:{MARK}@h:port/x"}, as_files=True)
def test_no_problem_tells_a_secret(folder: Path, given_secrets: dict[str, str], as_files: bool) -> None:
    (folder / ".env").unlink(missing_ok=True)
    environ = {}
    for name, value in given_secrets.items():
        if as_files:
            (folder / name).write_bytes(value.encode("utf-8", "surrogatepass"))
            environ[f"{name}_FILE"] = name
        else:
            environ[name] = value
    loaded = load_settings(environ, folder)
    check(loaded)
    if isinstance(loaded, Settings):
        assert MARK not in said_of(loaded.token_reader())


@tries(50)
@given(
    st.one_of(
        st.binary(max_size=200),
        texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
        environments.map(lambda some: "\n".join(f"{k}={v}" for k, v in some.items()).encode("utf-8", "surrogatepass")),
        environments.map(lambda some: "\r\n".join(f'export {k}="{v}' for k, v in some.items()).encode("utf-16")),
    )
)
@example(b"ALTOSTRAT_TOKEN_FILE=a\x00b")
def test_any_dotenv_is_settings_or_problems(folder: Path, raw: bytes) -> None:
    (folder / ".env").write_bytes(raw)
    check(load_settings({}, folder))


@tries(50)
@given(odd | st.builds("sqlite:///{}".format, texts) | st.builds("postgresql://{}".format, texts) | texts)
@example("sqlite:///x?mode=ro&uri=%zz")
def test_any_address_of_a_database_is_one_or_is_refused_without_being_told(text: str) -> None:
    assert MARK not in said_of(lambda: Address.parse(f"{text}{MARK}"))
