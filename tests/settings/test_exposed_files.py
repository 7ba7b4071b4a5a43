"""Files with secrets that others can read are worth a warning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.settings import Settings, exposed, load_settings


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One that everybody gets to, as nobody gets to pytest's."""
    with TemporaryDirectory(prefix="usagebot-") as name:
        path = Path(name)
        path.chmod(0o755)
        if not all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents):
            pytest.skip(f"{path.parent} is closed to other users, so nothing in it is exposed")
        monkeypatch.setattr(exposed, "MOUNTED", (path / "run",))
        yield path


def warned(environ: dict[str, str], folder: Path) -> dict[str, str]:
    loaded = load_settings(environ, folder)
    assert isinstance(loaded, Settings), [str(p) for p in loaded]
    return {warning.name: str(warning) for warning in loaded.warnings}


def secret(folder: Path, name: str, mode: int) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("alto_sk_0123456789")
    file.chmod(mode)
    return file


@pytest.mark.parametrize("name", ["ALTOSTRAT_TOKEN_FILE", "ACME_ALTOSTRAT_TOKEN_FILE"])
def test_a_secret_file_that_others_can_read_warns_with_the_remedy_and_without_the_secret(
    folder: Path, name: str
) -> None:
    file = secret(folder, "token", 0o644)
    warning = warned({name: "token"}, folder)[name]
    remedy = f"Run: chmod 600 {file} (in Kubernetes: defaultMode: 0400)"
    assert warning == f"{name}: other users of this machine can read {file}. {remedy}."


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_a_secret_file_of_its_owner_or_group_does_not_warn(folder: Path, mode: int) -> None:
    secret(folder, "token", mode)
    assert warned({"ALTOSTRAT_TOKEN_FILE": "token"}, folder) == {}


def test_a_folder_that_is_closed_to_others_protects_what_is_in_it(folder: Path) -> None:
    secret(folder / "secrets", "token", 0o644)
    (folder / "secrets").chmod(0o700)
    assert warned({"ALTOSTRAT_TOKEN_FILE": "secrets/token"}, folder) == {}


def test_secrets_that_a_container_engine_mounts_do_not_warn(folder: Path) -> None:
    file = secret(folder / "run", "token", 0o444)
    assert warned({"ALTOSTRAT_TOKEN_FILE": str(file)}, folder) == {}


def test_settings_with_a_secret_that_others_can_read_warn_and_without_one_do_not(folder: Path) -> None:
    (folder / ".env").write_text("ALTOSTRAT_TOKEN=alto_sk_0123456789\n")
    (folder / ".env").chmod(0o644)
    assert list(warned({}, folder)) == [".env"]
    (folder / ".env").write_text("HTTP_PORT=9000\nRULES_PATH=rules\n")
    assert warned({}, folder) == {}
    (folder / ".env").write_text("ALTOSTRAT_TOKEN=alto_sk_0123456789\n")
    (folder / ".env").chmod(0o600)
    assert warned({}, folder) == {}
