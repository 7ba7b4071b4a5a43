"""Log lines carry events and fields, from us and from libraries, and never a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable

import pytest
import structlog

from bot.app.logs import MASK, Redactor, Unrepeated, configure_logs

SECRET = 'pa"ss/w%rd'
Lines = Callable[[], list[dict[str, object]]]


def fail(text: str) -> None:
    raise RuntimeError(text)


@pytest.fixture
def lines(restored_logs: None) -> Lines:
    stream = io.StringIO()
    configure_logs("json", "info", lambda: {SECRET}, stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_its_event_fields_level_and_time(lines: Lines) -> None:
    structlog.get_logger("bot.pull").info("pull_answered", workspace="acme", rows=288, ok=True, share=0.5)
    (line,) = lines()
    assert (line["event"], line["workspace"], line["rows"], line["ok"], line["share"]) == (
        "pull_answered",
        "acme",
        288,
        True,
        0.5,
    )
    assert (line["level"], line["logger"]) == ("info", "bot.pull")
    assert str(line["timestamp"]).endswith("Z")


def test_lines_of_libraries_go_the_same_way_and_their_chatter_does_not(lines: Lines) -> None:
    logging.getLogger("some.library").warning("a %s happened", "thing")
    logging.getLogger("httpx").info("HTTP Request: GET https://example.com")
    logging.getLogger("slack_sdk.web").debug("chatter")
    assert [line["event"] for line in lines()] == ["a thing happened"]


def test_a_configured_secret_is_masked_in_events_fields_and_what_they_hold(lines: Lines) -> None:
    structlog.get_logger().info(
        f"got {SECRET}", text=f"<{SECRET}>", deep={"list": [SECRET, (SECRET,)], SECRET: 1}, error=ValueError(SECRET)
    )
    assert SECRET not in repr(lines())
    assert json.dumps(SECRET)[1:-1] not in json.dumps(lines())
    assert lines()[0]["text"] == f"<{MASK}>"


def test_a_configured_secret_is_masked_in_exception_texts_of_ours_and_of_libraries(lines: Lines) -> None:
    try:
        fail(f"cannot log in with {SECRET!r}")
    except RuntimeError:
        structlog.get_logger().exception("ours")
        logging.getLogger("library").exception("theirs with %s", SECRET)
    ours, theirs = lines()
    for line in (ours, theirs):
        assert "RuntimeError" in str(line["exception"])
        assert "w%rd" not in json.dumps(line)


def test_a_secret_as_a_url_has_it_is_masked(lines: Lines) -> None:
    structlog.get_logger().info("x", url="https://h/?p=pa%22ss%2Fw%25rd")
    assert lines()[0]["url"] == f"https://h/?p={MASK}"


def test_a_secret_learnt_later_is_masked_from_then_on() -> None:
    known: set[str] = {"first-one"}
    redactor = Redactor(lambda: known)
    known.add("second-one")
    assert redactor.text("first-one second-one") == f"{MASK} {MASK}"


def test_the_longer_of_two_secrets_leaves_no_tail() -> None:
    assert Redactor(lambda: {"abcd", "abcdefgh"}).text("abcdefgh") == MASK


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcDEF123.456",
        "xoxb-1234-5678-abcdef",
        "xapp-1-A0-123-abc",
        "alto_sk_live_0a1b2c",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "postgresql://bot:hunter22@db/usage",
        "https://hooks.slack.com/services/T0/B0/XXXX",
    ],
)
def test_what_looks_like_a_secret_is_masked_though_nobody_configured_it(text: str) -> None:
    masked = Redactor().text(text)
    assert MASK in masked
    assert not any(part in masked for part in ("abcDEF", "5678", "A0-", "live", "c2ln", "hunter22", "XXXX"))


def test_a_field_named_like_a_secret_is_masked_whatever_it_holds(lines: Lines) -> None:
    structlog.get_logger().info("x", token="q", smtp_password="z", nested={"api_key": "y"}, token_env="ACME_TOKEN")
    (line,) = lines()
    assert (line["token"], line["smtp_password"], line["nested"]) == (MASK, MASK, {"api_key": MASK})
    assert line["token_env"] == "ACME_TOKEN"


def test_ordinary_text_stays_as_it_is() -> None:
    text = "Cape Town used 412 GB; bearer of bad news; https://api.example.com/v1@2; basic plan"
    assert Redactor(lambda: {"", "abc"}).text(text) == text


def test_the_console_form_is_for_people_and_has_no_colours_in_a_file(restored_logs: None) -> None:
    stream = io.StringIO()
    configure_logs("console", "warning", stream=stream)
    structlog.get_logger("bot").info("unheard")
    try:
        fail("no")
    except RuntimeError:
        structlog.get_logger("bot").exception("job_failed", job="pull")
    text = stream.getvalue()
    assert "job_failed" in text
    assert "job=pull" in text
    assert "RuntimeError: no" in text
    assert "unheard" not in text
    assert "\x1b" not in text


def test_a_library_that_repeats_itself_is_heard_once_in_ten_minutes() -> None:
    now = [0.0]
    unrepeated = Unrepeated(lambda: now[0])

    def says(text: str, name: str = "slack_sdk.socket_mode.aiohttp") -> bool:
        return unrepeated.filter(logging.LogRecord(name, logging.ERROR, "", 0, "%s", (text,), None))

    assert [says("no connection") for _ in range(3)] == [True, False, False]
    assert says("something else")
    assert says("no connection", name="bot.service.pull")
    assert says("no connection", name="bot.service.pull")
    now[0] = 600.0
    assert says("no connection")
    assert len(unrepeated._said) == 1
