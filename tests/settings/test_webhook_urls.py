"""URLs of webhooks: read by name, from the environment or a file, and masked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app.logs import Redactor
from bot.app.media import webhook_url
from bot.app.start import missing_settings
from bot.rules.model import Configuration, Endpoint, Medium, Receiver
from bot.service.ports import Rejected
from bot.settings import MissingSettingError, Settings, load_settings

URL = "https://tickets.example.com/hooks/s3cr3t-path?key=k3yk3yk3y"
TOLD = Configuration("v1", receivers={"tickets": Receiver("tickets", (Endpoint(Medium.WEBHOOK, ("TICKETS_URL",)),))})


def settings(folder: Path, **environ: str) -> Settings:
    loaded = load_settings({"ALTOSTRAT_TOKEN": "t" * 8, **environ}, folder)
    assert isinstance(loaded, Settings)
    return loaded


def test_a_url_is_read_anew_from_the_environment_or_its_file(tmp_path: Path) -> None:
    assert settings(tmp_path, TICKETS_URL=URL).url_of("TICKETS_URL") == URL
    (tmp_path / "url").write_text(URL + "\n")
    from_file = settings(tmp_path, TICKETS_URL_FILE="url")
    assert from_file.url_of("TICKETS_URL") == URL
    (tmp_path / "url").write_text("http://localhost:8000/")
    assert from_file.url_of("TICKETS_URL") == "http://localhost:8000/"


@pytest.mark.parametrize(
    "wrong", ["tickets", "ftp://s3cr3t.example.com", "https://", "https://a b/s3cr3t", "https://[s3cr3t"]
)
def test_what_is_no_address_is_said_without_showing_it(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(MissingSettingError, match="TICKETS_URL: this is not an http or https address") as caught:
        settings(tmp_path, TICKETS_URL=wrong).url_of("TICKETS_URL")
    assert "s3cr3t" not in str(caught.value)


def test_a_url_that_is_missing_keeps_the_bot_from_starting_and_a_message_from_being_sent(tmp_path: Path) -> None:
    (missing,) = missing_settings(settings(tmp_path), TOLD)
    assert missing == "TICKETS_URL: it is not set. Set TICKETS_URL, or TICKETS_URL_FILE to a file that holds the URL."
    assert webhook_url(settings(tmp_path), "TICKETS_URL") == Rejected(missing)
    assert missing_settings(settings(tmp_path, TICKETS_URL=URL), TOLD) == []


def test_a_url_that_was_read_is_masked_whole_and_in_parts(tmp_path: Path) -> None:
    own = settings(tmp_path, TICKETS_URL=URL)
    own.url_of("TICKETS_URL")
    masked = Redactor(own.secret_values).text(f"POST {URL} failed: /hooks/s3cr3t-path is gone, key=k3yk3yk3y is not")
    assert "s3cr3t" not in masked
    assert "k3yk3y" not in masked
