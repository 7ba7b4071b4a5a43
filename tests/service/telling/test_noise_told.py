"""On the first of a month the operators are told how much noise spike rules made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.alerts.spike import Unusual
from bot.domain.times import DAY, Slot, to_instant
from bot.domain.usage import Direction
from bot.notify.plain import plain_text
from bot.rules.model import Severity
from bot.service.noise.monthly import MonthlyNoise
from bot.service.ports import Progress
from bot.service.renames import watch_of
from tests.service.telling.stage import Stage, clock

RULE = "  - {name: odd, sites: all, spike: {}, noise: {at_most: 2, per: month}}\n"
FIRST_OF_JULY = "28d 08:00"


class Month:
    """June, with so many alarms of each site; `bot` is one that looks, of which there may be two."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.bot = self.another()

    def another(self) -> MonthlyNoise:
        return MonthlyNoise(self.stage.history, lambda: self.stage.fleet, self._instant)

    def _instant(self) -> datetime:
        return to_instant(self.stage.now)

    async def had(self, **alarms: int) -> None:
        self.stage.configure(RULE)
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
    assert "6 alarms at 3 sites, 2 each." in text
    assert "Above: site-1 5 (score up to 1.9)." in text
    assert "To have less, write a smaller `noise` in the rule, or a larger `at_least`." in text


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
