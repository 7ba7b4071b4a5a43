"""Parts of what is posted to webhooks: instants, and what only spikes have."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from bot.service.views import RiseView, SpikeView

Time = Annotated[
    str,
    Meta(
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
        description="An instant in UTC, to the second.",
        extra_json_schema={"format": "date-time"},
    ),
]


class SpikeBody(Struct):
    """What is unusual at a site. Bytes are of a level that was kept up over `span_seconds`, at the worst of it."""

    at: Annotated[Time, Meta(description="The end of the worst span.")]
    span_seconds: int
    came: int
    usual_low: int
    usual_top: int
    extra: Annotated[int, Meta(description="Bytes that came so far beyond the top of what is usual.")]
    days: Annotated[int | None, Meta(description="Of how many days before that time of day is known.")]
    days_as_high: Annotated[int | None, Meta(description="On how many of them it was as high.")]


class RiseBody(Struct):
    """Sites of a fleet that rose together, at the furthest."""

    at: Annotated[Time, Meta(description="The end of the span in which they were furthest.")]
    since: Annotated[Time, Meta(description="When the rise began.")]
    span_seconds: int
    came: Annotated[int, Meta(description="Bytes, at the known sites together.")]
    usual: int
    percent: Annotated[int, Meta(description="How far the middle site is above what is usual.")]
    moved: Annotated[int, Meta(description="Sites that rose.")]
    known: Annotated[int, Meta(description="Sites of which enough is known.")]
    sites: Annotated[int, Meta(description="All sites of the rule.")]
    largest: Annotated[list[str], Meta(description="Names of the sites that rose the most, the largest first.")]


def spike_body(spike: SpikeView) -> SpikeBody:
    days = (spike.like.known, spike.like.as_high) if spike.like is not None else (None, None)
    span, levels = int(spike.span.total_seconds()), (spike.came, spike.low, spike.top)
    return SpikeBody(time_of(spike.at), span, *levels, spike.extra, *days)


def rise_body(rise: RiseView) -> RiseBody:
    return RiseBody(
        at=time_of(rise.at),
        since=time_of(rise.since),
        span_seconds=int(rise.span.total_seconds()),
        came=rise.came,
        usual=rise.usual,
        percent=rise.percent,
        moved=rise.moved,
        known=rise.known,
        sites=rise.sites,
        largest=[site for site, _ in rise.largest],
    )


def time_of(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
