"""What stands around the bot of a scenario: its usual rules, its settings, a scripted API, and real receivers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.domain.times import Slot, to_instant
from bot.history.store import SqlHistory
from bot.settings import Settings, load_settings
from tests.acceptance.life.api import ScriptedApi
from tests.acceptance.life.ears import Ears, LifeSlack, LifeSmtp, Tickets
from tests.acceptance.life.stage import Life
from tests.fakes.loopback import served
from tests.fakes.slack import TOKEN as SLACK_TOKEN
from tests.faults.servers import WorldClock

RULES = {
    "version": "version: 1",
    "defaults": "defaults: {receivers: [noc]}",
    "operators": "operators: [ops]",
    "receivers": """receivers:
  noc: {slack: "#noc"}
  oncall: {slack: "#oncall"}
  ops: {slack: "#ops"}
  boss: {email: [boss@example.com]}
  tickets: {webhook: {url_env: TICKETS_URL}}""",
    "rules": """rules:
  - {name: lte, quota: 1 GB, at: [50%, 80%, 100%]}
  - {name: mpls, quota: 100 TB, at: [50%, 80%, 100%]}""",
}
CHANNELS = ("noc", "oncall", "ops")


def environment_of(slack: LifeSlack, smtp: LifeSmtp, tickets: int) -> dict[str, str]:
    """Settings, as variables of the environment."""
    return {
        "ALTOSTRAT_TOKEN": "token-of-the-scenarios",
        "PULL_CHUNK": "1d",
        "PULL_SETTLE": "0s",
        "SLACK_BOT_TOKEN": SLACK_TOKEN,
        "SLACK_API_URL": slack.base_url,
        "SMTP_HOST": smtp.host,
        "SMTP_PORT": str(smtp.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "usagebot@example.com",
        "TICKETS_URL": f"http://127.0.0.1:{tickets}/tickets",
    }


@asynccontextmanager
async def living(
    history: SqlHistory, folder: Path, start: Slot, rules: Mapping[str, str], *, sites: int, has_usage: bool
) -> AsyncIterator[Life]:
    """Everything but a bot that runs, on an open and empty history."""
    clock = WorldClock(to_instant(start))
    ears = Ears(clock)
    tickets = Tickets(ears)
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LifeSlack(ears))
        smtp = await stack.enter_async_context(LifeSmtp(ears))
        port = await stack.enter_async_context(served(tickets.app))
        for channel in CHANNELS:
            slack.add_channel(channel)
        environment = environment_of(slack, smtp, port)
        settings = load_settings(environment, folder)
        assert isinstance(settings, Settings), settings
        api = ScriptedApi(clock, sites)
        servers = (api, ears, slack, smtp, tickets)
        yield Life(clock, history, folder, environment, settings, *servers, {**RULES, **rules}, has_usage, start)
