"""What Slack's answers say: token, scopes, channels, and the way to listen. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.domain.names import name

NEEDED = {
    "chat:write": "alerts cannot be posted",
    "commands": "/usage is not offered",
    "channels:read": "channels cannot be found by name",
    "channels:history": "after a crash an alert may be posted twice",
    "metadata.message:read": "after a crash an alert may be posted twice",
    "files:write": "messages have no charts",
    "files:read": "messages have no charts",
    "groups:read": "private channels cannot be found by name",
    "groups:history": "after a crash an alert in a private channel may be posted twice",
    "app_mentions:read": "@usagebot is not answered",
    "im:history": "direct messages are not answered",
    "users:read": "who orders something by a mention is known by an id alone",
    "usergroups:read": "with SLACK_MAY_ACT nobody may acknowledge or silence",
}
"""Scopes of the bot token, as in slack-manifest.yaml, and what goes without each."""
VITAL = ("chat:write",)
LISTENING = ("commands", "app_mentions:read", "im:history", "users:read", "usergroups:read")
"""What nobody needs who does not listen to Slack."""
MANIFEST = "Add it as slack-manifest.yaml has it, and install the app again"
_SIGNING_SECRET = re.compile(r"[0-9a-f]{32}", re.ASCII)
TELL = Teller(Subject.SLACK)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as Slack describes it. None where Slack does not say."""

    id: str
    name: str = ""
    is_member: bool | None = None
    is_archived: bool = False


def scopes(granted: Collection[str] | None, *, listens: bool) -> Iterator[Finding]:
    """The token's scopes; None where the answer did not name them."""
    if granted is None:
        yield TELL.skipped("scopes", "Slack did not say which scopes the token has")
        return
    wanted = {scope: loss for scope, loss in NEEDED.items() if scope not in LISTENING or listens}
    missing = [scope for scope in wanted if scope not in granted]
    for scope in missing:
        standing = TELL.problem if scope in VITAL else TELL.warning
        yield standing("scopes", f"{scope} is missing: {wanted[scope]}", MANIFEST)
    if not missing:
        yield TELL.ok("scopes", f"all {len(wanted)} that are needed")


def channel(address: str, users: Sequence[str], found: Channel | None) -> Finding:
    """One channel of the rules; `users` are the receivers and workspaces that name it."""
    shown, who = name(address), ", ".join(name(user) for user in users)
    if found is None:
        remedy = f"Correct it in the rules ({who}), or if it is private: /invite @usagebot there"
        return TELL.problem("channel", f"Slack shows the bot no channel {shown}", remedy)
    if found.is_archived:
        return TELL.problem("channel", f"{shown} is archived", f"Unarchive it, or correct the rules ({who})")
    if found.is_member is False:
        return TELL.problem("channel", f"the bot is not in {shown}", f"In {shown}: /invite @usagebot")
    joined = "; Slack does not say whether the bot is in it" if found.is_member is None else " and the bot is in it"
    return TELL.ok("channel", f"{shown} is there{joined} ({who})")


def signing_secret(secret: str) -> Finding:
    """Its shape alone: only a real request shows whether it is the right one."""
    if _SIGNING_SECRET.fullmatch(secret):
        return TELL.ok("signing secret", "it has the shape of one; the first request from Slack will show the rest")
    remedy = "Copy it from the app's page: Basic Information, App Credentials, Signing Secret"
    return TELL.warning("signing secret", "it is not 32 hexadecimal digits, as Slack's are", remedy)
