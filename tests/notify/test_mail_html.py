"""Mails as pages: what mail clients need, what stays readable without pictures or in the dark, what can be done."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.notify.mail import build
from bot.notify.mail_html import Inline, digest_html, html
from bot.notify.todo import doings, plain_doings
from bot.notify.wording import compose
from bot.service.answers.model import Answer, Table
from bot.service.views import Notification
from tests.notify.builders import EMAIL, HOSTILE, NOW, ended, fleet, news, quota, telling
from tests.notify.pages import Page

SENDER = "usagebot@altostrat.example"
STYLED = {"body", "h1", "p", "th", "td", "img", "code"}


def page(told: Notification, picture: Inline | None = None) -> str:
    return html(compose(told), picture, doings(told))


def test_styles_are_on_the_elements_because_some_clients_drop_sheets() -> None:
    for tag, attributes in Page(page(telling(news(quota())))).tags:
        if tag in STYLED:
            assert attributes.get("style"), tag


def test_only_what_clients_may_ignore_stays_a_sheet() -> None:
    (sheet,) = re.findall(r"<style>(.*?)</style>", page(telling(news(quota()))), re.DOTALL)
    assert sheet.strip().startswith("@media (prefers-color-scheme: dark)")


def test_a_dark_page_has_light_words_on_every_ground() -> None:
    """What is dark by itself must be made light: a colour that is put on an element stays, unless the sheet says so."""
    shown = page(telling(news(quota())))
    (sheet,) = re.findall(r"<style>(.*?)</style>", shown, re.DOTALL)
    for chosen in (".card", ".quiet", ".small", ".facts th", ".rows th", ".do", "body"):
        assert chosen in sheet
    assert sheet.count("!important") == sheet.count(": #")


def test_nothing_is_fetched_and_nothing_can_be_followed() -> None:
    shown = Page(page(telling(news(quota(HOSTILE)))))
    assert {tag for tag, _ in shown.tags} & {"a", "script", "link", "iframe", "form", "object"} == set()
    assert not any("src" in attributes or "href" in attributes for _, attributes in shown.tags)


def test_a_picture_is_a_part_of_the_mail_and_says_what_it_shows() -> None:
    picture = Inline("cid:chart@usagebot", 'Cape "Town" <b>used</b> 400 GB of 500 GB')
    ((_, image),) = [each for each in Page(page(telling(news(quota())), picture)).tags if each[0] == "img"]
    assert image["src"] == "cid:chart@usagebot"
    assert image["alt"] == picture.alt


def test_whoever_sees_no_picture_reads_all_of_it() -> None:
    shown = Page(page(telling(news(quota("Cape Town", 80, 400))), Inline("cid:x", "A chart."))).text
    for words in (
        "400 GB of 500 GB (80 %)",
        "it runs out on Tue 25 Nov",
        "1 – 30 Nov, 10 days left",
        "Firing, warning",
    ):
        assert words in shown


def test_the_preview_of_an_inbox_tells_the_gist() -> None:
    shown = Page(page(telling(news(quota("Cape Town", 80, 400))))).text.strip()
    assert shown.startswith("Cape Town has used 80 % of its 500 GB · Firing, warning")


def test_of_a_hundred_rows_more_are_in_the_plain_text() -> None:
    told = telling(*map(news, fleet(300)), endpoint=EMAIL)
    assert "+200 more, in the plain text of this mail" in Page(page(told)).text
    plain = build(told, SENDER).message.get_body(("plain",))
    assert plain is not None
    assert "Site 300" in plain.get_content()


def test_one_alert_can_be_taken_silenced_and_asked_about() -> None:
    assert plain_doings(doings(telling(news(quota())))).splitlines() == [
        "Take it: usagebot ack A17 or /usage ack A17",
        "Keep it quiet: usagebot silence A17 4h or /usage silence A17 4h",
        "Ask why: usagebot query why A17 or /usage why A17",
    ]


def test_what_was_done_already_is_not_offered() -> None:
    taken = replace(quota(), acknowledged_by="Ana", silenced_until=NOW)
    assert [doing.what for doing in doings(telling(news(taken)))] == ["Ask why"]


def test_of_several_all_are_offered_and_of_none_nothing() -> None:
    assert [doing.how[1] for doing in doings(telling(*map(news, fleet(3))))] == ["/usage alerts"]
    assert doings(telling(news(ended(quota())))) == ()
    assert doings(telling(news(quota()), is_test=True)) == ()


def test_a_digest_is_escaped_too() -> None:
    table = Table("Quotas", ("Site", "Used"), tuple((HOSTILE, "1 GB") for _ in range(130)))
    shown = Page(
        digest_html(Answer(HOSTILE, (("Fleet", HOSTILE),), (table,), (HOSTILE,), "Data until now"), "Report x")
    )
    assert {tag for tag, _ in shown.tags} & {"script", "a", "img", "b1"} == set()
    assert "+30 more, in the plain text of this mail" in shown.text
    assert shown.text.rstrip().endswith("Report x")


def test_whoever_wants_no_mail_writes_to_who_runs_the_bot() -> None:
    told = replace(telling(news(quota()), endpoint=EMAIL), receiver="noc & <co>\r\nBcc: x@example.com")
    header = build(told, SENDER).message["List-Unsubscribe"]
    assert header.startswith("<mailto:usagebot@altostrat.example?subject=unsubscribe%20noc%20%26%20")
    assert header.endswith(">")
    assert not re.search(r"[\s<>]", header[1:-1])
