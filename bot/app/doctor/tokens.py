"""What a token's shape says about it. The token itself is in no value here."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.phrases import span

SOON = timedelta(days=7).total_seconds()
LONGEST = 16 * 1024
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
KEY_REMEDY = "Make an API key (alto_sk_…) in the Altostrat dashboard and set it in place of this token"


class Shape(Enum):
    """What kind of token it looks like."""

    KEY = "an API key, which lasts"
    JWT = "a user's token (JWT), which does not last"
    OTHER = "neither an API key (alto_sk_…) nor a JWT"


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its text. `expires_at` is None where it does not say."""

    shape: Shape
    expires_at: datetime | None = None


def described(token: str) -> Token:
    """Never raises, whatever the token is."""
    if token.startswith("alto_sk_"):
        return Token(Shape.KEY)
    if _JWT.fullmatch(token) and len(token) <= LONGEST:
        return Token(Shape.JWT, _expiry(token.split(".")[1]))
    return Token(Shape.OTHER)


def _expiry(payload: str) -> datetime | None:
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError, binascii.Error, RecursionError):
        return None


def token_shape(token: Token, now: datetime, workspace: str, name: str) -> Finding:
    """`name` is the setting that holds it."""
    tell = Teller(Subject.API, workspace)
    if token.shape is Shape.KEY:
        return tell.ok("token's kind", f"{name} is {token.shape.value}")
    if token.shape is Shape.OTHER:
        text = f"{name} is {token.shape.value}; whether it lasts is not known"
        return tell.ok("token's kind", text)
    if token.expires_at is None:
        return tell.warning("token's kind", f"{name} is {token.shape.value}; it does not say how long", KEY_REMEDY)
    left = (token.expires_at - now).total_seconds()
    if left <= 0:
        return tell.problem("token's kind", f"{name} is a JWT that expired {span(left)} ago", KEY_REMEDY)
    text = f"{name} is {token.shape.value}: it expires in {span(left)}"
    return tell.warning("token's kind", text, KEY_REMEDY) if left < SOON else tell.ok("token's kind", text)
