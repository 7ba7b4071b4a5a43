"""Silences are found by what they name, and no other answer comes of that than from asking every one of them."""

from __future__ import annotations

from itertools import product
from zoneinfo import ZoneInfo

from bot.alerts.candidates import Candidates
from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.alerts.silences import Silence
from bot.domain.sites import Site
from bot.domain.times import Slot
from bot.rules.model import Severity
from bot.rules.selectors import Selector
from bot.rules.telling import Match

NOW = Slot(1_000)
SITES = tuple(
    Site(key, workspace, f"{key:08}-aaaa-4000-8000-000000000000", name, ZoneInfo("UTC"), {"plan": "a"})
    for key, (workspace, name) in enumerate([("acme", "Straße"), ("acme", "north"), ("other", "north"), ("other", "x")])
)
RULES = ((), ("lte",), ("LTE", "burst"), ("l*", "burst"), ("usagebot:*",))
SELECTORS = (
    Selector(),
    Selector(names=("STRASSE",)),
    Selector(names=("Other/North", "x")),
    Selector(names=("north",), workspaces=("acme",)),
    Selector(names=("nor?h", "x")),
    Selector(ids=(SITES[1].id, SITES[3].id)),
    Selector(tags={"plan": ("a",)}),
)
SILENCES = tuple(Silence(Match(rules, sites=sites), Slot(0), Slot(2_000)) for rules, sites in product(RULES, SELECTORS))


def alert(rule: str, site: Site | None) -> Alert:
    key = AlertKey("acme", rule, Kind.THRESHOLD, site.key if site else None)
    return Alert(key, State.FIRING, NOW, Severity.WARNING)


def test_nothing_that_covers_an_alert_is_left_out_and_the_order_stays() -> None:
    candidates = Candidates(SILENCES)
    for rule, site in product(("lte", "Burst", "else"), (*SITES, None)):
        asked = alert(rule, site)
        found = candidates.of(asked, site)
        assert [one for one in found if one.covers(asked, site, NOW) > NOW] == [
            one for one in SILENCES if one.covers(asked, site, NOW) > NOW
        ]


def test_silences_of_other_sites_and_rules_are_not_even_asked() -> None:
    named = [Silence(Match(sites=Selector(names=(site.name,))), Slot(0), Slot(9)) for site in SITES]
    ruled = [Silence(Match(rules=(f"rule-{number}",)), Slot(0), Slot(9)) for number in range(50)]
    assert Candidates([*named, *ruled]).of(alert("rule-7", SITES[3]), SITES[3]) == [named[3], ruled[7]]
