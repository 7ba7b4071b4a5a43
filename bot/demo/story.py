"""What there is to find in a simulated fleet's traffic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.alerts.model import Kind


@dataclass(frozen=True, slots=True)
class Story:
    """One thing that happens to a site (or, for a holiday, to many): flat, so that it is one line of a CSV file.

    `name` says which, `site` is the site's name, `local_time` is for people (`2026-06-14 14:10 Africa/Johannesburg`),
    `what` is a sentence. `starts_at` and `ends_at` are the same as aware UTC instants; `ends_at` is None where it
    never ends, or is an instant only. `told_as` is the kind of alert that tells it, None where nothing is wrong and
    nobody is to be told.
    """

    name: str
    site: str
    local_time: str
    what: str
    starts_at: datetime
    ends_at: datetime | None
    told_as: Kind | None = None
