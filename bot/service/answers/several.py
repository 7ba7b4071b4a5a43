"""What a message about several alerts is about: each with the words that tell its history."""

from __future__ import annotations

from bot.alerts.model import State
from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import count
from bot.service.answers.tables import label_words
from bot.service.queries.pointed import Pointed

COLUMNS = ("Alert", "Site", "Rule", "State", "Since")


def history_of_several(pointed: Pointed, prefix: str) -> Answer:
    """The latest first, what is over last."""
    alerts = sorted(pointed.alerts, key=lambda one: (one.view.state is State.RESOLVED, -one.view.since.timestamp()))
    now = max((one.view.since for one in alerts), default=None)
    rows = tuple(
        (
            one.view.id,
            label_words(one),
            safe(one.view.rule),
            one.view.state.value,
            moment(one.view.since, one.view.zone, now or one.view.since),
        )
        for one in alerts
    )
    first = alerts[0].view.id
    return Answer(
        f"This message is about {count(len(alerts), 'alert')}",
        tables=(Table("", COLUMNS, rows),),
        notes=(
            f"The history of one is told by its id: {prefix} history {first}. Why it was told: {prefix} why {first}.",
        ),
    )
