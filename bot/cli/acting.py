"""Who does something from a terminal, for the audit."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from bot.domain.names import name
from bot.service.audit import TERMINAL as FROM_TERMINAL
from bot.service.audit import Actor

AsOption = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="Who does this, for the audit; your login name unless given.")
]


def actor(given: str | None) -> Actor:
    """Whoever is named, or whoever is logged in."""
    if given is not None and not given.strip():
        raise typer.BadParameter("--as: this is no name; write your own")
    return Actor(name(given if given is not None else _login()), FROM_TERMINAL)


def _login() -> str:
    """A container's user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
