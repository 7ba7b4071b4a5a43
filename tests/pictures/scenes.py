"""What the pictures show: the demonstration, played until a site has used 80 % of its quota, with a Slack beside it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.app.build import questions_of
from bot.demo.show import ORIGIN, TICK, Stage, staged
from bot.notify.slack import SlackNotifier
from bot.notify.slack_files import Files
from bot.rules.model import Medium
from bot.service.answers import render
from bot.service.charts.pictures import ChartPictures
from bot.service.commands import Mistake
from bot.service.orders import Order
from bot.service.ports import Notifier
from bot.service.words import parse_command
from bot.slack.drawing import Drawing
from bot.slack.picturing import AnswerPictures
from bot.slack.turns import Answered
from tests.fakes.slack import FakeSlack

NOC = '{terminal: true, slack: "#noc"}'
SITE = "Cape Town"
REACHED = f"{SITE} has used 80 % of its 500 GB"
WORDS = f"site {SITE} period"
WIDTH = 88


@dataclass(frozen=True)
class Scenes:
    """One alert, told everywhere, and an answer about its site. `mail` is a page, `terminal` recorded it."""

    alert: Mapping[str, Any]
    answer: Mapping[str, Any]
    files: Mapping[str, bytes]
    mail: str
    terminal: Console


async def played(folder: Path) -> Scenes:
    """Play the story up to there; a minute's work. Raises RuntimeError where it goes otherwise."""
    console = Console(file=StringIO(), record=True, width=WIDTH, color_system="truecolor", force_terminal=True)
    async with FakeSlack() as slack, _on_stage(folder, console, slack) as stage:
        end = stage.clock.now + 3 * 7 * 96 * TICK
        while not _is_told(slack):
            if stage.clock.now > end:
                raise RuntimeError(f"{REACHED!r} was never told")
            console.export_text()  # forgets what was recorded
            await _tick(stage)
        await stage.bot.deliver.run()  # the picture follows its words
        alert = next(one for one in slack.messages("noc") if REACHED in str(one["blocks"]))
        answer = await _answer(stage, slack)
        files = {file.id: file.content for file in slack.files.complete if file.content is not None}
        return Scenes(alert, answer, files, _mail(folder), console)


@asynccontextmanager
async def _on_stage(folder: Path, console: Console, slack: FakeSlack) -> AsyncIterator[Stage]:
    slack.add_channel("noc")
    stages = list[Stage]()

    def now() -> datetime:
        return stages[0].clock()

    def beside(pictures: ChartPictures) -> Mapping[Medium, Notifier]:
        return {Medium.SLACK: SlackNotifier(slack.client(), pictures, now)}

    async with staged(ORIGIN, 1, folder, console, noc=NOC, beside=beside) as stage:
        stages.append(stage)
        await stage.bot.survey.run()
        yield stage


async def _tick(stage: Stage) -> None:
    await stage.bot.pull.run()
    await stage.bot.assess.run()
    await stage.bot.deliver.run()
    stage.clock.advance(TICK)


def _is_told(slack: FakeSlack) -> bool:
    return any(REACHED in str(one["blocks"]) for one in slack.messages("noc"))


async def _answer(stage: Stage, slack: FakeSlack) -> Mapping[str, Any]:
    """What `/usage` shows whoever asks, as it is when its picture has followed."""
    asked = parse_command(WORDS)
    if isinstance(asked, Mistake) or isinstance(asked.command, Order):
        raise TypeError(f"{WORDS!r} is no question")
    bot = stage.bot
    fleet = bot.survey.fleet()
    reply = await questions_of(bot.settings, bot.history, bot.survey, stage.clock).ask(asked.command, fleet.everything)
    answered = Answered(render(reply, fleet.configuration.timezone, "/usage"), is_meant=True, words=WORDS)
    drawing = Drawing(AnswerPictures(bot.pictures, Files(slack.client(), stage.clock.sleep)))
    return drawing.of(answered, public=False, image=await drawing.image(answered))


def _mail(folder: Path) -> str:
    """The page of the mail that told of it, its picture inside."""
    for file in sorted((folder / "mail").glob("*.eml"), reverse=True):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        page = mail.get_body(("html",))
        if page is not None and REACHED in page.get_content():
            return _with_pictures(mail, page.get_content())
    raise RuntimeError(f"no mail says {REACHED!r}")


def _with_pictures(mail: EmailMessage, page: str) -> str:
    for part in mail.walk():
        if part.get_content_type() == "image/png":
            data = base64.b64encode(part.get_content()).decode()
            page = page.replace(f"cid:{part['Content-ID'][1:-1]}", f"data:image/png;base64,{data}")
    return page
