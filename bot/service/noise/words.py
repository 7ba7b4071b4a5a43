"""The account of a month in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.moments import MONTH_NAMES, day
from bot.domain.names import name
from bot.domain.periods import Per
from bot.domain.times import DAY, Slot, Window, to_instant
from bot.rules.kinds import Sensitivity, Spike

if TYPE_CHECKING:  # numpy is slow to import, and words need none of it
    from bot.alerts.noise import Account

NAMED = 5


def month_words(month: Window, zone: ZoneInfo, now: datetime) -> str:
    """`"October"`, with the year where it is not this one."""
    local = to_instant(month.start).astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{MONTH_NAMES[local.month - 1]}{year}"


def number(value: Fraction) -> str:
    """`"2"`, `"1.1"`: rounded to a tenth."""
    tenths = round(value * 10)
    return f"{tenths // 10:,}" if tenths % 10 == 0 else f"{tenths // 10:,}.{tenths % 10}"


def score_words(thousandths: int) -> str:
    """How unusual, where 1 is what a rule of medium sensitivity tells."""
    return number(Fraction(thousandths, 1000))


def alarms(value: Fraction | int) -> str:
    return f"{number(Fraction(value))} {'alarm' if value == 1 else 'alarms'}"


def written(spike: Spike) -> str:
    """What the rule says: `"2 a week"`, `"sensitivity medium"`."""
    if spike.noise is None:
        return f"sensitivity {spike.sensitivity.value}"
    return f"{spike.noise.at_most} a {spike.noise.per.value}"


def note_of(account: Account, labels: Mapping[int, str], zone: ZoneInfo, now: datetime) -> str:
    """Of an account that has sites: what was promised and what was, in a few lines, the first a headline. Others' text
    in it is made safe."""
    lines = [f"{month_words(account.month, zone, now)}: {headline(account)}", *_details(account, labels, zone, now)]
    return "\n".join(lines)


def headline(account: Account) -> str:
    """Of an account that has sites."""
    rule, most = name(account.rule), account.most
    above, sites = len(account.above), len(account.sites)
    if account.spike.noise is None:
        average = alarms(account.average or Fraction(0))
        sensitivity = account.spike.sensitivity.value
        return f"{rule} told {average} a site; at {sensitivity} sensitivity about {number(most)} are usual"
    promise = f"{rule} promised at most {alarms(most)} a site"
    if not above:
        return f"{promise}, and no site had more"
    return f"{promise}; {sites - above:,} of {sites:,} {'site' if sites == 1 else 'sites'} had no more"


def _details(account: Account, labels: Mapping[int, str], zone: ZoneInfo, now: datetime) -> Iterator[str]:
    yield _sums(account)
    if account.above:
        yield f"Above: {_named(account, labels, zone)}."
    yield from caveats(account, zone, now)
    if account.above:
        yield remedy(account.spike)


def _sums(account: Account) -> str:
    sites = len(account.sites)
    average = number(account.average or Fraction(0))
    at = "at the one site" if sites == 1 else f"at {sites:,} sites, {average} a site on average"
    besides = [
        f"{account.held:,} held back" if account.held else "",
        f"{account.withdrawn:,} withdrawn as data were revised" if account.withdrawn else "",
        f"{account.fleet.told:,} about the whole fleet" if account.fleet.told else "",
    ]
    said = ", ".join(filter(None, besides))
    return f"{alarms(account.told)} {at}." + (f" Not counted: {said}." if said else "")


def _named(account: Account, labels: Mapping[int, str], zone: ZoneInfo) -> str:
    """`"cape-town 5 (score up to 3.2), durban 3 (2.1) and 4 more"`, and where the others are found."""
    shown = [
        f"{name(labels[site])} {one.told:,} ({'score up to ' if not place else ''}{score_words(one.score)})"
        for place, site in enumerate(account.above[:NAMED])
        for one in [account.sites[site]]
    ]
    rest = len(account.above) - len(shown)
    month = to_instant(account.month.start).astimezone(zone)
    return ", ".join(shown) + (f" and {rest:,} more: `usagebot query noise {month:%Y-%m}`" if rest else "")


def caveats(account: Account, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """What is to be known besides: how the promise is written, and since when."""
    noise = account.spike.noise
    if noise is not None and noise.per is not Per.MONTH:
        yield f"{written(account.spike).capitalize()} is {number(account.most)} in this month."
    if account.since is not None and account.since > account.month.start + DAY:
        yield f"Counted since {_day(account.since, zone, now)}, when the rule was judged first."
    if account.edited_at is not None:
        edited = _day(account.edited_at, zone, now)
        yield f"The rule was edited on {edited}: what it says now is what is compared with."


def remedy(spike: Spike) -> str:
    """How to have less."""
    if spike.noise is not None:
        return "To have less, write a smaller `noise` in the rule, or a larger `at_least`."
    low = "" if spike.sensitivity is Sensitivity.LOW else "`sensitivity: low`, "
    return f"To have less, write {low}`noise: {{at_most: 1, per: month}}` or a larger `at_least` in the rule."


def _day(slot: Slot, zone: ZoneInfo, now: datetime) -> str:
    return day(to_instant(slot), zone, now)
