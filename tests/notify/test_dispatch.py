from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from bot.alerts.model import Change
from bot.notify.dispatch import Notifiers
from bot.notify.eml import EmlFolder
from bot.rules.model import Endpoint, Medium
from bot.service.ports import Delivered, Outcome, Rejected, TryAgain
from bot.service.views import Notification
from tests.notify.builders import EMAIL, SLACK, TERMINAL, news, quota, telling


class Marked:
    """Delivers everything with its own mark."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    async def deliver(self, notification: Notification) -> Outcome:
        return Delivered(self._mark)


async def test_the_endpoint_picks_the_notifier() -> None:
    notifiers = Notifiers({medium: Marked(medium.value) for medium in Medium})
    for endpoint in (SLACK, EMAIL, TERMINAL):
        outcome = await notifiers.deliver(telling(news(quota()), endpoint=endpoint))
        assert outcome == Delivered(endpoint.medium.value)


@pytest.mark.parametrize(
    ("endpoint", "outcome"),
    [
        (SLACK, TryAgain("slack is not set up: set SLACK_BOT_TOKEN", needs_operator=True)),
        (EMAIL, TryAgain("email is not set up: set SMTP_HOST and SMTP_FROM", needs_operator=True)),
        (TERMINAL, Rejected("terminal is not set up: run the bot in a terminal")),
    ],
)
async def test_what_to_do_about_a_medium_that_is_not_set_up(endpoint: Endpoint, outcome: Outcome) -> None:
    assert await Notifiers({}).deliver(telling(news(quota()), endpoint=endpoint)) == outcome


async def test_mails_become_files_that_a_mail_program_opens(tmp_path: Path) -> None:
    folder = EmlFolder(tmp_path / "mails")
    first = telling(news(quota()), endpoint=EMAIL)
    opened = await folder.deliver(first)
    assert isinstance(opened, Delivered)
    await folder.deliver(telling(news(quota(percent=100), Change.WORSENED), endpoint=EMAIL, ref=opened.ref, id=13))
    files = sorted((tmp_path / "mails").iterdir())
    assert [file.name for file in files] == ["00005-00012.eml", "00005-00013.eml"]
    one, two = (message_from_bytes(file.read_bytes(), policy=default) for file in files)
    assert two["References"] == one["Message-ID"]
    before = files[0].read_bytes()
    await folder.deliver(first)
    assert files[0].read_bytes() == before


async def test_mere_edits_write_no_file(tmp_path: Path) -> None:
    quiet = telling(news(quota()), endpoint=EMAIL, loud=False, ref="r")
    folder = tmp_path / "mails"
    assert await EmlFolder(folder).deliver(quiet) == Delivered("r")
    assert not folder.exists()


async def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = await EmlFolder(tmp_path / "file").deliver(telling(news(quota()), endpoint=EMAIL))
    assert isinstance(outcome, TryAgain)
    assert "cannot write into" in outcome.why
