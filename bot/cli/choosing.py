"""Sites that a command's options name."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from bot.cli.exits import Exit
from bot.cli.terminal import TERMINAL
from bot.domain.sites import Site
from bot.service.fleet import Fleet, NotFound


def chosen(fleet: Fleet, names: Sequence[str], option: str = "--site") -> Sequence[Site]:
    """The sites of these names, all of them where there are no names. Leaves with every name that means none."""
    if not names:
        return fleet.sites
    found = {name: fleet.exactly(name, fleet.everything) for name in names}
    missing = {name: what for name, what in found.items() if isinstance(what, NotFound)}
    for name, what in missing.items():
        meant = f"; did you mean {' or '.join(what.suggestions)}?" if what.suggestions else ""
        TERMINAL.complain([f"{option}: no single site is called {name!r}{meant}"])
    if missing:
        raise typer.Exit(Exit.NO)
    return list({site.key: site for site in found.values() if not isinstance(site, NotFound)}.values())
