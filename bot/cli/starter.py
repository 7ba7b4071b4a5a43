"""`usagebot init`: rules and settings to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.exits import Exit
from bot.cli.terminal import TERMINAL
from bot.rules.starter import TEST, starter

EXAMPLE_SETTINGS = """\
# Settings of usagebot. Copy this file to .env and fill in what you use; docs/settings.md explains all of them.
# A secret may be given as a file instead: ALTOSTRAT_TOKEN_FILE=/run/secrets/altostrat

# --- The usage API
ALTOSTRAT_TOKEN=
# ALTOSTRAT_BASE_URL=https://v1.api.altostrat.io
# ALTOSTRAT_USAGE_PATH=/metrics/dashboard/data-transferred
# ALTOSTRAT_TIMEZONE=UTC
# ALTOSTRAT_REQUEST_FORM=zoneless
# ALTOSTRAT_REQUESTS_PER_MINUTE=60
# ALTOSTRAT_BUCKET_MINUTES=5
# ALTOSTRAT_EMPTY_SLOTS=unknown

# --- Slack: a bot token, and one of the two ways to listen (Socket Mode, or HTTP with a signing secret)
SLACK_BOT_TOKEN=
SLACK_APP_TOKEN=
# SLACK_SIGNING_SECRET=
# SLACK_MAY_ACT=everybody
# SLACK_API_URL=https://slack.com/api/

# --- E-mail
SMTP_HOST=
# SMTP_FROM=usage@example.com
# SMTP_SECURITY=starttls
# SMTP_PORT=587
# SMTP_USERNAME=
# SMTP_PASSWORD=

# --- A monitor outside, called as long as the bot is well
# DEADMAN_URL=
# DEADMAN_EVERY=1m

# --- Where things are
# DATABASE_URL=sqlite:///usage.db
# RULES_PATH=rules
# HTTP_HOST=127.0.0.1
# HTTP_PORT=8080
# LOG_FORMAT=console
# LOG_LEVEL=info

# --- Pulling and keeping
# PULL_SETTLE=2m
# PULL_TRAILING=1h
# PULL_REREAD=2d
# PULL_CHUNK=31d
# BASELINE_DAYS=28
# RETENTION_RAW=35d
# RETENTION_HOURLY=460d
# RETENTION_PULLS=7d
"""

NEXT = """\
Next:
  1. copy .env.example to .env and fill in your tokens
  2. edit rules/fleet.yaml, then run: usagebot check, usagebot test, and usagebot doctor
  3. start: usagebot run"""


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if it does not exist.")] = Path(),
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
) -> None:
    """Write rules/fleet.yaml, a test of it, and .env.example to begin with. Files that exist are kept."""
    rules = folder / "rules"
    files = {rules / "fleet.yaml": starter()["fleet.yaml"], folder / ".env.example": EXAMPLE_SETTINGS}
    if force or not rules.exists():
        # Rules that are there already are the operator's own, and this test is not about them.
        files[rules / "tests" / "fleet.test.yaml"] = TEST
    wrote = [path for path, text in files.items() if _write(path, text, force=force)]
    for path in files:
        TERMINAL.say(f"wrote {path}" if path in wrote else f"kept {path}, which exists (--force overwrites it)")
    if not wrote:
        raise typer.Exit(Exit.NO)
    TERMINAL.say("")
    for line in NEXT.splitlines():
        TERMINAL.say(line)


def _write(path: Path, text: str, *, force: bool) -> bool:
    """Whether it was written. Mode `x` never overwrites, not even a file that appears meanwhile."""
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
    except OSError as error:
        raise _unwritable(path.parent, error) from None
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise _unwritable(path, error) from None
    return True


def _unwritable(path: Path, error: OSError) -> typer.Exit:
    why = (error.strerror or type(error).__name__).lower()
    TERMINAL.complain([f"{path} cannot be written: {why}. Choose another folder, or make this one writable."])
    return typer.Exit(Exit.BAD_SETUP)
