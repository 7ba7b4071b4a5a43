"""What if a quota were another: what would be answered if it had been written so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.periods import Per
from bot.domain.times import DAY, HOUR, to_instant, to_slot
from bot.rules.kinds import Forecast, Override, Planned, TopUp
from bot.rules.model import Quota, Rule
from bot.service.answers import Answer, render
from bot.service.answers.phrases import left_words
from bot.service.charts.model import BurnDown
from bot.service.commands import Quotas, WhatIf
from bot.service.fleet import NotFound
from bot.service.queries.whatif_replies import WhatIfReport
from tests.service.judged import UTC_ZONE, Judged, judged, quota_rule, site

START = to_slot(datetime(2026, 6, 1, tzinfo=UTC))
JULY = date(2026, 7, 1)
IN_JULY = (TopUp(JULY, 50),)
TOWN, DURBAN = site(1, "town"), site(2, "durban")
MONTHLY = quota_rule(700, Per.MONTH, at=(100,))


def with_(rule: Rule, **changes: Any) -> Rule:
    assert isinstance(rule.judge, Quota)
    return replace(rule, judge=replace(rule.judge, **changes))


async def lived(bot: Judged, days: int = 40) -> None:
    """Forty days of two bytes an hour: on the tenth of July 480 of a period that will have 1,488."""
    for one in bot.fleet.sites:
        await bot.write(one, START, [2] * 24 * days)


async def ask(bot: Judged, extra: int | None = None, limit: int | None = None, name: str = "town") -> WhatIfReport:
    reply = await bot.ask(WhatIf(name, extra, limit))
    assert isinstance(reply, WhatIfReport), reply
    return reply


def said(reply: WhatIfReport) -> Answer:
    return render(reply, UTC_ZONE, "/usage")


@pytest.mark.parametrize(
    ("rule", "ask_for", "written"),
    [
        (MONTHLY, (300, None), with_(MONTHLY, top_ups=(TopUp(JULY, 300),))),
        (MONTHLY, (-100, None), with_(MONTHLY, limit=600)),
        (MONTHLY, (None, 900), with_(MONTHLY, limit=900)),
        (
            with_(MONTHLY, top_ups=IN_JULY),
            (None, 900),
            with_(MONTHLY, limit=900, top_ups=IN_JULY),
        ),
        (with_(MONTHLY, limit=None, plan=(Planned(JULY, 600),)), (None, 900), with_(MONTHLY, limit=900)),
        (with_(MONTHLY, overrides=(Override("town", 500),)), (20, None), with_(MONTHLY, limit=520)),
        (with_(MONTHLY, rollover=200), (100, None), with_(MONTHLY, rollover=200, top_ups=(TopUp(JULY, 100),))),
        (with_(MONTHLY, pool=True, limit=1500), (100, None), with_(MONTHLY, pool=True, limit=1600)),
    ],
)
async def test_it_is_what_would_be_answered_if_the_rule_said_so(
    rule: Rule, ask_for: tuple[int | None, int | None], written: Rule
) -> None:
    async with judged([rule], [TOWN, DURBAN], START, HOUR) as bot:
        await lived(bot)
        (case,) = (await ask(bot, *ask_for)).cases
        before = await bot.ask(Quotas("town"))
        bot.edit(written)
        after = await bot.ask(Quotas("town"))
    for prospect, (state,) in ((case.now, before.quotas), (case.then, after.quotas)):
        assert (prospect.limit, prospect.used, prospect.runs_out_at) == (state.limit, state.used, state.runs_out_at)
        assert (case.forecast, prospect.is_said) == (state.forecast, True)


async def test_more_lasts_longer_and_is_less_likely_to_be_reached() -> None:
    async with judged([MONTHLY], [TOWN], START, HOUR) as bot:
        await lived(bot)
        (case,) = (await ask(bot, 800)).cases
        answer = said(await ask(bot, 2300))
    assert (case.now.limit, case.then.limit) == (700, 1500)
    assert case.now.runs_out_at == to_instant(START + 30 * DAY + 700 * HOUR // 2)
    assert case.now.likely is not None
    assert case.then.likely is not None
    assert case.now.likely == 99
    assert 1 < case.then.likely < 99
    assert answer.title == (
        "With 2.30 kB more, town lasts until its period ends; as it is, it runs out on Wed 15 Jul 14:00 UTC"
    )
    rows = {row[0]: row[1:] for row in answer.tables[0].rows}
    assert rows["Granted"] == ("700 B", "3.00 kB")
    assert rows["Likely to be reached"] == ("99 % or more", "1 % or less")
    assert "1.49 kB are expected by its end" in answer.notes[0]


async def test_the_chart_is_of_the_first_quota_as_it_would_be() -> None:
    async with judged([MONTHLY], [TOWN], START, HOUR) as bot:
        await lived(bot)
        chart = said(await ask(bot, 100)).chart
        assert isinstance(chart, BurnDown)
        assert (chart.subject, chart.limit, len(chart.used)) == ("town", 800, 11)
        assert chart.used[:2] == ((to_instant(START + 30 * DAY), 0), (to_instant(START + 31 * DAY), 48))
        assert (chart.used[-1], chart.until) == ((bot_now(bot), 480), bot_now(bot))
        assert chart.fan is not None
        assert chart.fan.exhausts_at == to_instant(START + 30 * DAY + 400 * HOUR)
        over = said(await ask(bot, -400)).chart
        assert isinstance(over, BurnDown)
        assert over.fan is None


def bot_now(bot: Judged) -> datetime:
    return to_instant(bot.now)


async def test_the_probability_is_that_all_is_used_whatever_the_rule_forecasts() -> None:
    plain, told = MONTHLY, with_(MONTHLY, forecast=Forecast(reaches=50, sure=80))  # type: ignore[arg-type]
    found = []
    for rule in (plain, told):
        async with judged([rule], [TOWN], START, HOUR) as bot:
            await lived(bot)
            found.append((await ask(bot, 800)).cases[0].then.likely)
    assert found[0] == found[1]


async def test_less_may_be_less_than_is_used_and_nothing_at_all() -> None:
    async with judged([MONTHLY], [TOWN], START, HOUR) as bot:
        await lived(bot)
        (case,) = (await ask(bot, -300)).cases
        assert (case.then.limit, case.then.is_over, case.then.likely, case.then.runs_out_at) == (400, True, 100, None)
        answer = said(await ask(bot, -5000))
    assert answer.title.startswith("With 5.00 kB less, town is over its quota; as it is, it runs out on ")
    assert {row[0]: row[2] for row in answer.tables[0].rows}["Granted"] == "0 B"


async def test_where_no_forecast_can_be_said_it_says_why_and_goes_by_the_average_pace() -> None:
    async with judged([MONTHLY], [TOWN], START, HOUR) as bot:
        await lived(bot, days=10)
        (case,) = (await ask(bot, 100)).cases
        answer = said(await ask(bot, 100))
    assert (case.reason, case.now.likely, case.forecast) == ("needs 28 days of history", None, None)
    assert case.now.runs_out_at == to_instant(START + 350 * HOUR)
    assert case.then.runs_out_at == to_instant(START + 400 * HOUR)
    assert "No forecast: needs 28 days of history. The dates are at the period's average pace." in answer.notes[0]
    assert answer.tables[0].rows[-1][1:] == ("cannot be said", "cannot be said")


async def test_what_is_unknown_is_said_to_be() -> None:
    async with judged([MONTHLY], [TOWN], START, HOUR) as bot:
        bot.now = START + 2 * DAY
        (case,) = (await ask(bot, 100)).cases
        answer = said(await ask(bot, 100))
    assert (case.now.used, case.now.is_said, case.reason) == (None, False, "nothing of the billing period is known")
    assert answer.title == "With 100 B more, town cannot be foretold; as it is, too"
    assert answer.tables[0].rows[1][1:] == ("unknown", "unknown")


async def test_every_quota_of_the_site_is_answered_its_pools_too() -> None:
    pool = replace(with_(MONTHLY, pool=True, limit=2000), name="shared")
    async with judged([MONTHLY, pool], [TOWN, DURBAN], START, HOUR) as bot:
        await lived(bot)
        reply = await ask(bot, 100)
        assert [(case.quota.rule, case.quota.pool, case.then.used) for case in reply.cases] == [
            ("q", 0, 480),
            ("shared", 2, 960),
        ]
        bot.edit()
        assert said(await ask(bot, 100)).title == "No quota rule is about town, so nothing would change"
        assert isinstance(await bot.ask(WhatIf("twon", 1)), NotFound)


@pytest.mark.parametrize(("used", "words"), [(None, "unknown"), (400, "100 B"), (500, "0 B"), (650, "over by 150 B")])
def test_what_is_left_is_never_nothing_where_it_is_less(used: int | None, words: str) -> None:
    assert left_words(500, used) == words
