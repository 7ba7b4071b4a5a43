"""The command line. `main` is the console script `usagebot`."""

from bot.cli.program import main

__all__ = ["main"]
