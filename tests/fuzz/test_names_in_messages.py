"""Names of sites, rules, workspaces and notes as any text, through everything that shows them: none has any power."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from dataclasses import replace
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from bot.alerts.model import Change, Reason
from bot.app.logs import configure_logs
from bot.app.metrics import Metrics
from bot.notify import blocks
from bot.notify.mail import build
from bot.notify.terminal import TerminalNotifier
from bot.notify.wording import compose
from bot.service.views import AlertView, News, Notification
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import live_markup, seen
from tests.fuzz.foreign_text import POWERFUL, drives_a_terminal, hides, texts
from tests.fuzz.trying import tries
from tests.notify.builders import EMAIL, ended, news, quota, telling, threshold, trouble

HEADERS = {
    *("from", "to", "subject", "date", "message-id", "auto-submitted", "list-id", "mime-version", "content-type"),
    *("in-reply-to", "references", "list-unsubscribe"),
}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "div", "h1", "p", "b", "br", "code"),
    *("table", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    *("style", "class", "charset", "name", "content", "role", "lang", "scope"),
    *("align", "width", "cellpadding", "cellspacing"),
}


@st.composite
def alerts(draw: st.DrawFn, number: int) -> AlertView:
    name = draw(texts)
    made = draw(st.sampled_from([quota(name, number=number), threshold(name, number=number), trouble(name)]))
    if draw(st.booleans()):
        who = draw(texts)
        made = replace(made, acknowledged_by=who, silenced_by=who, silenced_until=made.since, silenced_for=who)
    return replace(made, id=f"A{number}") if draw(st.booleans()) else ended(replace(made, id=f"A{number}"))


@st.composite
def notifications(draw: st.DrawFn) -> Notification:
    rule, workspace = draw(texts), draw(texts)
    views = [draw(alerts(n)) for n in range(draw(st.integers(1, 4)))]
    views = [replace(view, rule=rule, workspace=workspace) for view in views]
    if draw(st.integers(0, 9)) == 0:
        views = [replace(views[0], id=f"A{n}") for n in range(150)]
    change = draw(st.sampled_from(list(Change)))
    reason = draw(st.sampled_from(list(Reason)))
    items: list[News] = [
        replace(news(view, change), reason=reason, was=5, late_by=timedelta(hours=2)) for view in views
    ]
    return telling(*items, endpoint=EMAIL, ref=draw(st.none() | texts))


@tries(60)
@given(notifications())
def test_slack_shows_names_as_text_within_its_limits(notification: Notification) -> None:
    said = compose(notification)
    for content in (blocks.root(said), blocks.reply(said), blocks.bare(blocks.root(said))):
        assert refusal(content) is None
        assert live_markup(content) == []
        assert not drives_a_terminal(seen(content))
        assert not hides(seen(content))


class Page(HTMLParser):
    """The tags of a page, and the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@tries(15)
@given(notifications())
def test_a_mail_has_its_own_headers_and_tags_and_no_others(notification: Notification) -> None:
    raw = build(notification, "usagebot@example.com").message.as_bytes()
    mail = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    assert {name.lower() for name in mail} <= HEADERS
    assert len(mail.keys()) == len(set(mail.keys()))
    assert mail["To"] == ", ".join(notification.endpoint.addresses)
    assert len(str(mail["Subject"]).splitlines()) == 1
    assert not drives_a_terminal(str(mail["Subject"]))
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    for part in (plain, html):
        assert not drives_a_terminal(part.get_content().replace("\r\n", "\n"))
        assert not hides(part.get_content())
    page = Page()
    page.feed(html.get_content())
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@tries(30)
@given(notifications())
def test_the_terminal_shows_names_and_obeys_none(notification: Notification) -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=90, force_terminal=False, highlight=False)
    asyncio.run(TerminalNotifier(console).deliver(notification))
    assert not drives_a_terminal(screen.getvalue())
    assert not hides(screen.getvalue())


# --- logs and metrics -------------------------------------------------------------------------------------


def logged(form: str, text: str) -> str:
    stream = io.StringIO()
    configure_logs(form, "info", stream=stream)
    structlog.get_logger("bot").info("site_listed", site=text, more=[text, {text: text}])
    logging.getLogger("library").warning("said %s", text)
    return stream.getvalue()


@pytest.mark.usefixtures("restored_logs")
@pytest.mark.parametrize("form", ["console", "json"])
@tries(100)
@given(text=texts)
@example(text="\x1b[31mred")
@example(text="\x9b2J")
@example(text="one\nlevel=error two")
@example(text="\u202etxt.exe")
def test_a_name_in_the_log_is_one_line_and_drives_nothing(form: str, text: str) -> None:
    out = logged(form, text)
    assert len(out.splitlines()) == 2
    assert not drives_a_terminal(out)
    assert not hides(out)
    if form == "json":
        assert json.loads(out.splitlines()[0])["site"] == text


@tries(60)
@given(texts.map(lambda text: text.encode("utf-8", "replace").decode()))
def test_a_workspace_of_any_name_is_one_series(text: str) -> None:
    metrics = Metrics()
    metrics.pulls.labels(text, "answered").inc(3)
    families = {family.name: family for family in text_string_to_metric_families(metrics.page().body.decode())}
    (found,) = [one for one in families["usagebot_pulls"].samples if one.name.endswith("_total")]
    assert (found.labels, found.value) == ({"workspace": text, "outcome": "answered"}, 3.0)


def test_every_powerful_text_is_tried_at_once() -> None:
    alert = quota(" ".join(POWERFUL))
    said = compose(telling(news(alert)))
    assert live_markup(blocks.root(said)) == []
