"""Slack and the mail server: down, slow, flapping, refusing, and taking a message without saying so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

from tests.fakes.slack_faults import Fault as SlackFault
from tests.fakes.slack_faults import drops, hangs, rate_limited, refuses, server_error
from tests.faults.faults import Fault, Happens
from tests.faults.servers import SlackWeather, calm, fair
from tests.faults.stage import Stage

PICTURES_FAIL = 0.7
WRITES = {"chat.postMessage", "chat.update"}
FILES = {"files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info"}


def slack(weather: Callable[[Random], SlackWeather]) -> Happens:
    @asynccontextmanager
    async def happens(stage: Stage, random: Random) -> AsyncIterator[None]:
        stage.slack.weather = weather(random)
        yield
        stage.slack.weather = calm

    return happens


def always(fault: SlackFault) -> Callable[[Random], SlackWeather]:
    return lambda _random: lambda _method: fault


def posting(fault: SlackFault) -> Callable[[Random], SlackWeather]:
    """Reading works."""
    return lambda _random: lambda method: fault if method in WRITES else None


def picturing(*faults: SlackFault) -> Callable[[Random], SlackWeather]:
    """Words work, and files do not, mostly."""
    return lambda random: (
        lambda method: random.choice(faults) if method in FILES and random.random() < PICTURES_FAIL else None
    )


def sometimes(*faults: SlackFault, share: float = 0.5) -> Callable[[Random], SlackWeather]:
    return lambda random: lambda _method: random.choice(faults) if random.random() < share else None


@asynccontextmanager
async def files_not_ready(stage: Stage, random: Random) -> AsyncIterator[None]:
    """What is uploaded meanwhile is taken in at some time, and not while anybody looks."""
    del random
    stage.slack.files.slow_for = 10
    yield
    stage.slack.files.slow_for = 0


@asynccontextmanager
async def slow_slack(stage: Stage, random: Random) -> AsyncIterator[None]:
    """Takes every call, and answers after the bot has given up."""
    del random
    stage.slack.delay = 0.35
    yield
    stage.slack.delay = 0.0


def mail(weather: Callable[[Random], Callable[[], str | None]]) -> Happens:
    @asynccontextmanager
    async def happens(stage: Stage, random: Random) -> AsyncIterator[None]:
        stage.smtp.weather = weather(random)
        yield
        stage.smtp.weather = fair

    return happens


def answer(text: str) -> Callable[[Random], Callable[[], str | None]]:
    return lambda _random: lambda: text


def unsteady(*answers: str) -> Callable[[Random], Callable[[], str | None]]:
    return lambda random: lambda: random.choice(answers) if random.random() < 0.5 else None


@asynccontextmanager
async def mail_down(stage: Stage, random: Random) -> AsyncIterator[None]:
    del random
    stage.smtp.shut()
    yield
    await stage.smtp.reopen()


@asynccontextmanager
async def mail_slow(stage: Stage, random: Random) -> AsyncIterator[None]:
    del random
    stage.smtp.delay = 1.5
    yield
    stage.smtp.delay = 0.0


def refused_recipient(text: str) -> Happens:
    """One of two."""

    @asynccontextmanager
    async def happens(stage: Stage, random: Random) -> AsyncIterator[None]:
        del random
        stage.smtp.refuse_recipient("boss@example.com", text)
        yield
        stage.smtp.accept_recipient("boss@example.com")

    return happens


ERRORS = (
    drops(), drops(takes_effect=True), server_error(500), server_error(503), rate_limited(7), refuses("internal_error"),
    refuses("ratelimited"), refuses("service_unavailable"),
)  # fmt: skip

TELLING = (
    Fault("Slack", "down", slack(always(drops()))),
    Fault("Slack", "500", slack(always(server_error()))),
    Fault("Slack", "503 with a page of HTML", slack(always(server_error(503)))),
    Fault("Slack", "429", slack(always(rate_limited(30)))),
    Fault("Slack", "429 with an absurd Retry-After", slack(always(rate_limited(90_000)))),
    Fault("Slack", "internal_error", slack(always(refuses("internal_error")))),
    Fault("Slack", "flapping", slack(sometimes(*ERRORS))),
    Fault("Slack", "takes the message, then cuts the line", slack(posting(drops(takes_effect=True)))),
    Fault("Slack", "the same, and reading fails too", slack(always(drops(takes_effect=True)))),
    Fault("Slack", "takes the message, and never answers", slack(posting(hangs(takes_effect=True))), ticks=2),
    Fault("Slack", "answers late", slow_slack, ticks=2),
    Fault("Slack", "takes no files", slack(picturing(refuses("missing_scope")))),
    Fault("Slack", "files go wrong on the way", slack(picturing(*ERRORS))),
    Fault("Slack", "takes the file, then cuts the line", slack(picturing(drops(takes_effect=True)))),
    Fault("Slack", "files are not ready for long", files_not_ready),
    Fault("mail server", "down", mail_down),
    Fault("mail server", "slow", mail_slow, ticks=2),
    Fault("mail server", "4xx", mail(answer("451 try again later"))),
    Fault("mail server", "5xx", mail(answer("554 no"))),
    Fault("mail server", "takes the mail, then cuts the line", mail(answer(""))),
    Fault("mail server", "flapping", mail(unsteady("", "421 closing", "451 later"))),
    Fault("mail server", "one of two recipients refused for now", refused_recipient("450 greylisted")),
    Fault("mail server", "one of two recipients refused for good", refused_recipient("550 no such user")),
)
