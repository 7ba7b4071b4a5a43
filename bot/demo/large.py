"""Fleets of any size, for benchmarks and scale tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from bot.demo.fleet import DemoSite, Fleet, site_id
from bot.demo.noise import draw, key_of, uniform
from bot.demo.profiles import OFFICE, STORE, WAREHOUSE
from bot.demo.shapes import Profile

GB = 10**9
T = TypeVar("T")

_ZONES = tuple(map(ZoneInfo, (*["Africa/Johannesburg"] * 8, "Europe/London", "Asia/Kolkata")))
_KINDS = (*[STORE] * 7, OFFICE, OFFICE, WAREHOUSE)
_PLACES = ("Paarl", "Soweto", "George", "Kimberley", "Nelspruit", "Rustenburg", "Welkom", "Umhlanga", "Vereeniging")
_PLANS = ("lte-100", "lte-200", "lte-500", "fibre-100", "fibre-200", "satellite-100")


def fleet(n: int, seed: int) -> Fleet:
    """`n` ordinary sites to which nothing in particular happens; the same numbers for the same `n`-th site always."""
    return Fleet(seed, tuple(_site(number, seed) for number in range(n)))


def _site(number: int, seed: int) -> DemoSite:
    keys = np.array([key_of(seed, "fleet")], np.uint64)
    kind, hours, zone, size, plan, place = uniform(draw(keys, number * 6 + np.arange(6)[None, :], 0))[0].tolist()
    name = f"{_pick(_PLACES, place)} {number + 1:05d}"
    chosen = _pick(_PLANS, plan)
    metered = not chosen.startswith("fibre")
    profile = _shifted(_pick(_KINDS, kind), int(hours * 5) - 2)
    return DemoSite(
        id=site_id(f"{seed}/{name}"),
        pid=f"p{number + 1:07d}",
        name=name,
        serial_number=f"HF{number + 1:09d}",
        created_at=datetime(2024, 1, 1, 9, tzinfo=UTC) + number * timedelta(minutes=7),
        timezone=_pick(_ZONES, zone),
        tags={"plan": chosen, "kind": profile.kind, "customer": f"customer-{number % 40:02d}"},
        profile=profile,
        busy=int(10 ** (7.3 + 1.7 * size)) // (8 if metered else 1),
        quota=int(chosen.split("-")[1]) * GB if metered else None,
        billing_day=1 + number % 28 if metered else None,
    )


def _pick(choices: tuple[T, ...], share: float) -> T:
    return choices[int(share * len(choices))]


def _shifted(profile: Profile, quarters: int) -> Profile:
    """The kind of site with hours some quarters earlier or later: few variants, so that shapes are shared."""
    shift = quarters * 15
    return replace(
        profile, opens=profile.opens + shift, closes=profile.closes + shift, backup_at=profile.backup_at + shift
    )
