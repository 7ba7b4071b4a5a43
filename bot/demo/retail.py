"""The fleet of the demonstration: a South African shop chain with its warehouse, its offices and its story."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.demo.fleet import DemoSite, Fleet, site_id
from bot.demo.profiles import OFFICE, STORE, WAREHOUSE
from bot.demo.shapes import Profile
from bot.demo.staging import billing_day, stage

HOME = ZoneInfo("Africa/Johannesburg")
LONDON = ZoneInfo("Europe/London")
MUMBAI = ZoneInfo("Asia/Kolkata")

MB = 10**6
GB = 10**9

_CITY = replace(STORE, closes=1140, sunday_closes=960, lunch=0.35)
_EARLY = replace(STORE, opens=470, backup_at=75, lunch=0.2)
_SMALL = replace(STORE, floor=0.04, backup_minutes=25, backup_level=0.3)


def retail_chain(origin: date, *, seed: int = 1) -> Fleet:
    """Twelve sites over a span of 45 days that begins on the local date `origin`, with everything that happens.

    The same origin and seed give the same bytes. What there is to find is in the fleet's `stories`.
    """
    created = datetime.combine(origin - timedelta(days=400), time(9, 30), UTC)
    sites = tuple(replace(site, created_at=created + number * timedelta(days=3)) for number, site in enumerate(_SITES))
    starts = billing_day(origin)
    metered = tuple(replace(site, billing_day=starts) if site.quota else site for site in sites)
    return stage(Fleet(seed, metered), origin)


def _site(  # one line a site is the clearest table there is
    number: int, name: str, profile: Profile, busy: int, link: tuple[str, str],
    quota: int | None = None, zone: ZoneInfo = HOME,
) -> DemoSite:  # fmt: skip
    return DemoSite(
        id=site_id(name),
        pid=f"p{number:07d}",
        name=name,
        serial_number=f"HC{number:02d}8ZK{number * 7919 % 10000:04d}",
        created_at=datetime(2024, 1, 1, tzinfo=UTC),
        timezone=zone,
        tags={"carrier": link[0], "plan": link[1], "kind": profile.kind},
        profile=profile,
        busy=busy,
        quota=quota,
    )


_SITES = (
    _site(1, "Cape Town", _CITY, 150 * MB, ("Karoo Mobile", "lte-500"), quota=500 * GB),
    _site(2, "Durban North", STORE, 620 * MB, ("Coastline Fibre", "fibre-100")),
    _site(3, "Sandton", _CITY, 900 * MB, ("Reef Fibre", "fibre-200")),
    _site(4, "Pretoria East", STORE, 540 * MB, ("Reef Fibre", "fibre-100")),
    _site(5, "Gqeberha", _EARLY, 380 * MB, ("Coastline Fibre", "fibre-50")),
    _site(6, "Bloemfontein", STORE, 32 * MB, ("Karoo Mobile", "lte-200"), quota=200 * GB),
    _site(7, "Polokwane", _EARLY, 210 * MB, ("Northern Wireless", "wireless-50")),
    _site(8, "Upington", _SMALL, 18 * MB, ("Skybridge", "satellite-100"), quota=100 * GB),
    _site(9, "Midrand Warehouse", WAREHOUSE, 780 * MB, ("Reef Fibre", "fibre-200")),
    _site(10, "Head Office", OFFICE, 4200 * MB, ("Reef Fibre", "burstable-500")),
    _site(11, "London Office", OFFICE, 850 * MB, ("Albion Broadband", "fibre-500"), zone=LONDON),
    _site(12, "Mumbai Sourcing", replace(OFFICE, opens=555, closes=1125), 460 * MB, ("Sagar Net", "fibre-100"),
          zone=MUMBAI),
)  # fmt: skip
