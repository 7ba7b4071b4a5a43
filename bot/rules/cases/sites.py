"""The sites of a test: what their series say, and then what the rules say of sites of these names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from bot.domain.sites import Site
from bot.rules.cases.model import Series
from bot.rules.cases.series import configured
from bot.rules.model import Configuration, SiteRule


def sites_of(series: Sequence[Series], configuration: Configuration) -> tuple[Site, ...]:
    """One a series, in their order; the key of the first is 1. What the test says of a site goes before the rules."""
    return tuple(_site(key, one, configuration) for key, one in enumerate(series, start=1))


def _site(key: int, series: Series, configuration: Configuration) -> Site:
    rule = configured(series, configuration.sites) or SiteRule("")
    return Site(
        key,
        series.workspace,
        series.id or rule.id or str(uuid5(NAMESPACE_URL, series.full_name)),
        series.site,
        series.timezone or rule.timezone or configuration.timezone,
        {**rule.tags, **series.tags},
        rule.quota,
        rule.starts,
        rule.billing_factor,
    )
