"""Logs: events with fields, for people or as JSON, and never a secret.

Lines go to standard error; standard output belongs to answers.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "[secret]"
SHORTEST_SECRET = 4
"""Shorter ones are in every other word."""

NOISY = (
    "httpx",
    "httpcore",
    "slack_sdk",
    "slack_bolt",
    "aiohttp",
    "apscheduler",
    "aiosqlite",
    "sqlalchemy",
    "asyncio",
    "alembic",
)

_SECRET_FIELDS = re.compile(r"(?i)(^|_)(password|secret|authorization|api_?key|token)$")
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {MASK}"),
    (re.compile(r"\b(?:xox[a-z]|xapp|xwfp)-[A-Za-z0-9-]+"), MASK),
    (re.compile(r"\balto_sk_[A-Za-z0-9_-]+"), MASK),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?"), MASK),
    (re.compile(r"(://)[^/\s@'\"]+@"), rf"\1{MASK}@"),
    (re.compile(r"(hooks\.slack\.com/)[A-Za-z0-9/_-]+"), rf"\1{MASK}"),
)

Secrets = Callable[[], Collection[str]]
"""The secrets known now: asked again for each line, since tokens are rotated."""


def no_secrets() -> Collection[str]:
    """Before the settings are read, only the shapes of secrets are known."""
    return ()


@lru_cache(maxsize=8)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    """Every secret as it is, as a URL has it and as `repr` has it; the longest first, so that no tail is left."""
    forms = {
        form
        for secret in secrets
        if len(secret) >= SHORTEST_SECRET
        for form in (secret, quote(secret, safe=""), repr(secret)[1:-1])
    }
    if not forms:
        return None
    return re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))


SAME_AGAIN = 600.0
"""Seconds until a library may say the same thing again: Slack's SDK does so every few seconds of an outage."""


class Unrepeated(logging.Filter):
    """Lets a library's line through once in `SAME_AGAIN` seconds; ours are not touched. `ticks` only ever grow."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._ticks = ticks
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(NOISY):
            return True
        now, line = self._ticks(), (record.name, record.getMessage())
        if now - self._said.get(line, -SAME_AGAIN) < SAME_AGAIN:
            return False
        self._said = {said: at for said, at in self._said.items() if now - at < SAME_AGAIN}
        self._said[line] = now
        return True


class Redactor:
    """Masks secrets in text and in log fields. `secrets` is asked each time."""

    def __init__(self, secrets: Secrets = no_secrets) -> None:
        self._secrets = secrets

    def text(self, text: str) -> str:
        """The text without the secrets known now, and without what looks like one."""
        pattern = _pattern(frozenset(self._secrets()))
        if pattern is not None:
            text = pattern.sub(MASK, text)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text

    def value(self, value: object) -> object:
        """The same for a field's value, whatever it holds; foreign objects become their masked text."""
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self.text(value)
            case Mapping():
                return {self.text(str(key)): self._field(str(key), item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(item) for item in value]
            case _:
                return self.text(str(value))

    def _field(self, key: str, value: object) -> object:
        return MASK if value and _SECRET_FIELDS.search(key) else self.value(value)

    def __call__(self, logger: WrappedLogger, method: str, event_dict: EventDict) -> EventDict:
        """As a structlog processor, after exceptions became text."""
        del logger, method
        return {key: value if key.startswith("_") else self._field(key, value) for key, value in event_dict.items()}


def _shared() -> list[Processor]:
    """What happens to every line, ours and the libraries'."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]


_MANY_LINES = frozenset({"exception", "stack"})
"""Fields that are written below the line, on lines of their own."""


def _escaped(text: str, kept: str = "") -> str:
    """Without characters that drive a terminal, hide, or end a line: those are written as Python and JSON do."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else json.dumps(c)[1:-1] for c in text)


def _visible(logger: WrappedLogger, method: str, event_dict: EventDict) -> EventDict:
    """As a processor before the console's renderer, which writes text as it is and everything else as `repr` does."""
    del logger, method
    return {
        _escaped(key): _escaped(value, "\n\t" if key in _MANY_LINES else "") if isinstance(value, str) else value
        for key, value in event_dict.items()
    }


_JSON = structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=False)


def _json_line(logger: WrappedLogger, method: str, event_dict: EventDict) -> str:
    """JSON in which what is not ASCII stays readable, and what is not printable is escaped."""
    return _escaped(str(_JSON(logger, method, event_dict)))


def _renderers(form: str, *, colors: bool) -> list[Processor]:
    if form == "json":
        return [_json_line]
    return [_visible, structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)]


def configure_logs(
    form: str, level: str, secrets: Secrets = no_secrets, *, stream: TextIO | None = None
) -> logging.Handler:
    """Send structlog's and the standard library's lines one way: `form` is console or json, `level` a level's name.

    Returns the handler that was put in place of the root logger's. Call it again to change the settings.
    """
    target = stream if stream is not None else sys.stderr
    handler = logging.StreamHandler(target)
    handler.addFilter(Unrepeated())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                Redactor(secrets),
                *_renderers(form, colors=target.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return handler
