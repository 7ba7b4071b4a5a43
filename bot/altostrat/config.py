"""How one workspace's API is reached, and how it writes times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 1440
UTC_ZONE = ZoneInfo("UTC")


class RequestForm(StrEnum):
    """How a request writes an instant; the zone is the API's."""

    ZONELESS = "zoneless"
    """`2025-10-29T08:00:00`, in the API's zone: the documented example."""
    UTC = "utc"
    """`2025-10-29T08:00:00Z`: what a server accepts that was made from the description."""
    OFFSET = "offset"
    """`2025-10-29T10:00:00+02:00`, in the API's zone."""


@dataclass(frozen=True, slots=True)
class ApiConfig:
    """One workspace's API. `workspace` is its name in the rules. Raises ValueError
    for what no request could be made with.

    `zone` is the zone of times without one, in rows and in requests. `timeout` is for a whole exchange, from the
    connection to the last byte. `max_body` is bytes after decompression. `attempts` are all tries of one call.
    A wait that the API asks for and that is longer than `patience` is handed to the caller instead of waited
    out; one longer than `longest_pause` is taken for absurd and cut to it. A listing asks for the metadata of at
    most `metadata_per_listing` sites, and again for the same site only after `metadata_age`.
    """

    workspace: str
    base_url: str
    usage_path: str = "/metrics/dashboard/data-transferred"
    sites_path: str = "/site-minimal"
    metadata_path: str = "/sites/{id}/metadata"
    zone: ZoneInfo = UTC_ZONE
    form: RequestForm = RequestForm.ZONELESS
    bucket_minutes: int = 5
    timeout: timedelta = timedelta(seconds=30)
    max_body: int = 8 * 2**20
    attempts: int = 3
    patience: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(hours=1)
    metadata_per_listing: int = 300
    metadata_age: timedelta = timedelta(days=7)

    def __post_init__(self) -> None:
        _check_base(self.base_url)
        if self.bucket_minutes < 1 or MINUTES_A_DAY % self.bucket_minutes:
            raise ValueError(f"buckets of {self.bucket_minutes} minutes do not tile a day")
        if self.attempts < 1 or self.max_body < 1 or self.timeout <= timedelta():
            raise ValueError("attempts, the time-out and the largest body must be positive")

    @property
    def step(self) -> int:
        """Seconds of a bucket."""
        return self.bucket_minutes * 60

    def url(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{path.lstrip('/')}"


def _check_base(url: str) -> None:
    """The URL itself stays out of the error: what is wrong with it may be the password in it."""
    try:
        parts = urlsplit(url)
        host, credentials = parts.hostname, parts.username is not None or parts.password is not None
        _ = parts.port  # raises where it is no number
    except ValueError:
        raise ValueError("the base URL cannot be read; write it like https://v1.api.altostrat.io") from None
    if parts.scheme not in {"http", "https"} or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("the base URL needs a scheme and a host, like https://v1.api.altostrat.io")
    if credentials or parts.query or parts.fragment:
        raise ValueError("the base URL must hold neither user, password, query nor fragment")
