from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain.sites import Site
from bot.domain.times import DAY, Slot, Window
from bot.service.chunks import Chunks
from bot.service.options import PullOptions
from bot.service.plan import Want

SITES = [Site(n, "default", f"id-{n}", f"s{n}", ZoneInfo("UTC")) for n in range(5)]


def refused(chunks: Chunks, site: Site, days: int) -> None:
    chunks.refused(Want(site, Window(Slot(0), Slot(days * DAY)), is_live=False))


def test_one_sites_refusals_are_its_own() -> None:
    chunks = Chunks(PullOptions())
    for days in (31, 15, 7, 3, 2):
        refused(chunks, SITES[0], days)
    assert chunks.of(SITES[0]) == DAY
    assert chunks.of(SITES[1]) == 31 * DAY


def test_what_several_sites_are_refused_nobody_is_asked_for() -> None:
    chunks = Chunks(PullOptions())
    for site in SITES[:3]:
        refused(chunks, site, 30)
    assert chunks.of(SITES[4]) == 15 * DAY


def test_a_window_of_whole_buckets_is_halved_into_whole_buckets() -> None:
    chunks = Chunks(PullOptions(chunk=31 * DAY + 300))
    chunks.refused(Want(SITES[0], Window(Slot(0), Slot(31 * DAY + 300)), is_live=True))
    assert chunks.of(SITES[0]) % 300 == 0
