"""The two that are measured, as processes of their own: Debian's Alertmanager, and this bot's timers and delivery.

Each is given the same alerts at the same moments, and each gets them from something that outlives it: Alertmanager
from whoever posts to it again and again, as Prometheus does; the bot from its database.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import httpx

from tests.benchmarks.alertmanager.ledger import Ledger
from tests.fakes.slack import TOKEN, FakeSlack
from tests.processes import ROOT

GROUP_WAIT = 1
RESEND = 2
"""Seconds between two posts of the same alert, which Prometheus repeats each minute."""
SECONDS = 90


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - what is measured lives in real time


class Sender(Protocol):
    """Something that tells Slack of alerts. `fire` and `resolve` are facts about a site, by number."""

    @property
    def name(self) -> str: ...

    async def start(self) -> None:
        """Again too, after it was killed. Raises TimeoutError."""

    async def kill(self) -> None:
        """By kill -9; nothing is left running."""

    async def fire(self, site: int) -> None: ...
    async def resolve(self, site: int) -> None: ...


async def becomes(is_so: Callable[[], Awaitable[bool]], within: float, every: float = 0.1) -> bool:
    """Whether it is so in time. What is asked is another process: nothing here could say when."""
    deadline = time.monotonic() + within
    while not (found := await is_so()) and time.monotonic() < deadline:  # noqa: ASYNC110 - as said
        await asyncio.sleep(every)
    return found


class Running:
    """One process, and only that one."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._command, self._folder, self._environment = command, folder, environment
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, cwd=self._folder, env=self._environment, stdout=log, stderr=log
            )

    async def until(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        if not await becomes(is_so, SECONDS):
            said = (self._folder / "log").read_text()[-2000:]
            raise TimeoutError(f"{self._command[0]} does not start: {said}")

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


CONFIGURATION = """
route: {{receiver: noc, group_by: [site], group_wait: {wait}s, group_interval: {interval}s, repeat_interval: 4h}}
receivers:
  - name: noc
    slack_configs:
      - api_url: {api_url}
        http_config: {{authorization: {{credentials: {token}}}}}
        channel: "#noc"
        send_resolved: true
        title: usage
        text: '{{{{ range .Alerts }}}}{{{{ .Status }}}} {{{{ .Labels.site }}}}; {{{{ end }}}}'
"""


class Alertmanager:
    """As Debian packages it, alone (no cluster), with storage of its own."""

    name = "Alertmanager"

    def __init__(self, program: Path, folder: Path, slack: FakeSlack, interval: int) -> None:
        self._port = _free_port()
        text = CONFIGURATION.format(
            wait=GROUP_WAIT, interval=interval, api_url=f"{slack.base_url}chat.postMessage", token=TOKEN
        )
        (folder / "alertmanager.yml").write_text(text)
        command = (
            str(program),
            "--config.file=alertmanager.yml",
            "--storage.path=storage",
            f"--web.listen-address=127.0.0.1:{self._port}",
            "--cluster.listen-address=",
        )
        self._running = Running(command, folder)
        self._alerts: dict[int, dict[str, object]] = {}
        self._resending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._running.start()
        await self._running.until(self._is_ready)
        if self._resending is None:
            self._resending = asyncio.create_task(self._resend())

    async def kill(self) -> None:
        await self._running.kill()

    async def close(self) -> None:
        if self._resending is not None:
            self._resending.cancel()
        await self.kill()

    async def fire(self, site: int) -> None:
        labels = {"alertname": "usage", "site": f"site-{site}."}
        self._alerts[site] = {"labels": labels, "startsAt": now().isoformat()}
        await self._send()

    async def resolve(self, site: int) -> None:
        self._alerts[site]["endsAt"] = now().isoformat()
        await self._send()

    async def _resend(self) -> None:
        while True:
            await asyncio.sleep(RESEND)
            await self._send()

    async def _send(self) -> None:
        """Every alert as it stands, as Prometheus does; one that fires would end by itself if nobody sent it."""
        later = (now() + timedelta(minutes=5)).isoformat()
        body = [{"endsAt": later, **alert} for alert in self._alerts.values()]
        with suppress(httpx.HTTPError):  # it is sent again
            async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
                await client.post(f"http://127.0.0.1:{self._port}/api/v2/alerts", json=body)

    async def _is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
                return (await client.get(f"http://127.0.0.1:{self._port}/-/ready")).is_success
        return False


class Usagebot:
    """Timers and delivery, wired as in production, in a process of their own."""

    name = "usagebot"

    def __init__(self, folder: Path, slack: FakeSlack, interval: int) -> None:
        url = f"sqlite:///{folder / 'usage.db'}"
        settings = {
            "ALTOSTRAT_TOKEN": "unused-here",
            "DATABASE_URL": url,
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_API_URL": slack.base_url,
        }
        (folder / "settings.json").write_text(json.dumps(settings))
        self._ledger = Ledger(url, GROUP_WAIT, interval)
        command = (sys.executable, "-m", "tests.benchmarks.alertmanager.teller", str(folder), str(interval))
        self._running = Running(command, folder, {"PYTHONPATH": str(ROOT)})
        self._ready = folder / "ready"

    async def start(self) -> None:
        await self._ledger.open()
        self._ready.unlink(missing_ok=True)
        await self._running.start()
        await self._running.until(self._is_ready)

    async def kill(self) -> None:
        await self._running.kill()

    async def close(self) -> None:
        await self.kill()
        await self._ledger.close()

    async def _is_ready(self) -> bool:
        return self._ready.exists()

    async def fire(self, site: int) -> None:
        await self._ledger.fire(site)

    async def resolve(self, site: int) -> None:
        await self._ledger.resolve(site)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
