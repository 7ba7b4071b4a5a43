"""How alerts of each further kind are worded: a module a kind, and this table of them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.alerts.model import Kind
from bot.notify.kinds.forecast import FORECAST
from bot.notify.kinds.no_data import NO_DATA
from bot.notify.kinds.pace import PACE
from bot.notify.kinds.percentile import PERCENTILE
from bot.notify.kinds.rise import RISE
from bot.notify.kinds.spike import SPIKE
from bot.notify.kinds.words import PLAIN, Words
from bot.service.views import AlertView

__all__ = ["Words", "words_of"]

_WORDS: Mapping[Kind, Words] = {
    Kind.FORECAST: FORECAST,
    Kind.NO_DATA: NO_DATA,
    Kind.PACE: PACE,
    Kind.PERCENTILE: PERCENTILE,
    Kind.SPIKE: SPIKE,
}


def words_of(alert: AlertView) -> Words:
    return RISE if alert.is_fleet else _WORDS.get(alert.kind, PLAIN)
