"""Secrets of webhooks: read by name, from the environment or a file, checked, and masked."""

from __future__ import annotations

import re
import subprocess
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.logs import Redactor
from bot.app.media import webhook_keys
from bot.app.start import missing_settings
from bot.rules.model import Configuration, Endpoint, Medium, Receiver
from bot.service.ports import Rejected
from bot.settings import MissingSettingError, Settings, load_settings

KEY, OTHER = bytes(range(32)), bytes(range(24))
SECRET, SECOND = (f"whsec_{b64encode(key).decode()}" for key in (KEY, OTHER))
SIGNED = Endpoint(Medium.WEBHOOK, ("TICKETS_URL",), "TICKETS_SECRET")
TOLD = Configuration("v1", receivers={"tickets": Receiver("tickets", (SIGNED,))})


def settings(folder: Path, **environ: str) -> Settings:
    given = {"ALTOSTRAT_TOKEN": "t" * 8, "TICKETS_URL": "https://example.com/hook", **environ}
    loaded = load_settings(given, folder)
    assert isinstance(loaded, Settings)
    return loaded


def test_a_secret_is_read_anew_from_the_environment_or_its_file(tmp_path: Path) -> None:
    assert settings(tmp_path, TICKETS_SECRET=SECRET).keys_of("TICKETS_SECRET") == (KEY,)
    (tmp_path / "secret").write_text(SECRET + "\n")
    from_file = settings(tmp_path, TICKETS_SECRET_FILE="secret")
    assert from_file.keys_of("TICKETS_SECRET") == (KEY,)
    (tmp_path / "secret").write_text(f"{SECOND} {SECRET}\n")
    assert from_file.keys_of("TICKETS_SECRET") == (OTHER, KEY)


@pytest.mark.parametrize(
    "wrong",
    [
        "s3cr3t",
        "whsec_",
        "whsec_s3cr3t",
        SECRET.removeprefix("whsec_"),
        f"whsec_{b64encode(bytes(23)).decode()}",
        f"whsec_{b64encode(bytes(65)).decode()}",
        SECRET + "é",
        f"{SECRET} s3cr3t",
        f"{SECRET}, {SECOND}",
    ],
)
def test_a_secret_is_in_no_problem_and_masked_in_the_log(wrong: str, tmp_path: Path) -> None:
    own = settings(tmp_path, TICKETS_SECRET=wrong)
    with pytest.raises(MissingSettingError, match="TICKETS_SECRET: this is not whsec_ and 24 to 64 bytes") as caught:
        own.keys_of("TICKETS_SECRET")
    assert not any(word in str(caught.value) for word in wrong.split() if word != "whsec_")
    masked = Redactor(own.secret_values).text(f"signing with {' and '.join(wrong.split())} failed")
    assert not any(word in masked for word in wrong.split() if len(word) > 6)


def test_the_remedy_makes_a_secret_that_is_one(tmp_path: Path) -> None:
    problem = settings(tmp_path, TICKETS_SECRET="s3cr3t").keys_problem("TICKETS_SECRET")
    assert problem is not None
    (command,) = re.findall(r"Make one: (.*)", problem.remedy)
    made = subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True).stdout
    assert [len(key) for key in settings(tmp_path, TICKETS_SECRET=made.strip()).keys_of("TICKETS_SECRET")] == [32]


def test_a_secret_that_is_missing_keeps_the_bot_from_starting_and_a_message_from_being_sent(tmp_path: Path) -> None:
    (missing,) = missing_settings(settings(tmp_path), TOLD)
    assert missing.startswith("TICKETS_SECRET: it is not set. Set TICKETS_SECRET, or TICKETS_SECRET_FILE to a file")
    assert webhook_keys(settings(tmp_path), "TICKETS_SECRET") == Rejected(missing)
    assert missing_settings(settings(tmp_path, TICKETS_SECRET=SECRET), TOLD) == []
    unsigned = replace(SIGNED, secret="")
    assert missing_settings(settings(tmp_path), Configuration("v", receivers={"t": Receiver("t", (unsigned,))})) == []


def test_a_file_that_others_can_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o600)
    assert settings(tmp_path, TICKETS_SECRET_FILE="secret").warnings == ()
