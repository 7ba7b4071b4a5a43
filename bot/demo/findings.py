"""What people were told, held against what there was to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.model import Change, Kind
from bot.demo.fleet import Fleet
from bot.demo.shapes import STEP
from bot.demo.story import Story
from bot.service.views import News

_FIRST_DAY = timedelta(days=1)
_AFTERMATH = timedelta(hours=1)
_BEGINNINGS = {Change.FIRED, Change.WORSENED}


@dataclass(frozen=True, slots=True)
class Finding:
    """A story, and when it was told: the end of the bucket that made that true, on the story's own clock.

    `told_at` is None where nobody was told, `times` how often it was told that it begins. `foretold_at` is when it was
    forecast.
    """

    story: Story
    told_at: datetime | None
    times: int
    foretold_at: datetime | None = None

    @property
    def buckets(self) -> int:
        """How many buckets of it there had been when it was told."""
        return 0 if self.told_at is None else (self.told_at - self.story.starts_at) // timedelta(seconds=STEP)

    @property
    def is_right(self) -> bool:
        """Told if it is to be told, and not if nothing is wrong."""
        return (self.told_at is None) is (self.story.told_as is None)


def findings(fleet: Fleet, news: Sequence[News]) -> list[Finding]:
    """One of each story of the fleet, in their order; `news` is all that was told loud, in the order it was told."""
    begun = [each for each in news if each.change in _BEGINNINGS]
    return [_finding(fleet, story, begun) for story in fleet.stories]


def told_besides(fleet: Fleet, news: Sequence[News]) -> list[News]:
    """Unusual traffic that was told and belongs to no story: false alarms, one and all."""
    stories = [story for story in fleet.stories if story.told_as is Kind.SPIKE]
    spikes = [each for each in news if each.change is Change.FIRED and each.alert.kind is Kind.SPIKE]
    return [each for each in spikes if not any(_tells(fleet, story, each) for story in stories)]


def zone_of(story: Story) -> ZoneInfo:
    return ZoneInfo(story.local_time.rpartition(" ")[2])


def _finding(fleet: Fleet, story: Story, begun: Sequence[News]) -> Finding:
    zone = zone_of(story)
    telling = [_moment(story, each) for each in begun if _tells(fleet, story, each)]
    told_at = min(telling).astimezone(zone) if telling else None
    forecasts = [
        each.at.astimezone(zone)
        for each in begun
        if each.alert.kind is Kind.FORECAST and each.alert.site == story.site and each.at < story.starts_at
    ]
    foretold_at = min(forecasts, default=None) if story.name == "quota 100 %" else None
    return Finding(story, told_at, len(telling), foretold_at)


def _tells(fleet: Fleet, story: Story, news: News) -> bool:
    kind = story.told_as or Kind.SPIKE
    return news.alert.kind is kind and _is_about(fleet, story, news.alert.site) and _is_within(story, news)


def _is_about(fleet: Fleet, story: Story, site: str) -> bool:
    """What happens to many sites is told of the fleet; where nothing is wrong, nothing is to be told of any of them."""
    zones = {each.name: each.timezone for each in fleet.sites}
    if story.site in zones:
        return site == story.site
    return site not in zones if story.told_as else zones.get(site) == zone_of(story)


def _is_within(story: Story, news: News) -> bool:
    end = story.ends_at or story.starts_at + _FIRST_DAY
    return story.starts_at < _moment(story, news) <= end + _AFTERMATH


def _moment(story: Story, news: News) -> datetime:
    """When it became true: of several steps that were reached at once, the story's own."""
    moments = [moment for moment in news.crossed.values() if story.starts_at < moment]
    return min(moments, default=news.at)
