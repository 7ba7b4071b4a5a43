"""On the first of a month the operators are told how much noise spike rules made."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.alerts.spike import Unusual
from bot.domain.times import DAY, Slot, to_instant
from bot.domain.usage import Direction
from bot.history.store import SqlHistory
from bot.notify.plain import plain_text
from bot.notify.wording import compose
from bot.rules.model import Severity
from bot.rules.telling import Match
from bot.service.noise.monthly import MonthlyNoise
from bot.service.ports import Progress
from bot.service.queries.troubles import troubles_of
from bot.service.renames import watch_of
from tests.service.telling.stage import Stage, clock

RULE = "  - {name: odd, sites: all, spike: {}, noise: {at_most: 2, per: month}}\n"
FIRST_OF_JULY = "28d 08:00"


class Month:
    """June, with so many alarms of each site; `bot` is one that looks, of which there may be two."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.bot = self.another()
        self.rule = RULE

    def another(self) -> MonthlyNoise:
        return MonthlyNoise(self.stage.history, lambda: self.stage.fleet, self._instant)

    def _instant(self) -> datetime:
        return to_instant(self.stage.now)

    async def had(self, **alarms: int) -> None:
        self.stage.configure(self.rule)
        begin, end = clock("10:00"), clock("28d 00:00")
        async with self.stage.history.writing() as tx:
            rules = self.stage.fleet.configuration.rules
            await tx.alerts.watched_since([watch_of(rule) for rule in rules], begin)
            rows = [Progress(site, begin, end, begin) for site in (1, 2, 3)]
            await tx.progress.save(rows)
            for until in (begin, end):
                await tx.progress.mark_judged(dict.fromkeys((1, 2, 3), until))
            await tx.alerts.save([_alarm(int(site[-1]), day) for site, count in alarms.items() for day in range(count)])

    async def looks(self, at: str) -> list[str]:
        """What is told when the bot looks then."""
        before = len(self.stage.seen)
        self.stage.now = clock(at)
        await self.bot.run()
        await self.stage.go(at)
        return [plain_text(one) for one in self.stage.seen[before:]]


def _alarm(site: int, day: int) -> Alert:
    at = Slot(clock("12:00") + day * DAY)
    key = AlertKey("default", "odd", Kind.SPIKE, site, Direction.IN)
    over = Alert(key, State.RESOLVED, at, Severity.WARNING, fired_at=at, told_at=at, resolved_at=Slot(at + 600))
    return replace(over, detail={**Unusual().as_detail(), "score": 1900})


@pytest.fixture
def month(stage: Stage) -> Month:
    return Month(stage)


async def test_it_says_what_was_promised_what_was_and_which_sites_were_louder(month: Month) -> None:
    await month.had(site_1=5, site_2=1)
    (text,) = await month.looks(FIRST_OF_JULY)
    assert "June: odd promised at most 2 alarms a site; 2 of 3 sites had no more" in text
    assert "6 alarms at 3 sites, 2 a site on average." in text
    assert "Above: site-1 5 (score up to 1.9)." in text
    assert "To have less, write a smaller `noise` in the rule, or a larger `at_least`." in text


async def test_it_is_a_word_and_no_trouble_that_goes_on(month: Month) -> None:
    await month.had(site_1=1)
    (text,) = await month.looks(FIRST_OF_JULY)
    assert text.splitlines()[:2] == [
        "June: odd promised at most 2 alarms a site, and no site had more",
        "For information on Wed 1 Jul 08:00 UTC",
    ]
    assert "To have less" not in text
    assert "Since" not in text
    assert compose(month.stage.seen[-1]).subject == "usagebot: noise odd"
    async with month.stage.history.reading() as tx:
        assert await troubles_of(tx, month.stage.now) == ()


async def test_of_a_sensitivity_it_says_what_is_usual_and_promises_nothing(month: Month) -> None:
    month.rule = "  - {name: odd, sites: all, spike: {}, direction: [in, out]}\n"
    await month.had(site_1=4, site_2=3)
    (text,) = await month.looks(FIRST_OF_JULY)
    assert "June: odd told 2.3 alarms a site; at medium sensitivity about 3 are usual" in text
    assert "Above: site-1 4 (score up to 1.9)." in text
    assert "`sensitivity: low`" in text
    assert "promise" not in text


async def test_a_silence_that_names_it_keeps_it_quiet_for_good(month: Month) -> None:
    await month.had(site_1=1)
    month.stage.now = clock("28d 07:00")
    await month.stage.silence("28d 07:00", "28d 12:00", Match(rules=("usagebot:noise:*",)))
    assert await month.looks("28d 09:00") == []
    assert await month.looks("29d 10:00") == []


async def test_a_rule_that_is_newer_than_the_month_has_no_account_of_it(month: Month) -> None:
    await month.had(site_1=1)
    month.stage.configure(RULE.replace("odd", "newer"))
    async with month.stage.history.writing() as tx:
        (rule,) = month.stage.fleet.configuration.rules[-1:]
        await tx.alerts.watched_since([watch_of(rule)], clock("28d 07:00"))
    assert await month.looks(FIRST_OF_JULY) == []


async def test_two_replicas_that_look_at_once_tell_it_once(stage_on_postgresql: Stage, migrated_postgres: str) -> None:
    month, other = Month(stage_on_postgresql), SqlHistory(migrated_postgres)
    await month.had(site_1=3)
    await other.open()
    try:
        month.stage.now = clock(FIRST_OF_JULY)
        bots = [month.bot, MonthlyNoise(other, lambda: month.stage.fleet, lambda: to_instant(month.stage.now))]
        told = await asyncio.gather(*(bot.run() for bot in bots))
        assert sorted(map(len, told)) == [0, 1]
        await month.stage.go(FIRST_OF_JULY)
        assert len(month.stage.seen) == 1
    finally:
        await other.close()


async def test_it_is_told_once_whoever_looks_and_however_often(month: Month) -> None:
    await month.had(site_1=1)
    assert await month.looks("28d 07:59") == []
    assert len(await month.looks(FIRST_OF_JULY)) == 1
    assert await month.looks("28d 10:00") == []
    month.bot = month.another()
    assert await month.looks("29d 10:00") == []


async def test_a_bot_that_was_down_tells_it_late_but_not_when_it_is_old(month: Month) -> None:
    await month.had(site_1=1)
    assert len(await month.looks("34d 12:00")) == 1


async def test_what_is_a_week_old_is_no_news(month: Month) -> None:
    await month.had(site_1=1)
    assert await month.looks("35d 08:00") == []


async def test_without_a_spike_rule_there_is_nothing_to_tell(month: Month) -> None:
    await month.had(site_1=1)
    month.stage.configure("")
    assert await month.looks(FIRST_OF_JULY) == []
