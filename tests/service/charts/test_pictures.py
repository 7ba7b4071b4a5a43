"""Pictures are read and drawn, or left out: logged, counted, never in the way."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from structlog.testing import capture_logs

from bot.domain.periods import Per
from bot.domain.times import HOUR
from bot.service.answers.model import Answer
from bot.service.charts.model import Chart, Ranking, Scale
from bot.service.charts.pictures import ChartPictures
from bot.service.ports import Picture
from bot.service.present import alert_view
from tests.notify.builders import trouble
from tests.service.charts.reading import telling, the_alert
from tests.service.charts.test_burning import START, TOWN
from tests.service.judged import Judged, judged, quota_rule

PICTURE = Picture(b"png", "a chart", 1, 1, "d")
RANKING = Ranking("Largest sites", Scale.BYTES, ())


@dataclass
class Painter:
    picture: Picture | None = PICTURE
    seen: list[Chart] = field(default_factory=list)

    async def drawn(self, chart: Chart) -> Picture | None:
        self.seen.append(chart)
        return self.picture


class Broken:
    """A history that is not there."""

    def reading(self) -> AbstractAsyncContextManager[Any]:
        raise OSError("gone")


def pictures(bot: Judged, painter: Painter, counted: list[str], **more: Any) -> ChartPictures:
    return ChartPictures(more.pop("history", bot.history), lambda: bot.fleet, painter, counted.append, **more)


async def test_an_alerts_chart_is_drawn_and_counted_and_what_has_none_is_neither() -> None:
    painter, counted = Painter(), list[str]()
    async with judged([quota_rule(100, Per.DAY)], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [60])
        told = telling(alert_view(await the_alert(bot), bot.fleet))
        drawing = pictures(bot, painter, counted)
        assert await drawing.of(told) == PICTURE
        painter.picture = None
        assert await drawing.of(told) is None
        assert await drawing.of(telling(trouble("…"))) is None
        assert await drawing.of(telling()) is None
        assert await drawing.of(telling(replace(told.alerts[0], id="A99"))) is None
        assert counted == ["drawn", "failed"]
        with capture_logs() as logs:
            assert await pictures(bot, painter, counted, history=Broken()).of(told) is None
            assert await pictures(bot, painter, counted, within=timedelta()).of(told) is None
        assert [(line["event"], line["why"]) for line in logs] == [
            ("chart_not_read", "OSError"),
            ("chart_not_read", "TimeoutError"),
        ]
        assert counted[2:] == ["unread", "unread"]


async def test_a_digest_brings_its_own_chart() -> None:
    painter = Painter()
    async with judged([], [TOWN], START, HOUR) as bot:
        told = replace(telling(), digest=Answer("This week", chart=RANKING))
        assert await pictures(bot, painter, [], history=Broken()).of(told) == PICTURE
        assert painter.seen == [RANKING]
