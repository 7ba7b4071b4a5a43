"""`usagebot run`: everything started, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import structlog
from aiohttp import web
from rich.console import Console

from bot.app.build import Bot, actions_of, built, questions_of
from bot.app.http import Door, Listener, build_web
from bot.app.jobs import RELOAD, not_ready, refresh_gauges, scheduler_of
from bot.app.media import media
from bot.app.start import CannotStartError, missing_settings
from bot.rules.model import Configuration, Medium
from bot.scheduler import Scheduler
from bot.service.charts.pictures import ChartPictures
from bot.service.ports import Notifier
from bot.service.vitals.facts import Ear
from bot.settings import Settings
from bot.slack.app import SlackApp, SlackOptions, build_app
from bot.slack.events import slack_routes
from bot.slack.socket_mode import SocketMode

log = structlog.get_logger()
STOP_WITHIN = timedelta(seconds=8)
"""Running jobs may finish so long after SIGTERM; ten seconds is what container engines grant."""


async def run_process(settings: Settings, configuration: Configuration) -> None:
    """Run until SIGTERM or SIGINT. Raises CannotStartError, CannotListenError and HistoryError at the start only."""
    problems = missing_settings(settings, configuration)
    if problems:
        raise CannotStartError(problems)

    def told(pictures: ChartPictures) -> Mapping[Medium, Notifier]:
        return media(settings, Console(), pictures=pictures)

    async with built(settings, configuration, told, rules=settings.rules_path) as bot:
        await _serve(bot)


async def _serve(bot: Bot) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    scheduler = scheduler_of(bot)
    loop.add_signal_handler(signal.SIGHUP, partial(_reload, bot, scheduler))
    gc.collect()
    gc.freeze()  # what is wired by now stays for ever; a full collection need not look at it in every cycle
    async with AsyncExitStack() as doors:
        await open_doors(bot, scheduler, doors)
        scheduler.start()
        log.info("started", sites=len(bot.survey.fleet().sites), rules=bot.configuration.version)
        await stop.wait()
        log.info("stopping")
        bot.deliver.stop()
        await asyncio.gather(scheduler.stop(STOP_WITHIN), doors.aclose())  # each has its time, and both must be over
    log.info("stopped")


def _reload(bot: Bot, scheduler: Scheduler) -> None:
    if bot.reload is not None:
        bot.reload.want()
        scheduler.kick(RELOAD)


async def open_doors(bot: Bot, scheduler: Scheduler, doors: AsyncExitStack) -> None:
    """Listen for HTTP, and to Slack in the mode that the settings choose; closed in the other order."""
    slack = slack_app(bot)
    routes = []
    if slack is not None:
        doors.push_async_callback(slack.close)
        routes = await _listen_to_slack(bot, slack, doors)
    door = Door(bot.metrics, partial(not_ready, bot, scheduler.failing), partial(refresh_gauges, bot))
    listener = Listener(build_web(door, routes), bot.settings.http_host, bot.settings.http_port)
    await listener.start()
    doors.push_async_callback(listener.stop)


def slack_app(bot: Bot) -> SlackApp | None:
    """What answers `/usage`; None where Slack is not set up."""
    settings, clock = bot.settings, bot.environment.clock
    if settings.slack_bot_token is None:
        return None
    options = SlackOptions(settings.slack_may_act, bot.pictures)
    questions = questions_of(settings, bot.history, bot.survey, clock)
    actions = actions_of(bot.history, bot.survey, clock, bot.signals.acted)
    return build_app(
        settings.slack_bot_token.get_secret_value(), settings.slack_api_url, questions, actions, clock, options
    )


async def _listen_to_slack(bot: Bot, slack: SlackApp, doors: AsyncExitStack) -> list[web.RouteDef]:
    """Socket Mode where there is an app token, else routes for Slack's HTTP mode; neither is allowed too."""
    settings, clock = bot.settings, bot.environment.clock
    if settings.slack_app_token is not None:
        socket = SocketMode(slack, settings.slack_app_token.get_secret_value(), clock)
        await socket.start()
        doors.push_async_callback(socket.close)
        bot.senses.ear = partial(_ear, socket)
    elif settings.slack_signing_secret is not None:
        return slack_routes(slack, settings.slack_signing_secret.get_secret_value(), clock)
    return []


def _ear(socket: SocketMode) -> Ear | None:
    return Ear(socket.silent_for, socket.was_heard) if socket.silent_for is not None else None
