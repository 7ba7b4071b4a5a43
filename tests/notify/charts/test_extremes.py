"""Whatever a chart holds is drawn: no error, no warning, nothing off the card, no picture too large to send."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from io import BytesIO

import pytest
from PIL import Image

from bot.notify.charts.drawing import ALT_LENGTH, picture
from bot.service.charts.model import Chart
from tests.notify.charts import extremes
from tests.notify.charts.samples import every

LARGEST = 60_000


def draw(charts: Mapping[str, Chart]) -> None:
    for name, chart in charts.items():
        made = picture(chart)
        with Image.open(BytesIO(made.png)) as image:
            assert (image.format, image.size) == ("PNG", (made.width, made.height)), name
            image.load()
        assert len(made.png) < LARGEST, name
        assert 0 < len(made.alt) <= ALT_LENGTH, name
        assert not [char for char in made.alt if ord(char) < 32], name


def test_charts_as_people_see_them_are_small(caplog: pytest.LogCaptureFixture) -> None:
    draw(every())
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_extreme_quotas_are_drawn() -> None:
    draw(extremes.burn_downs())


def test_extreme_courses_are_drawn() -> None:
    draw(extremes.courses())


def test_extremes_of_the_others_are_drawn() -> None:
    draw(extremes.others())


def test_hostile_names_are_drawn(caplog: pytest.LogCaptureFixture) -> None:
    draw(extremes.named())
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
