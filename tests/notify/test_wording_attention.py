"""What messages say of people: who took an alert, who silenced it, until when and why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.model import Reason
from bot.notify.blocks import root
from bot.notify.mail_html import html
from bot.notify.plain import one_line, plain
from bot.notify.wording import compose
from bot.service.views import AlertView
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import live_markup
from tests.notify.builders import HOSTILE, NOW, ended, news, quota, telling

LATER = NOW + timedelta(hours=4)
TAKEN = replace(quota(), acknowledged_by="Ana")
SILENCED = replace(quota(), silenced_by="Ben", silenced_until=LATER, silenced_for="new router")


@pytest.mark.parametrize(
    ("alert", "status"),
    [
        (TAKEN, "Firing, warning, acknowledged by Ana"),
        (
            replace(TAKEN, acknowledged_until=LATER),
            "Firing, warning, acknowledged by Ana until Thu 20 Nov 18:10 SAST",
        ),
        (SILENCED, "Firing, warning, silenced by Ben until Thu 20 Nov 18:10 SAST (new router)"),
        (
            replace(SILENCED, silenced_for="", silenced_unless="it gets worse"),
            "Firing, warning, silenced by Ben until Thu 20 Nov 18:10 SAST unless it gets worse",
        ),
        (replace(SILENCED, silenced_by="", silenced_for=""), "Firing, warning, silenced until Thu 20 Nov 18:10 SAST"),
        (
            replace(SILENCED, acknowledged_by="Ana"),
            "Firing, warning, acknowledged by Ana, silenced by Ben until Thu 20 Nov 18:10 SAST (new router)",
        ),
        (ended(replace(SILENCED, acknowledged_by="Ana")), "Resolved on Thu 20 Nov 14:10 SAST"),
    ],
)
def test_every_medium_says_who_took_an_alert_and_who_silenced_it(alert: AlertView, status: str) -> None:
    message = compose(telling(news(alert)))
    assert message.status == status
    assert status in plain(message)
    assert status in one_line(message)
    assert status in html(message)
    assert status in json.dumps(root(message)["attachments"])


def test_of_many_each_row_says_who_and_the_status_how_many() -> None:
    message = compose(
        telling(
            news(replace(TAKEN, id="A1", site="Durban")),
            news(replace(SILENCED, id="A2", site="George")),
            news(replace(quota(number=3), acknowledged_by="Zed", silenced_by="Ben", silenced_until=LATER)),
            news(ended(replace(TAKEN, id="A4", site="Knysna"), Reason.BACK_TO_NORMAL)),
        )
    )
    assert message.status == "3 firing (warning), 1 resolved, 2 acknowledged, 2 silenced"
    assert [(row.alert, row.state) for row in message.rows] == [
        ("A3", "warning, acknowledged by Zed, silenced by Ben"),
        ("A1", "warning, acknowledged by Ana"),
        ("A2", "warning, silenced by Ben"),
        ("A4", "resolved"),
    ]


def test_names_and_reasons_have_no_power() -> None:
    hostile = replace(SILENCED, silenced_by=HOSTILE, silenced_for=HOSTILE, acknowledged_by=HOSTILE)
    for notification in (telling(news(hostile)), telling(news(hostile), news(replace(hostile, id="A2", site="B")))):
        message = compose(notification)
        content = root(message)
        assert refusal(content) is None
        assert not live_markup(content)
        assert "<script>" not in html(message)
        assert "\x1b" not in plain(message)
