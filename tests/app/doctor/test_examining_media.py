"""The examination against a fake Slack and a fake mail server, over real HTTP and SMTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app.doctor import examine
from bot.app.doctor.examine import diagnose
from bot.app.doctor.findings import Finding, Standing, Subject
from bot.app.doctor.slack_verdicts import LISTENING, NEEDED, VITAL
from bot.demo.clock import HandClock
from tests.app.doctor.examining import plan
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import drops, hangs, rate_limited, refuses, server_error
from tests.fakes.smtp import FakeSmtp

SLACK_RULES = """
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {slack: "#noc"}, gone: {slack: "#gone"}, old: {slack: "#old"}, out: {slack: "#out"}, id: {slack: C000000001}}
rules: []
"""  # noqa: E501


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as workspace:
        workspace.scopes = ",".join(NEEDED)
        workspace.add_channel("noc")
        workspace.add_channel("old", is_archived=True)
        workspace.add_channel("out", is_member=False)
        yield workspace


async def about_slack(slack: FakeSlack, folder: Path, clock: HandClock, **environ: str) -> list[Finding]:
    settings = {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.base_url, "ALTOSTRAT_TOKEN": "", **environ}
    found = await diagnose(plan(folder, clock, settings, SLACK_RULES))
    return [one for one in found.findings if one.subject is Subject.SLACK]


async def test_each_channel_of_the_rules_is_looked_for_and_nothing_is_posted(
    slack: FakeSlack, tmp_path: Path, clock: HandClock
) -> None:
    found = await about_slack(slack, tmp_path, clock)
    assert [one.standing for one in found if one.check == "channel"] == [
        Standing.OK, Standing.PROBLEM, Standing.PROBLEM, Standing.PROBLEM, Standing.OK,
    ]  # fmt: skip
    assert {call.method for call in slack.calls} == {"auth.test", "conversations.list", "conversations.info"}
    assert [one.standing for one in found if one.check == "scopes"] == [Standing.OK]


async def test_missing_scopes_are_named(slack: FakeSlack, tmp_path: Path, clock: HandClock) -> None:
    slack.scopes = "chat:write,commands"
    found = await about_slack(slack, tmp_path, clock)
    warned = [one.text for one in found if one.check == "scopes" and one.standing is Standing.WARNING]
    wanted = [scope for scope in NEEDED if scope not in (*VITAL, *LISTENING)]
    assert [text.partition(" ")[0] for text in warned] == wanted


async def test_without_the_scope_for_private_channels_the_public_ones_are_listed(
    slack: FakeSlack, tmp_path: Path, clock: HandClock
) -> None:
    slack.fail("conversations.list", refuses("missing_scope", needed="groups:read"))
    found = await about_slack(slack, tmp_path, clock)
    assert next(one.standing for one in found if one.check == "channel") is Standing.OK


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (refuses("invalid_auth"), "SLACK_BOT_TOKEN"),
        (refuses("account_inactive"), "SLACK_BOT_TOKEN"),
        (rate_limited(30), "try again"),
        (server_error(), "try again"),
        (drops(), "SLACK_API_URL"),
    ],
)
async def test_a_slack_that_refuses_or_fails_is_one_problem(
    fault: object, word: str, slack: FakeSlack, tmp_path: Path, clock: HandClock
) -> None:
    slack.fail("auth.test", fault)  # type: ignore[arg-type]
    (finding,) = await about_slack(slack, tmp_path, clock)
    assert finding.standing is Standing.PROBLEM
    assert word in finding.remedy


async def test_a_slack_that_hangs_keeps_nobody(
    slack: FakeSlack, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examine, "SLACK_SECONDS", 0.2)
    slack.fail("conversations.list", hangs())
    found = await about_slack(slack, tmp_path, clock)
    assert found[0].check == "bot token"
    assert found[-1].text == "not done within 0.2 s"


async def test_the_app_token_is_tried_and_a_wrong_one_told(slack: FakeSlack, tmp_path: Path, clock: HandClock) -> None:
    slack.app_token = "xapp-right"
    slack.methods["apps.connections.open"] = lambda _: {"url": "ws://127.0.0.1:9/never-opened"}
    right = await about_slack(slack, tmp_path, clock, SLACK_APP_TOKEN="xapp-right")
    assert (right[-1].check, right[-1].standing) == ("app token", Standing.OK)
    wrong = await about_slack(slack, tmp_path, clock, SLACK_APP_TOKEN="xapp-wrong")
    assert wrong[-1].standing is Standing.PROBLEM
    assert "connections:write" in wrong[-1].remedy


async def about_mail(server: FakeSmtp, folder: Path, clock: HandClock, **environ: str) -> list[Finding]:
    base = {"SMTP_HOST": server.host, "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none"}
    settings = {**base, "SMTP_FROM": "bot@example.com", "ALTOSTRAT_TOKEN": "", **environ}
    found = await diagnose(plan(folder, clock, settings))
    return [one for one in found.findings if one.subject is Subject.MAIL]


async def test_a_mail_server_is_spoken_to_and_gets_no_mail(tmp_path: Path, clock: HandClock) -> None:
    async with FakeSmtp() as server:
        found = await about_mail(server, tmp_path, clock)
        assert server.envelopes == []
    assert [one.standing for one in found] == [Standing.OK]


async def test_a_login_is_tried_and_a_refused_one_told_without_the_password(tmp_path: Path, clock: HandClock) -> None:
    async with FakeSmtp(login=("bot", "right")) as server:
        right = await about_mail(server, tmp_path, clock, SMTP_USERNAME="bot", SMTP_PASSWORD="right")
        wrong = await about_mail(server, tmp_path, clock, SMTP_USERNAME="bot", SMTP_PASSWORD="hunter22")
    assert [one.check for one in right] == ["server", "login"]
    assert wrong[-1].standing is Standing.PROBLEM
    assert "SMTP_PASSWORD" in wrong[-1].remedy
    assert "hunter22" not in repr(wrong)


async def test_a_server_without_starttls_and_one_that_is_not_there_are_problems(
    tmp_path: Path, clock: HandClock
) -> None:
    async with FakeSmtp() as server:
        (plain,) = await about_mail(server, tmp_path, clock, SMTP_SECURITY="starttls")
        (closed,) = await about_mail(server, tmp_path, clock, SMTP_PORT="9")
    assert "SMTP_SECURITY" in plain.remedy or "SMTP_SECURITY" in plain.text
    assert "SMTP_HOST" in closed.remedy
