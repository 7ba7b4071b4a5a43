"""Answers about a few quotas use the forecast where one can be said, and say so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.periods import Per
from bot.domain.times import DAY, HOUR, to_instant, to_slot
from bot.service.answers.tables import runs_out
from bot.service.commands import Quotas
from tests.service.judged import judged, quota_rule, site

START = to_slot(datetime(2026, 6, 1, tzinfo=UTC))
TOWN = site(1, "town")


async def test_a_quota_runs_out_as_forecast_and_by_its_pace_where_there_is_none() -> None:
    """48 bytes a day: after ten days the pace is all there is, in July four weeks are known."""
    async with judged([quota_rule(700, Per.MONTH, at=(100,))], [TOWN], START, HOUR) as bot:
        await bot.write(TOWN, START, [2] * 24 * 10)
        await bot.assess()
        (early,) = (await bot.ask(Quotas())).quotas
        assert early.forecast is None
        assert early.runs_out_at is not None
        await bot.write(TOWN, START + 10 * DAY, [2] * 24 * 30)
        await bot.assess()
        (state,) = (await bot.ask(Quotas())).quotas
        assert state.forecast == pytest.approx(31 * 48, rel=0.01)
        assert state.runs_out_at == to_instant(START + 30 * DAY + 700 * HOUR // 2)
        assert "1.49 kB forecast" in runs_out(state, to_instant(bot.now))
