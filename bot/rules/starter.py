"""What `usagebot init` writes: rules that work as they are, and the settings to fill in."""

from __future__ import annotations

FLEET = """\
# The rules of your fleet. Check them with `usagebot check`; every *.yaml file in this folder counts.
version: 1

defaults:
  timezone: UTC            # of a site whose own zone is not known, like Africa/Johannesburg
  receivers: [noc]         # of a rule that names none

receivers:
  noc: {terminal: true}    # alerts go to the terminal until you name a channel:
  # noc:     {slack: "#noc"}
  # finance: {email: [finance@example.com]}

# Sites come from the Altostrat API. Name one here to give it a zone, tags, or a contract of its own:
# sites:
#   - id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10
#     name: cape-town
#     timezone: Africa/Johannesburg
#     tags: {carrier: vodacom, plan: lte-500}
#     quota: 300 GB        # for rules that say `quota: site`
#     starts: 8            # and `starts: site`: the billing day

rules:
  # Told at 80 % and 100 % of 500 GB in each calendar month, once per step and site.
  - name: monthly-quota
    sites: all
    quota: 500 GB
    per: month
    starts: 1              # the day your carrier's month begins
    at: [80%, 100%]
    severity: {80%: warning, 100%: critical}

  # Told when a site sends more than 20 GB within an hour.
  - name: hourly-burst
    sites: all
    threshold: {over: 20 GB, within: 1h}
    direction: out
    for: 15m               # it must hold this long before anybody is told
    keep_firing_for: 15m   # and be over this long before it counts as resolved
"""

DOTENV = """\
# Settings of usagebot. Keep this file to yourself: it holds secrets.
# Each can also be an environment variable, or NAME_FILE with the path of a file that holds the value.

# The token of your Altostrat account, from its API settings.
ALTOSTRAT_TOKEN=

# Slack: the bot's token, and either the app's token (Socket Mode, no public address needed) …
#SLACK_BOT_TOKEN=xoxb-…
#SLACK_APP_TOKEN=xapp-…
# … or the signing secret (HTTP mode).
#SLACK_SIGNING_SECRET=

# Mail, for receivers with `email`.
#SMTP_HOST=smtp.example.com
#SMTP_PORT=587
#SMTP_SECURITY=starttls
#SMTP_USERNAME=
#SMTP_PASSWORD=
#SMTP_FROM=usage@example.com

#DATABASE_URL=sqlite:///usage.db
#RULES_PATH=rules
"""


def starter() -> dict[str, str]:
    """File name → content: `fleet.yaml` for the rules folder, which passes the checker, and `.env` beside it."""
    return {"fleet.yaml": FLEET, ".env": DOTENV}
