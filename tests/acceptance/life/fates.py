"""How receivers may fare, in which words: Slack and its channels, the mail server, a webhook."""

from __future__ import annotations

import re

from tests.acceptance.life.phrases import phrase
from tests.acceptance.life.stage import Life
from tests.fakes.slack_faults import Fault, drops, hangs, rate_limited, refuses, server_error


def fault_of(words: str) -> Fault:
    kind, _, number = words.partition(" ")
    match kind:
        case "429":
            return rate_limited(int(number.rpartition(" ")[2]))
        case "500" | "503":
            return server_error(int(kind))
        case _:
            return refuses(kind)


@phrase(r"#(?P<channel>\w+) answers once with (?P<fault>[\w :-]+)")
async def once(life: Life, match: re.Match[str]) -> None:
    life.slack.faulty.setdefault(match["channel"], []).append(fault_of(match["fault"].replace("Retry-After: ", "")))


@phrase(r"#(?P<channel>\w+) hangs until (?P<ear>\w+) is told")
async def hang(life: Life, match: re.Match[str]) -> None:
    """A receiver that is held up by this one is never told: then the delivery times out, and it is too late."""
    life.slack.hangs_until = match["ear"]
    life.slack.faulty.setdefault(match["channel"], []).append(hangs())


@phrase(r"#(?P<channel>\w+) takes the next message and cuts the line")
async def cut(life: Life, match: re.Match[str]) -> None:
    life.slack.faulty.setdefault(match["channel"], []).append(drops(takes_effect=True))


@phrase(r"#(?P<channel>\w+) (?:is (?P<broken>down|archived)|(?P<well>works again))")
async def channel_fate(life: Life, match: re.Match[str]) -> None:
    channel = match["channel"]
    life.slack.channel(channel).is_archived = match["broken"] == "archived"
    life.slack.broken.pop(channel, None)
    if match["broken"] == "down":
        life.slack.broken[channel] = server_error(503)


@phrase(r"somebody deletes the message in #(?P<channel>\w+)")
async def delete(life: Life, match: re.Match[str]) -> None:
    life.slack.delete(match["channel"], life.slack.messages(match["channel"])[-1]["ts"])


@phrase(r"the mail server (?:is (?P<broken>down)|(?P<well>is back))")
async def mail_fate(life: Life, match: re.Match[str]) -> None:
    if match["broken"]:
        life.smtp.shut()
    else:
        await life.smtp.reopen()


@phrase(r"the mail server (?:refuses (?P<who>\w+) with (?P<answer>\d+ .+)|takes (?P<again>\w+) again)")
async def recipient(life: Life, match: re.Match[str]) -> None:
    if match["who"]:
        life.smtp.refuse_recipient(f"{match['who']}@example.com", match["answer"])
    else:
        life.smtp.accept_recipient(f"{match['again']}@example.com")


@phrase(r"the mail server takes the next mail and cuts the line")
async def mail_cut(life: Life, _: re.Match[str]) -> None:
    life.smtp.refuse_data("")


@phrase(r"tickets answers (?P<status>\d+)")
async def tickets(life: Life, match: re.Match[str]) -> None:
    life.tickets.status = int(match["status"])


@phrase(r"Slack takes one message a second in a channel")
async def strict(life: Life, _: re.Match[str]) -> None:
    life.slack.is_strict = True
