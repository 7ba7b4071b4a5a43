"""What may happen to sites, their usage, the rules, and the bot itself, and what people may do, in which words."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from bot.alerts.endings import Ending, ForecastPasses, GetsWorse, PeriodResets
from bot.alerts.model import Reason
from bot.alerts.silences import LONGEST, Silence
from bot.domain.times import Slot
from bot.domain.units import parse_bytes
from bot.rules.selectors import Selector
from bot.rules.telling import EVERYTHING, Match
from bot.service import attend
from bot.service.audit import Actor
from bot.service.ports import Unauthorized, Unavailable
from bot.service.vitals.facts import Room
from tests.acceptance.life.api import BUCKET
from tests.acceptance.life.facts import Facts
from tests.acceptance.life.phrases import phrase, severity, sites
from tests.acceptance.life.stage import Life

# --- facts ------------------------------------------------------------------------------------------------


@phrase(r"<S> reach(?:es)? (?P<step>\d+)%<R><!>")
async def reach(life: Life, match: re.Match[str]) -> None:
    await Facts(life).reach(sites(match), int(match["step"]), match["rule"] or "", severity(match))


@phrase(r"<S> begins? to fire<R>(?: as (?P<kind>\w+))?<!>")
async def fire(life: Life, match: re.Match[str]) -> None:
    await Facts(life).fire(sites(match), match["rule"] or "", severity(match), match["kind"] or "")


@phrase(r"<S> (?:is|are) back to normal<R>(?: as (?P<kind>\w+))?")
async def back(life: Life, match: re.Match[str]) -> None:
    await Facts(life).end(sites(match), match["rule"] or "", Reason.BACK_TO_NORMAL, match["kind"] or "")


@phrase(r"the billing period of <S> ends<R>")
async def period_ends(life: Life, match: re.Match[str]) -> None:
    await Facts(life).end(sites(match), match["rule"] or "", Reason.PERIOD_ENDED)


@phrase(r"<S> is corrected to (?P<step>\d+)%<R>")
async def fall_back(life: Life, match: re.Match[str]) -> None:
    await Facts(life).correct(match["sites"], int(match["step"]), match["rule"] or "")


@phrase(r"<S> was never that bad<R>")
async def withdraw(life: Life, match: re.Match[str]) -> None:
    await Facts(life).correct(match["sites"], None, match["rule"] or "")


# --- usage ------------------------------------------------------------------------------------------------


@phrase(r"<S> uses? (?P<amount>[\d.]+ \w+)(?:, known at (?P<hour>\d\d):(?P<minute>\d\d))?", is_of_usage=True)
async def use(life: Life, match: re.Match[str]) -> None:
    """In the five minutes before now."""
    midnight = life.now - life.now % 86400
    seen = midnight + int(match["hour"]) * 3600 + int(match["minute"]) * 60 if match["hour"] else 0
    for site in sites(match):
        life.api.use(site, Slot(life.now - BUCKET), parse_bytes(match["amount"]), Slot(seen))


@phrase(r"the API says now that <S> used (?P<amount>[\d.]+ \w+) at (?P<hour>\d\d):(?P<minute>\d\d)", is_of_usage=True)
async def revise(life: Life, match: re.Match[str]) -> None:
    midnight = life.now - life.now % 86400
    end = midnight + int(match["hour"]) * 3600 + int(match["minute"]) * 60
    for site in sites(match):
        life.api.use(site, Slot(end - BUCKET), parse_bytes(match["amount"]), life.now)


@phrase(r"<S> falls? silent", is_of_usage=True)
async def fall_silent(life: Life, match: re.Match[str]) -> None:
    for site in sites(match):
        life.api.fall_silent(site, life.now)


@phrase(r"<S> (?:is|are) heard again", is_of_usage=True)
async def be_heard(life: Life, match: re.Match[str]) -> None:
    for site in sites(match):
        life.api.be_heard(site, life.now)


@phrase(r"the API is down", is_of_usage=True)
async def api_down(life: Life, _: re.Match[str]) -> None:
    life.api.trouble = Unavailable("503")


@phrase(r"the API refuses the token", is_of_usage=True)
async def api_refuses(life: Life, _: re.Match[str]) -> None:
    life.api.trouble = Unauthorized("401")


@phrase(r"the API answers again", is_of_usage=True)
async def api_back(life: Life, _: re.Match[str]) -> None:
    life.api.trouble = None


# --- people -----------------------------------------------------------------------------------------------


@phrase(r"(?P<who>[A-Z]\w+) acknowledges <S><R>(?: until (?P<until>(?:day \d+ )?\d\d:\d\d))?")
async def acknowledge(life: Life, match: re.Match[str]) -> None:
    async with life.history.writing() as tx:
        alerts = await Facts(life).firing(tx, sites(match), match["rule"] or "")
        assert alerts, "nothing to acknowledge"
        until = life.clock_time(match["until"]) if match["until"] else None
        await attend.acknowledge(tx, alerts, Actor(match["who"], "slack"), life.now, until)


@phrase(
    r"(?P<who>[A-Z]\w+) silences (?:(?P<all>everything)|rule (?P<named>[\w:*-]+)|<S>)"
    r"(?: from (?P<from>(?:day \d+ )?\d\d:\d\d))?"
    r"(?: until (?:(?P<until>(?:day \d+ )?\d\d:\d\d)|(?P<reset>the period resets)|(?P<worse>it gets worse)"
    r"|the forecast passes (?P<percent>\d+)%))"
)
async def silence(life: Life, match: re.Match[str]) -> None:
    chosen = EVERYTHING
    if match["named"]:
        chosen = Match(rules=(match["named"],))
    elif match["sites"]:
        chosen = Match(sites=Selector(names=tuple(sites(match))))
    starts = life.clock_time(match["from"]) if match["from"] else life.now
    ends = life.clock_time(match["until"]) if match["until"] else Slot(starts + LONGEST)
    wanted = Silence(chosen, starts, ends, reason="maintenance", ending=_ending(match))
    async with life.history.writing() as tx:
        await attend.silence(tx, life.fleet, wanted, Actor(match["who"], "slack"), life.now)


def _ending(match: re.Match[str]) -> Ending | None:
    if match["reset"]:
        return PeriodResets()
    if match["worse"]:
        return GetsWorse()
    return ForecastPasses(Fraction(match["percent"])) if match["percent"] else None


@phrase(r"(?P<who>[A-Z]\w+) ends silence (?P<id>S\d+)")
async def unsilence(life: Life, match: re.Match[str]) -> None:
    async with life.history.writing() as tx:
        ended = await attend.find(tx, match["id"])
        assert ended is not None
        await attend.unsilence(tx, life.fleet, ended, Actor(match["who"], "slack"), life.now)


# --- the rules, and the bot itself ------------------------------------------------------------------------


@phrase(r"the rules are edited: (?P<words>.*)")
async def edit(life: Life, match: re.Match[str]) -> None:
    life.rules[match["words"].partition(":")[0]] = match["words"]
    await life.reload()


@phrase(r"the bot stops")
async def stop(life: Life, _: re.Match[str]) -> None:
    life.stop()


@phrase(r"the bot starts")
async def start(life: Life, _: re.Match[str]) -> None:
    await life.start()


@phrase(r"the bot is about to die (?P<when>before|after) it sends")
async def die(life: Life, match: re.Match[str]) -> None:
    life.gate.dies = match["when"]


@phrase(r"the bot watches itself", is_of_usage=True)
async def watches(life: Life, _: re.Match[str]) -> None:
    life.is_watching = True
    life.watch(life.running)


@phrase(r"the disk (?:is (?P<full>nearly full)|has room again)")
async def disk(life: Life, match: re.Match[str]) -> None:
    free = 10**8 if match["full"] else 10**11
    life.machine = replace(life.machine, room=Room("/var/lib/usagebot", free, 10**12))
