"""The command line. `main` is the console script `usagebot`."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line. All of it is loaded here, so that Ctrl-C meanwhile is no traceback."""
    try:
        from bot.cli.program import main as run  # noqa: PLC0415 - see above
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    run()


__all__ = ["main"]
