"""What happens in the demonstration besides ordinary weeks: effects on sites, and the stories that tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from bot.alerts.model import Kind
from bot.demo.days import at, holiday_of, own_days, window_at
from bot.demo.effects import Effect, Gap, Leak, Surge
from bot.demo.fleet import DemoSite, Fleet
from bot.demo.shapes import STEP
from bot.demo.story import Story
from bot.domain.times import DAY, Slot, Window, to_instant

SPIKING = "Durban North"
DARK = "Pretoria East"
SILENT = "Polokwane"
LEAKING = "Midrand Warehouse"
SHIFTED = "Gqeberha"
HOLIDAY_ZONE = "Africa/Johannesburg"

_SILENT_AT = (41, time(11, 25))
_FOR_GOOD = 400 * DAY


@dataclass(frozen=True, slots=True)
class Happening:
    """What is told of it, one story or more, and its effects on sites, by name."""

    stories: Sequence[Story]
    effects: Mapping[str, Sequence[Effect]]

    @classmethod
    def at(cls, site: DemoSite, story: Story, *effects: Effect) -> Happening:
        return cls([story], {site.name: effects})


def happenings(fleet: Fleet, origin: date) -> list[Happening]:
    """Everything but the quota of the growing site. Raises ValueError if a site that is needed is missing."""
    holiday = holiday_of(origin)
    dark, spike, leak, rise, shift = own_days(origin, (31, 35, 37, 42, 34), [holiday])
    return [
        _outage(fleet.site(DARK), dark),
        _spike(fleet.site(SPIKING), spike),
        _leak(fleet.site(LEAKING), leak),
        _shift(fleet.site(SHIFTED), shift),
        _silence(fleet.site(SILENT), origin),
        _rise(fleet, rise),
        _holiday(fleet, holiday),
    ]


def story_of(name: str, site: DemoSite, window: Window, what: str, told_as: Kind | None = None) -> Story:
    """A story of a site, whose local time is the site's own."""
    starts_at, ends_at = to_instant(window.start), to_instant(window.end)
    local = f"{starts_at.astimezone(site.timezone):%Y-%m-%d %H:%M} {site.timezone.key}"
    return Story(name, site.name, local, what, starts_at, ends_at, told_as)


def _outage(site: DemoSite, day: date) -> Happening:
    dark = window_at(site, day, time(9, 5), timedelta(hours=5))
    catch_up = Window(dark.end, Slot(dark.end + 1800))
    what = "No rows for five hours."
    after = "After the outage, half an hour of catching up at five times the usual rate and falling: nothing is wrong."
    return Happening(
        [story_of("outage", site, dark, what, Kind.NO_DATA), story_of("catch-up", site, catch_up, after)],
        {site.name: (Gap(dark.start, dark.end), Surge(catch_up, 5.0, 5.0, fades=True))},
    )


def _spike(site: DemoSite, day: date) -> Happening:
    window = window_at(site, day, time(14, 10), timedelta(minutes=50))
    story = story_of("spike", site, window, "Inbound traffic is eight times the usual for 50 minutes.", Kind.SPIKE)
    return Happening.at(site, story, Surge(window, 8.0, 1.0))


def _leak(site: DemoSite, day: date) -> Happening:
    window = window_at(site, day, time(2, 35), timedelta(hours=1))
    extra = site.busy // 4
    total = extra * ((window.end - window.start) // STEP)
    what = f"{total / 10**9:.1f} GB leave the site in an hour of the night, long after the backup; nothing comes in."
    return Happening.at(site, story_of("exfiltration", site, window, what, Kind.SPIKE), Leak(window, extra))


def _shift(site: DemoSite, day: date) -> Happening:
    """New cameras, say: it goes on beyond the span."""
    start = window_at(site, day, time(9), timedelta(minutes=5)).start
    what = "Traffic is 1.8 times the usual from here on, every day: told once, and then it is what is usual."
    story = replace(story_of("new level", site, Window(start, Slot(start + STEP)), what, Kind.SPIKE), ends_at=None)
    return Happening.at(site, story, Surge(Window(start, Slot(start + _FOR_GOOD)), 1.8, 1.8))


def _silence(site: DemoSite, origin: date) -> Happening:
    start = at(site, origin, *_SILENT_AT)
    what = "The site goes silent for good: no rows from here on."
    story = replace(story_of("silence", site, Window(start, Slot(start + STEP)), what, Kind.NO_DATA), ends_at=None)
    return Happening.at(site, story, Gap(start))


def _rise(fleet: Fleet, day: date) -> Happening:
    """A software update, say: every site fetches it in the same hours, and acknowledges what it gets."""
    window = window_at(fleet.site(SPIKING), day, time(10), timedelta(hours=4))
    what = "An update: inbound traffic of every site is 60 % above the usual for four hours."
    story = replace(story_of("fleet-wide rise", fleet.site(SPIKING), window, what, Kind.SPIKE), site="the whole fleet")
    return Happening([story], {site.name: [Surge(window, 1.6, 1.05)] for site in fleet.sites})


def _holiday(fleet: Fleet, day: date) -> Happening:
    affected = [site for site in fleet.sites if site.timezone.key == HOLIDAY_ZONE]
    window = window_at(affected[0], day, time(0), timedelta(days=1))
    what = f"A public holiday: {len(affected)} sites look like a Sunday, and nothing is wrong."
    return Happening([replace(story_of("holiday", affected[0], window, what), site="South Africa")], {})
