"""How long the checker takes: `python -m tests.benchmarks.check`, and a part of `make bench`."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

from rich.console import Console

from bot.rules.check import parse
from bot.rules.remarks import early_warnings, warnings_for
from bot.rules.sites import identities, merge_sites
from tests.benchmarks.machine import Span, description, median, timed

RULES, SITES, TIMES = 200, 5000, 7
HEAD = "version: 1\nreceivers: {noc: {terminal: true}}\ndefaults: {receivers: [noc]}\n"
QUOTA = "quota: 500 GB, per: month, starts: 15, at: [50%, 80%, 100%], severity: {80%: warning, 100%: critical}"
GRANTS = (
    "overrides: [{site: site-7, quota: 1 TB, starts: 1}], top_ups: [{on: 2026-11-12, add: 50 GB, site: site-8}], "
    "opening: [{at: 2026-11-12T09:00, used: 312 GB, site: site-9}], rollover: {up_to: 100 GB}"
)
KINDS = (
    f"{QUOTA}, {GRANTS}",
    "quota: site, starts: site, forecast: {reaches: 100%, sure: 80%}",
    "threshold: {over: 20 GB, within: 1h}, direction: out, for: 15m, keep_firing_for: 15m",
    "percentile: {p: 95, over: 100 Mbps}, direction: max",
    "no_data: {after: 2h}",
    f"{QUOTA}, pace: [{{faster_than: 14.4x, over: [1h, 5m]}}, {{faster_than: 3x, over: [1d, 2h]}}]",
)
Texts = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Result:
    """Of sites in a table and in YAML: what was read, and how long reading it and the warnings took."""

    name: str
    size: int
    read: Span
    early: Span
    known: Span


def _ids(count: int) -> list[str]:
    chance = random.Random(1)  # noqa: S311 - ids, not secrets
    return [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(count)]


def _rules(count: int) -> str:
    """Rules of every kind, each about the sites of a plan and of a part of the names."""
    selectors = (f"{{tags: {{plan: lte-{n % 7}}}, name: [site-{n % 90 + 1}*, '*-{n % 10}']}}" for n in range(count))
    lines = (f"  - {{name: rule-{n}, sites: {s}, {KINDS[n % len(KINDS)]}}}\n" for n, s in enumerate(selectors))
    return "rules:\n" + "".join(lines)


def in_table(rules: int, sites: int) -> Texts:
    rows = (f"{one},site-{n},Africa/Johannesburg,300 GB,8,1.04,mtn,lte-{n % 7}\n" for n, one in enumerate(_ids(sites)))
    table = "id,name,timezone,quota,starts,billing_factor,tag:carrier,tag:plan\n" + "".join(rows)
    return [("fleet.yaml", f"{HEAD}sites_file: sites.csv\n{_rules(rules)}".encode()), ("sites.csv", table.encode())]


def in_yaml(rules: int, sites: int) -> Texts:
    entries = (
        f"  - id: {one}\n    name: site-{n}\n    timezone: Africa/Johannesburg\n    quota: 300 GB\n    starts: 8\n"
        f"    billing_factor: 1.04\n    tags: {{carrier: mtn, plan: lte-{n % 7}}}\n"
        for n, one in enumerate(_ids(sites))
    )
    return [("fleet.yaml", f"{HEAD}sites:\n{''.join(entries)}{_rules(rules)}".encode())]


def check(rules: int = RULES, sites: int = SITES) -> list[Result]:
    """Medians. Raises AssertionError where the texts are not right, since errors cost otherwise."""
    made = {"sites in a table": in_table(rules, sites), "sites in YAML": in_yaml(rules, sites)}
    return [_measure(name, texts) for name, texts in made.items()]


def _measure(name: str, texts: Texts) -> Result:
    reads, earlies, knowns = [], [], []
    for _ in range(TIMES):
        with timed() as read:
            parsed = parse(texts)
        assert parsed.configuration is not None, parsed.problems[:3]
        with timed() as early:
            early_warnings(parsed.configuration)
        keys = {identity: key for key, identity in enumerate(identities(parsed.configuration, ()))}
        sites = merge_sites(parsed.configuration, (), keys).sites
        with timed() as known:
            warnings_for(parsed.configuration, sites)
        reads.append(read)
        earlies.append(early)
        knowns.append(known)
    return Result(name, sum(len(text) for _, text in texts), median(reads), median(earlies), median(knowns))


def main() -> None:
    from tests.benchmarks.tables import check_table  # noqa: PLC0415 - which names what is defined here

    console = Console(width=118)
    console.print(description())
    console.print(check_table(check(), RULES, SITES))


if __name__ == "__main__":
    main()
