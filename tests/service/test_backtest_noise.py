"""How much noise spike rules would have made, at the end of a backtest."""

from __future__ import annotations

from dataclasses import replace

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.periods import Per
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Direction
from bot.rules.kinds import Noise, Spike
from bot.rules.model import Configuration, Rule, Severity
from bot.rules.selectors import Selector
from bot.service.answers.backtest_noise import noise_tables
from bot.service.fleet import Fleet
from bot.service.replay.model import Replayed, Told
from tests.slack.world import monthly, sites

WINDOW = Window(Slot(0), Slot(61 * DAY))
LOUD = Rule("loud", Spike(noise=Noise(2, Per.MONTH)))


def moves(rule: str, *of: int | None) -> list[Transition]:
    """One alert of each of these sites that fires, and ends."""
    alerts = [
        Alert(AlertKey("acme", rule, Kind.SPIKE, site, Direction.IN), State.FIRING, Slot(day), Severity.WARNING, id=day)
        for day, site in enumerate(of, 1)
    ]
    changes = ((Change.FIRED, Reason.LIMIT_PASSED), (Change.RESOLVED, Reason.BACK_TO_NORMAL))
    return [Transition(alert, *change, alert.since, alert.since) for alert in alerts for change in changes]


def rows(rule: Rule, happened: list[Transition], *, told: bool = True) -> tuple[tuple[str, ...], ...]:
    messages = [Told(Slot(1), name, "", tuple(happened)) for name in ("noc", "boss")] if told else []
    fleet = Fleet(sites(), Configuration("1", rules=(monthly(), rule)))
    (table,) = noise_tables(fleet, WINDOW, Replayed(tuple(happened), tuple(messages)))
    assert table.title == "Noise of spike rules over 61 days"
    return table.rows


def test_what_is_told_counts_once_however_many_are_told_and_not_what_is_about_the_fleet() -> None:
    happened = moves("loud", *[1] * 6, 2, 2, 3, 3, None)
    assert rows(LOUD, happened) == (("loud", "2 a month", "1", "4 of 5", "cape-town 6, acme/durban 2, cape-point 2"),)


def test_what_nobody_is_told_counts_where_the_rule_tells_nobody() -> None:
    assert rows(LOUD, moves("loud", 1), told=False)[0][2] == "0"
    assert rows(replace(LOUD, notify=()), moves("loud", *[1] * 10), told=False)[0][2] == "1"


def test_of_a_sensitivity_it_says_what_is_usual_and_of_no_site_that_there_is_none() -> None:
    plain = Rule("plain", Spike())
    assert rows(plain, [])[0] == ("plain", "sensitivity medium, about 0.5 a month", "0", "5 of 5", "")
    assert rows(replace(plain, sites=Selector(names=("nowhere",))), [])[0][3] == "no site"


def test_without_a_spike_rule_there_is_no_table() -> None:
    assert noise_tables(Fleet(sites(), Configuration("1", rules=(monthly(),))), WINDOW, Replayed((), ())) == []
