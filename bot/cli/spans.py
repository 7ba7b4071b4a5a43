"""How far back a command looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from bot.domain.units import parse_duration


def span(text: str | timedelta) -> timedelta:
    """`7d`; a default comes as it is."""
    if isinstance(text, timedelta):
        return text
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}; write it like 7d or 12h") from None


SinceOption = Annotated[
    timedelta, typer.Option("--since", metavar="SPAN", parser=span, show_default="7d", help="How far back.")
]
