"""How fresh an answer's data are, in one line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain.moments import moment
from bot.service.answers.phrases import ago, between, count, coverage_words
from bot.service.queries.replies import Freshness


def freshness_line(freshness: Freshness, zone: ZoneInfo) -> str:
    """`"Data until Thu 26 Nov 14:05 SAST (3 minutes ago), 38 of 40 sites, 99.1 % known."`"""
    if not freshness.sites:
        return "No sites are known here yet."
    if freshness.oldest is None or freshness.newest is None:
        return f"No data yet of {count(freshness.sites, 'site')}."
    now = freshness.asked_at
    if freshness.oldest == freshness.newest:
        until = f"until {moment(freshness.newest, zone, now)} ({ago(freshness.newest, now)})"
    else:
        until = f"end between {between(freshness.oldest, freshness.newest, zone, now).replace(' – ', ' and ')}"
    sites = f"{freshness.known:,} of {count(freshness.sites, 'site')}"
    known = coverage_words(freshness.coverage)
    return f"Data {until}, {sites}{', ' + known if known else ''}."
