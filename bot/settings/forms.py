"""How each kind of setting is written: text in, typed value out, or `WrongSettingError` with the remedy."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

from bot.domain.units import parse_duration
from bot.settings.problems import WrongSettingError

HOUR_DIVISORS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
# Any other word before `://` may be a part of a password.
_OTHER_DATABASES = frozenset({"mysql", "mariadb", "mssql", "oracle", "mongodb", "redis"})
_USER_GROUP = re.compile(r"S[A-Z0-9]{5,20}|@[^\s@,]{1,80}")
_SIGNS = "whsec_"
_PASTED_AUTH = ("bearer ", "authorization:")


def _split(text: str) -> SplitResult:
    """The parts of a URL; ValueError also for a port that is none."""
    parts = urlsplit(text)
    _ = parts.port
    return parts


def http_url(text: str) -> str:
    """An http or https address without credentials, query or fragment, and without a slash at its end."""
    remedy = "Write it like https://v1.api.altostrat.io"
    try:
        parts = _split(text)
    except ValueError:
        raise WrongSettingError("this is not an address", remedy) from None
    if parts.username is not None or parts.password is not None:
        raise WrongSettingError(
            "it has a user name or password inside", "Leave them out; tokens have their own settings"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or not text.isascii() or not text.isprintable():
        raise WrongSettingError("this is not an http or https address", remedy)
    if parts.query or parts.fragment or " " in text:
        raise WrongSettingError("it has a query, a fragment or a blank inside", remedy)
    return text.rstrip("/")


def secret_url(text: str) -> str:
    """An http or https address that may be a secret: it is in no message."""
    try:
        parts = _split(text)
    except ValueError:
        parts = _split("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not re.fullmatch(r"[!-~]+", text):
        raise WrongSettingError("this is not an http or https address", "Write it like https://example.com/hooks/1")
    return text


def signing_keys(text: str) -> tuple[bytes, ...]:
    """The keys that webhooks are signed with, as Standard Webhooks writes them; several, between blanks, sign each."""
    return tuple(map(_signing_key, text.split()))


def _signing_key(text: str) -> bytes:
    try:
        key = b64decode(text.removeprefix(_SIGNS), validate=True)
    except ValueError:
        key = b""
    if not text.startswith(_SIGNS) or not 24 <= len(key) <= 64:
        what = f"this is not {_SIGNS} and 24 to 64 bytes in base64"
        raise WrongSettingError(what, f'Make one: echo "{_SIGNS}$(head -c 32 /dev/urandom | base64)"')
    return key


def slack_api_url(text: str) -> str:
    """As `http_url`, with the slash at the end that Slack's client needs."""
    return http_url(text) + "/"


def url_path(text: str) -> str:
    """A path on the API's host, with one slash before it and none after."""
    if "://" in text or not re.fullmatch(r"[!-~]+", text) or any(c in text for c in "?#"):
        raise WrongSettingError("this is not a path", "Write only the path, like /metrics/dashboard/data-transferred")
    return "/" + text.strip("/")


