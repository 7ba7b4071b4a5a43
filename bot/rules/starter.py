"""The rules that `usagebot init` writes: they work as they are."""

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
# (`sites_file: sites.csv` names a table of them; docs/rules.md shows its columns)
# sites:
#   - id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10
#     name: cape-town
#     timezone: Africa/Johannesburg
#     tags: {carrier: vodacom, plan: lte-500}
#     quota: 300 GB        # for rules that say `quota: site`
#     starts: 8            # and `starts: site`: the billing day

# A digest of the week that is over, each Monday morning; `usagebot query report` shows it at any time:
# reports:
#   - {per: week, notify: [noc], day: mon, time: "08:00"}

rules:
  # Told at 80 % and 100 % of 500 GB in each calendar month, once per step and site.
  - name: monthly-quota
    sites: all
    quota: 500 GB
    per: month
    starts: 1              # the day your carrier's month begins
    at: [80%, 100%]
    severity: {80%: warning, 100%: critical}
    # forecast: {reaches: 100%, sure: 80%}   # told before it happens, once there are four weeks of history

  # Told when a site sends more than 20 GB within an hour.
  - name: hourly-burst
    sites: all
    threshold: {over: 20 GB, within: 1h}
    direction: out
    for: 15m               # it must hold this long before anybody is told
    keep_firing_for: 15m   # and be over this long before it counts as resolved

  # Told when a site moves much more than is usual there at this time of its day, once it has two days of history.
  - name: unusual-traffic
    sites: all
    spike: {sensitivity: medium, at_least: 500 MB}   # low, medium or high; and so much more than usual at the least
    direction: [in, out]   # each judged by itself
"""


TEST = """\
# What the rules promise, tried on made-up usage: `usagebot test` runs it, docs/rule-tests.md explains it.
# Any message that is not expected fails.
rules: [../fleet.yaml]
start: 2026-06-01T00:00:00Z
bucket: 5m
series:
  # 5 GB in each bucket: 80 % of 500 GB after 80 of them. Out, far below 20 GB an hour.
  - {site: cape-town, in: "5GBx110", out: "10MBx110"}
expect:
  alerts:
    - {at: 2026-06-01T06:40:00Z, rule: monthly-quota, site: cape-town, state: firing, step: 80%}
  messages:
    - {at: 2026-06-01T06:40:00Z, receiver: noc, contains: [cape-town, 80%]}
    - {at: 2026-06-01T08:20:00Z, receiver: noc, contains: [cape-town, 100%]}
"""


def starter() -> dict[str, str]:
    """File name → content, for the rules folder; it passes the checker as it is."""
    return {"fleet.yaml": FLEET}
