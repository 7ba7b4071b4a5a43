"""`usagebot run` among servers that say every secret back: none may reach a log, a page, a message or a file."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from aiohttp import web
from aiosmtpd.smtp import AuthResult

from tests.fakes.loopback import served
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import refuses
from tests.fakes.smtp import FakeSmtp
from tests.processes import ROOT, now, ran, started
from tests.slack.door import signature

SITE, OTHER = "7a1d7c1e-52f2-4dbe-a9ab-3d6a5a1b9c00", "8a1d7c1e-52f2-4dbe-a9ab-3d6a5a1b9c00"
# None has a shape that gives it away, where that can be helped: only knowing them can mask them.
SECRETS = {
    "ALTOSTRAT_TOKEN": "k3yOfDefault~1f9c",
    "ACME_KEY": "k3yOfAcme~77ab",
    "SLACK_BOT_TOKEN": "xoxb-k3yOfSlack",
    "SLACK_SIGNING_SECRET": "k3yOfSigning0d4e",
    "SMTP_PASSWORD": 'k3y"Of/Mail&55',
    "DEADMAN_URL": "http://127.0.0.1:9/k3yOfTheMonitor",
    "TICKETS_SECRET": f"whsec_{base64.b64encode(b'k3yOfTickets'.rjust(24)).decode()}",
}
HOOK = "k3yOfHook"
"""What is secret of the webhook's address."""
RULES = f"""
version: 1
operators: [noc]
defaults: {{receivers: [noc]}}
receivers:
  noc:
    {{slack: "#noc", email: [noc@example.com], terminal: true,
      webhook: {{url_env: TICKETS_URL, secret_env: TICKETS_SECRET}}}}
workspaces: [{{name: default}}, {{name: acme, token_env: ACME_KEY}}]
sites: [{{id: {SITE}, name: Sandton, workspace: default}}]
rules: [{{name: monthly, sites: {{name: "*"}}, quota: 1 GB, per: month, at: [80%]}}]
"""


class Echo:
    """A usage API that repeats the request's token: to `default` in its refusal, to `acme` wherever it can."""

    def __init__(self) -> None:
        self.faults = 0

    async def answer(self, request: web.Request) -> web.Response:
        header = request.headers["Authorization"]
        token = header.removeprefix("Bearer ")
        if token == SECRETS["ALTOSTRAT_TOKEN"]:
            return web.json_response({"message": f"no such token: {token} ({header})"}, status=401)
        if request.path.endswith("/site-minimal"):
            return web.json_response(
                [{"id": SITE.replace("7", "8"), "name": f"Site of {token}", "tags": {token: token}}]
            )
        self.faults += 1
        if self.faults == 1:
            return web.Response(status=302, headers={"Location": f"http://127.0.0.1:9/?{token}"})
        return web.json_response({"message": f"broken by {token}"}, status=500 if self.faults % 2 else 422)


async def echo_hook(request: web.Request) -> web.Response:
    """Refuses what is posted, and says with what it was signed."""
    return web.json_response(
        {"not": [str(request.url), SECRETS["TICKETS_SECRET"], *request.headers.values()]}, status=400
    )


class EchoingSmtp(FakeSmtp):
    """Refuses the login, and says with what password it was tried."""

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=False, handled=False, message=f"535 not with {data.password.decode()}")


@asynccontextmanager
async def echoing_api() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{path:.*}", Echo().answer)
    app.router.add_post(f"/{HOOK}", echo_hook)
    async with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """Its refusals hold the token, as an error message of a proxy might."""
    async with FakeSlack(token=SECRETS["SLACK_BOT_TOKEN"]) as workspace:
        workspace.add_channel("noc")
        echo = refuses(f"not with {SECRETS['SLACK_BOT_TOKEN']}")
        workspace.fail("chat.postMessage", echo)
        workspace.fail("conversations.history", echo)
        workspace.fail("auth.test", echo)
        yield workspace


def forms(secret: str) -> Iterator[bytes]:
    """How a secret may be written: as it is, in a URL, in JSON, in `repr`, in a login."""
    login = base64.b64encode(f"\0usagebot\0{secret}".encode()).decode()
    for text in {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1], login}:
        yield text.encode()
    yield base64.b64encode(secret.encode())


def parts(secret: str) -> set[str]:
    """A secret, and what of a URL is one."""
    return {secret, secret.rpartition("/")[2]} if secret.startswith("http") else {secret}


