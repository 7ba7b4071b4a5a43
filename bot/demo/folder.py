"""The folder that the demonstration works in: rules that an operator might have written for this fleet."""

from __future__ import annotations

from pathlib import Path

from bot.demo.fleet import Fleet

NOC = "{terminal: true}"
_HEAD = """\
# The rules of the demonstration. Change them, run `usagebot check --rules` on this folder, and look again.
version: 1

defaults:
  timezone: Africa/Johannesburg
  receivers: [noc]

operators: [noc]
receivers:
  noc: %NOC%
  finance: {email: [finance@example.com]}

routes:
  - match: {kind: spike}            # one message for what a site does at the same time, both ways
    notify: [noc]
    group_by: [site]
  - notify: [noc]

# What the API does not know: the contracts of the metered sites. Names, zones and tags come from the API.
sites:
"""

_RULES = """
rules:
  - name: metered-quota             # each site's own contract, over its own billing period
    sites: {tags: {plan: [lte-*, satellite-*]}}
    quota: site
    per: month
    starts: site
    at: [50%, 80%, 100%]
    severity: {80%: warning, 100%: critical}
    forecast: {reaches: 100%, sure: 90%}    # said before it happens
    notify: [noc, finance]

  - name: unusual-traffic           # more than is usual at this site at this time of its week, each way by itself
    spike: {at_least: 100 MB}
    direction: [in, out]
    noise: {at_most: 1, per: month}         # where nothing is wrong: each site's own past says from where that is

  - name: silent-site               # a line that went dark, and not the API
    no_data: {after: 1h}
"""


def rules_text(fleet: Fleet, noc: str = NOC) -> str:
    """A rules file for the fleet; metered sites get their quota and billing day. `noc` is the receiver of that name."""
    contracts = [
        f"  - {{id: {site.id}, name: {site.name}, quota: {site.quota // 10**9} GB, starts: {site.billing_day}}}\n"
        for site in fleet.sites
        if site.quota
    ]
    return _HEAD.replace("%NOC%", noc) + "".join(contracts) + _RULES


def prepare(folder: Path, fleet: Fleet, noc: str = NOC) -> Path:
    """Write the rules, and remove what an earlier run left; the rules folder. The folder is made where it is not."""
    rules = folder / "rules"
    rules.mkdir(parents=True, exist_ok=True)
    (rules / "fleet.yaml").write_text(rules_text(fleet, noc), encoding="utf-8")
    for old in [*folder.glob("usage.db*"), *folder.glob("mail/*.eml")]:
        old.unlink()
    return rules