def zone(text: str) -> ZoneInfo:
    """An IANA time zone."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = "Use a name of the IANA list, like Africa/Johannesburg or UTC"
        raise WrongSettingError(f"{text!r} is not a time zone", remedy) from None


def duration(text: str) -> timedelta:
    """A span longer than nothing, like `15m`."""
    try:
        span = parse_duration(text)
    except ValueError as error:
        raise WrongSettingError(str(error).split(";", maxsplit=1)[0], "Write it like 15m, 6h or 28 days") from None
    if not span:
        raise WrongSettingError("it must be longer than nothing", "Write it like 15m, 6h or 28 days")
    return span


def duration_or_none(text: str) -> timedelta:
    """A span that may be `0s`."""
    return timedelta() if text.strip() == "0s" else duration(text)


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def read(text: str) -> int:
        remedy = f"Use a whole number from {low} to {high}"
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise WrongSettingError(f"{text!r} is not a whole number", remedy)
        if not low <= int(text) <= high:
            raise WrongSettingError(f"{text} is out of bounds", remedy)
        return int(text)

    return read


def bucket_minutes(text: str) -> int:
    """Minutes of a bucket: whole buckets must make up an hour, since rollups are hourly."""
    minutes = whole(1, 60)(text)
    if minutes not in HOUR_DIVISORS:
        choices = ", ".join(map(str, HOUR_DIVISORS))
        raise WrongSettingError(f"buckets of {minutes} minutes do not make up an hour", f"Use one of {choices}")
    return minutes


def one_of(*choices: str) -> Callable[[str], str]:
    """One word of a list, in any case."""

    def read(text: str) -> str:
        if text.lower() not in choices:
            raise WrongSettingError(f"{text!r} is not known here", f"Use one of: {', '.join(choices)}")
        return text.lower()

    return read


def host(text: str) -> str:
    """A host name or an IP address, without scheme or path."""
    if not _HOST.fullmatch(text):
        raise WrongSettingError("this is not a host name", "Write only the name or address, like smtp.example.com")
    return text


def mail_address(text: str) -> str:
    """A sender: `bot@example.com` or `Usage bot <bot@example.com>`, on one line."""
    bare = text[text.find("<") + 1 : -1] if text.endswith(">") else text
    if not text.isprintable() or not _ADDRESS.fullmatch(bare):
        raise WrongSettingError("this is not a mail address", "Write it like usage@example.com")
    return text


def secret(text: str) -> SecretStr:
    """Any text on one line."""
    if not text.isprintable():
        raise WrongSettingError("it has a line break or control character inside", "Give the secret alone, on one line")
    return SecretStr(text)


def api_token(text: str) -> SecretStr:
    """What can follow `Bearer` in a header: printable ASCII without blanks."""
    if text.lower().startswith(_PASTED_AUTH):
        raise WrongSettingError("it starts with the word of the header", "Give the token alone, without Bearer")
    if not re.fullmatch(r"[!-~]+", text):
        raise WrongSettingError("it has characters that no token has", "Give the token alone, on one line")
    return SecretStr(text)


def slack_token(prefix: str, kind: str) -> Callable[[str], SecretStr]:
    """A token of Slack with the prefix of its kind."""

    def read(text: str) -> SecretStr:
        if not text.startswith(prefix):
            raise WrongSettingError(f"this is not {kind} of Slack", f"Copy the one that starts with {prefix}")
        return api_token(text)

    return read


def user_groups(text: str) -> tuple[str, ...]:
    """User groups of Slack, by id or handle; none for `everybody`."""
    if text.strip().casefold() == "everybody":
        return ()
    groups = tuple(part.strip() for part in text.split(","))
    for group in groups:
        if not _USER_GROUP.fullmatch(group):
            remedy = "Write everybody, or user groups like S0123ABCD, @network-team"
            raise WrongSettingError(f"{group!r} is neither the id nor the handle of a user group", remedy)
    return groups


DATABASES = ("sqlite", "postgresql", "postgres", "postgresql+psycopg")


def database_url(text: str) -> SecretStr:
    """A SQLite file or a PostgreSQL database; secret, since it may hold a password."""
    remedy = "Write it like sqlite:///usage.db or postgresql://user:password@host/usage"
    scheme, separator, rest = text.partition("://")
    if not separator or not rest or not text.isprintable():
        raise WrongSettingError("this is not the address of a database", remedy)
    if scheme not in DATABASES:
        kind = scheme.partition("+")[0].lower()
        which = f"databases of the kind {kind!r}" if kind in _OTHER_DATABASES else "databases of this kind"
        raise WrongSettingError(f"{which} are not known here", remedy)
    try:
        parts = _split(text)
    except ValueError:
        encode = "Write / ? # of a password as %2F %3F %23, and % as %25"
        raise WrongSettingError("its host or port cannot be read", encode) from None
    if scheme == "sqlite" and (parts.netloc or parts.path in ("", "/")):
        raise WrongSettingError("it names no file", "Three slashes and a file, like sqlite:///usage.db")
    if scheme == "sqlite" and parts.query:
        raise WrongSettingError("it has options behind a '?', and a file needs none", remedy)
    return SecretStr(text)
