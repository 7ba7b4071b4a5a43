"""How much spike rules told in a month, of the sites that the asker may see."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from bot.alerts.noise import Account
from bot.domain.periods import Calendar, Per
from bot.domain.times import Window, local_slot, to_instant
from bot.service.commands import Noise
from bot.service.noise.accounts import accounts_of, spike_rules
from bot.service.noise.words import caveats, month_words, written
from bot.service.ports import Transaction
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.noise_replies import NoiseReport, RuleNoise, SiteNoise


async def noise_report(tx: Transaction, inquiry: Inquiry, command: Noise) -> NoiseReport:
    month = month_of(command, inquiry)
    fleet, zone = inquiry.fleet, inquiry.fleet.configuration.timezone
    accounts = await accounts_of(tx, fleet, spike_rules(fleet.configuration), inquiry.scope, month)
    known = await Known.read(tx, inquiry)
    return NoiseReport(
        month=month_words(month, zone, inquiry.now),
        start=to_instant(month.start),
        end=to_instant(month.end),
        zone=zone,
        is_running=inquiry.at in month,
        to_come=inquiry.at < month.start,
        rules=tuple(_rule(account, known) for account in accounts),
        freshness=known.freshness(),
    )


def month_of(command: Noise, inquiry: Inquiry) -> Window:
    """The calendar month that is meant, in the zone of what concerns no single site."""
    zone = inquiry.fleet.configuration.timezone
    now = inquiry.now.astimezone(zone)
    month = command.month or now.month
    year = command.year or (now.year if month <= now.month else now.year - 1)
    ordinal = year * 12 + month - 1 - command.before
    first = datetime(ordinal // 12, ordinal % 12 + 1, 1)  # noqa: DTZ001 - a local day
    return Calendar(Per.MONTH, zone).period(local_slot(first, zone))


def _rule(account: Account, known: Known) -> RuleNoise:
    noisy = [site for site, one in account.sites.items() if one.held or one.withdrawn]
    shown = list(dict.fromkeys([*account.loudest, *sorted(noisy)]))
    return RuleNoise(
        rule=account.rule,
        written=written(account.spike),
        is_promise=account.spike.noise is not None,
        at_most=account.most,
        judged=len(account.sites),
        kept=len(account.sites) - len(account.above),
        told=account.told,
        held=account.held,
        withdrawn=account.withdrawn,
        fleet=account.fleet.told,
        average=account.average,
        sites=tuple(_site(account, site, known) for site in shown),
        remarks=tuple(caveats(account, known.inquiry.fleet.configuration.timezone, known.inquiry.now)),
    )


def _site(account: Account, key: int, known: Known) -> SiteNoise:
    one, site = account.sites[key], known.inquiry.fleet.by_key(key)
    assert site is not None  # noqa: S101 - others are not counted
    return SiteNoise(
        site=known.labels[key],
        workspace=site.workspace,
        told=one.told,
        held=one.held,
        withdrawn=one.withdrawn,
        score=Fraction(one.score, 1000) if one.told else None,
        is_above=one.told > account.whole,
    )
