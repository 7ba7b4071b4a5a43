"""Which alerts hold others back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product

import pytest

from bot.alerts.inhibition import goes_on_holding_back, holds_back, may_depend_on_limits, place_of, places_around
from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.rules.model import Severity

JUNE, JULY = Window(Slot(0), Slot(30)), Window(Slot(30), Slot(61))


def alert(kind: Kind, severity: Severity = Severity.WARNING, *, rule: str = "lte", step: int | None = None) -> Alert:
    """Of site 1, with a limit of 500 and June for its period where its kind has one."""
    period = JUNE if kind in {Kind.QUOTA, Kind.FORECAST, Kind.PERCENTILE} else None
    key = AlertKey("acme", rule, kind, 1, Direction.TOTAL, period)
    return Alert(key, State.FIRING, Slot(1), severity, limit=500, step=None if step is None else Fraction(step))


def moved(one: Alert, **changes: object) -> Alert:
    """The same with another key."""
    return replace(one, key=replace(one.key, **changes))  # type: ignore[arg-type]


SILENT, USED_UP = alert(Kind.NO_DATA, rule="silent"), alert(Kind.QUOTA, step=100)
BUSY = alert(Kind.THRESHOLD, rule="busy")
COMING, FAST = alert(Kind.FORECAST, step=100), alert(Kind.PACE, Severity.CRITICAL)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in {Kind.NO_DATA, Kind.SELF}])
def test_a_silent_site_holds_back_all_that_is_not_graver(kind: Kind) -> None:
    target = alert(kind, rule="busy")
    assert holds_back(SILENT, target)
    assert holds_back(SILENT, replace(target, severity=Severity.INFO))
    assert not holds_back(SILENT, replace(target, severity=Severity.CRITICAL))
    assert not holds_back(target, SILENT)


@pytest.mark.parametrize("state", [State.PENDING, State.RESOLVED])
def test_only_what_fires_holds_anything_back(state: State) -> None:
    assert not holds_back(replace(SILENT, state=state), BUSY)


def test_nothing_is_held_back_for_another_site_or_workspace() -> None:
    assert not holds_back(SILENT, moved(BUSY, site=2))
    assert not holds_back(SILENT, moved(BUSY, workspace="other"))
    assert not holds_back(SILENT, moved(BUSY, site=None))


def test_what_the_bot_says_of_itself_has_nothing_to_do_with_it() -> None:
    own = Alert(AlertKey("acme", "usagebot:token", Kind.SELF, None), State.FIRING, Slot(1), Severity.CRITICAL)
    assert not any(holds_back(own, one) or holds_back(one, own) for one in (own, SILENT, moved(USED_UP, site=None)))


def test_a_step_that_is_reached_holds_back_the_forecast_of_it() -> None:
    assert holds_back(USED_UP, COMING)
    assert not holds_back(replace(USED_UP, step=Fraction(80)), COMING)
    assert not holds_back(USED_UP, moved(COMING, period=JULY))
    assert not holds_back(USED_UP, moved(COMING, direction=Direction.IN))
    assert not holds_back(USED_UP, moved(COMING, rule="other"))


def test_a_quota_that_is_used_up_holds_back_how_fast_however_grave_that_is() -> None:
    assert holds_back(USED_UP, FAST)
    assert not holds_back(replace(USED_UP, step=Fraction(80)), FAST)
    assert not holds_back(USED_UP, moved(FAST, rule="other"))
    pool, fast = moved(USED_UP, site=None), moved(FAST, site=None)
    assert holds_back(pool, fast)
    assert not holds_back(pool, moved(fast, rule="other"))


def test_of_two_rules_about_the_same_the_graver_holds_back_the_other() -> None:
    grave = alert(Kind.THRESHOLD, Severity.CRITICAL)
    assert holds_back(grave, BUSY)
    assert not holds_back(BUSY, grave)
    assert not holds_back(grave, moved(BUSY, rule="lte"))
    assert not holds_back(grave, moved(BUSY, direction=Direction.IN))
    assert not holds_back(grave, replace(BUSY, severity=Severity.CRITICAL))


def test_of_two_rules_with_one_limit_the_higher_step_holds_back_the_lower() -> None:
    lower = alert(Kind.QUOTA, rule="other", step=80)
    assert holds_back(USED_UP, lower)
    assert not holds_back(lower, USED_UP)
    assert not holds_back(USED_UP, replace(lower, limit=501))
    assert not holds_back(USED_UP, moved(lower, period=JULY))
    assert not holds_back(USED_UP, replace(lower, step=Fraction(100)))
    assert may_depend_on_limits(USED_UP, lower)
    assert not may_depend_on_limits(USED_UP, replace(lower, severity=Severity.CRITICAL))


def test_limits_that_move_apart_set_nothing_free_by_themselves() -> None:
    lower = alert(Kind.QUOTA, rule="other", step=80)
    assert goes_on_holding_back(replace(USED_UP, limit=600), lower)
    assert not goes_on_holding_back(replace(USED_UP, step=Fraction(80)), lower)


def test_no_alert_holds_itself_back_through_however_many_others() -> None:
    kinds = (Kind.NO_DATA, Kind.QUOTA, Kind.FORECAST, Kind.PACE)
    steps = (None, 80, 100)
    every = [
        alert(kind, severity, rule=rule, step=step)
        for kind, severity, rule, step in product(kinds, Severity, ("lte", "other"), steps)
    ]
    after = {id(one): [two for two in every if holds_back(one, two)] for one in every}
    done: set[int] = set()

    def visit(one: Alert, above: frozenset[int]) -> None:
        assert id(one) not in above
        if id(one) not in done:
            for two in after[id(one)]:
                visit(two, above | {id(one)})
            done.add(id(one))

    for one in every:
        visit(one, frozenset())
    assert any(holds_back(one, two) for one, two in permutations(every, 2))


def test_a_place_is_a_site_or_a_pool() -> None:
    assert place_of(BUSY.key) == ("acme", 1)
    assert place_of(moved(BUSY, site=None).key) == ("acme", "busy")


def test_a_rise_of_the_fleet_holds_back_what_its_sites_do_with_it() -> None:
    site = alert(Kind.SPIKE, rule="unusual")
    fleet = replace(moved(site, site=None), detail={"beyond": []})
    assert holds_back(fleet, site)
    assert not holds_back(site, fleet)
    assert not holds_back(replace(fleet, detail={"beyond": [site.key.site]}), site)
    assert not holds_back(replace(fleet, state=State.RESOLVED), site)
    for key in ("rule", "workspace"):
        assert not holds_back(fleet, moved(site, **{key: "other"}))
    assert not holds_back(fleet, moved(site, direction=Direction.OUT))
    assert not holds_back(fleet, moved(site, kind=Kind.THRESHOLD))


def test_a_spike_may_be_held_back_at_its_site_and_by_its_fleet() -> None:
    site = alert(Kind.SPIKE, rule="unusual").key
    assert places_around(site) == (place_of(site), place_of(replace(site, site=None)))
    threshold = replace(site, kind=Kind.THRESHOLD)
    assert places_around(threshold) == (place_of(threshold),)