def leaks(places: Mapping[str, bytes]) -> list[str]:
    hidden = {**SECRETS, "TICKETS_URL": HOOK}
    written = [(name, form) for name, secret in hidden.items() for part in parts(secret) for form in forms(part)]
    return [f"{name} in {place}" for place, text in places.items() for name, form in written if form in text]


def files(folder: Path) -> dict[str, bytes]:
    """Everything in the folder, but the files that the secrets were put into."""
    return {
        str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file() and "secrets" not in file.parts
    }


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The secrets as files, and everything else."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, secret in SECRETS.items():
        (folder / name).write_text(secret + "\n")
    (tmp_path / "rules.yaml").write_text(RULES)
    named = {f"{name}_FILE": str(folder / name) for name in SECRETS}
    more = {
        "RULES_PATH": "rules.yaml",
        "HTTP_PORT": "0",
        "DEADMAN_EVERY": "1s",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "debug",
    }
    mail = {"SMTP_SECURITY": "none", "SMTP_FROM": "usagebot@example.com", "SMTP_USERNAME": "usagebot"}
    return {"PYTHONPATH": str(ROOT), "ALTOSTRAT_REQUESTS_PER_MINUTE": "100000", **named, **more, **mail}


async def pages(port: int, slack: FakeSlack) -> dict[str, bytes]:
    """What the HTTP port says, to strangers and to Slack."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as door:
        answers = {path: (await door.get(path)).content for path in ("/metrics", "/readyz", "/healthz", "/")}
        for text in ("status", "site Site of", "alerts"):
            answers[text] = (await door.post("/slack/events", **signed(slack, text))).content
        answers["forged"] = (
            await door.post("/slack/events", content=b"x", headers={"X-Slack-Signature": "v0="})
        ).content
    return answers


def signed(slack: FakeSlack, text: str) -> dict[str, Any]:
    sent_at = str(int(now().timestamp()))
    url = slack.response_url()
    body = urlencode({"command": "/usage", "team_id": "T0FAKE", "channel_id": "C1", "text": text, "response_url": url})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": sent_at,
        "X-Slack-Signature": signature(body, sent_at, SECRETS["SLACK_SIGNING_SECRET"]),
    }
    return {"content": body, "headers": headers}


async def test_no_secret_leaves_a_bot_whose_servers_all_say_them_back(
    tmp_path: Path, environment: dict[str, str], slack: FakeSlack
) -> None:
    async with EchoingSmtp(login=("usagebot", "another")) as smtp, echoing_api() as base_url:
        servers = {"ALTOSTRAT_BASE_URL": base_url, "SLACK_API_URL": slack.base_url, "TICKETS_URL": f"{base_url}/{HOOK}"}
        mail = {"SMTP_HOST": smtp.host, "SMTP_PORT": str(smtp.port)}
        with (tmp_path / "stdout").open("wb") as stdout:
            async with started({**environment, **servers, **mail}, tmp_path, stdout=stdout) as bot:
                port = (await bot.until("http_listening"))["port"]
                await bot.until("delivery", medium="email")
                await bot.until("delivery", medium="slack")
                await bot.until("deadman_failed")
                await bot.until("delivery", medium="webhook")
                places = await pages(port, slack)
                await bot.until("usage_answered", command="Alerts")
                places |= files(tmp_path)
                assert await bot.stop() == 0, bot.said[-5:]
    said = b"".join(bot.said)
    places |= {"standard error": said, "Slack": json.dumps(slack.responses).encode()}
    assert leaks(places | files(tmp_path)) == []
    # It did hear them, and masked them.
    assert b"***" in said
    assert b"rejected" in said
    assert b"Altostrat refuses the token" in places["Slack"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://bot:{password}@127.0.0.1:9/usage", ["run"]),
        ("postgresql://bot:{password}@127.0.0.1:9/usage?sslmode={password}", ["db", "upgrade"]),
        ("postgresql://bot:{password}@[broken/usage", ["run"]),
        ("{password}://bot:{password}@localhost/usage", ["db", "upgrade"]),
        ("sqlite://bot:{password}@localhost/usage", ["query", "status"]),
    ],
)
async def test_no_error_says_the_password_of_the_database(
    tmp_path: Path, environment: dict[str, str], words: list[str], address: str
) -> None:
    password = "k3yOfDatabase"
    settings = {"DATABASE_URL": address.format(password=password), "LOG_FORMAT": "console", "SMTP_HOST": "localhost"}
    told = await ran({**environment, **settings}, tmp_path, *words)
    said = told.out + told.err
    assert told.code in {3, 4}, said
    assert said
    assert password.lower() not in said.lower()
