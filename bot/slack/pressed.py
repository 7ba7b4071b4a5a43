"""What was pressed, as Slack tells of it, and the order that it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from bot.alerts.endings import GetsWorse, PeriodResets
from bot.domain.units import parse_duration
from bot.notify.buttons import For, Press, Target, parse
from bot.notify.slack_posts import Post
from bot.service.orders import Acknowledge, LocalTime, Matching, Order, SetSilence, Term
from bot.service.queries.reached import ShownBy
from bot.slack.answering import Asker, actor_of

MORNING = LocalTime(time(8), "tomorrow")


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press, as Slack tells of it. `ts` is the message's, "" on a view; `thread` the one that it stands in."""

    asker: Asker
    press: Press
    value: str
    ts: str = ""
    thread: str | None = None
    is_ephemeral: bool = False
    trigger: str = ""

    @property
    def on(self) -> ShownBy:
        """Knows the message that was pressed."""
        return shown_at(self.asker.channel, self.ts)


def shown_at(channel: str, ts: str) -> ShownBy:
    """Whether a group's ref is this message. No group's is an ephemeral one, or none."""

    def is_shown(ref: str | None) -> bool:
        post = Post.parse(ref)
        return post is not None and bool(ts) and (post.channel, post.ts) == (channel, ts)

    return is_shown


def pressed_in(body: Mapping[str, Any]) -> Pressed | None:
    """What was pressed; None of an element that is not ours, or no more."""
    action: Mapping[str, Any] = next(iter(body.get("actions") or ()), {})
    try:
        press = Press(str(action.get("action_id") or ""))
    except ValueError:
        return None
    container, message = body.get("container") or {}, body.get("message") or {}
    ts, thread = str(container.get("message_ts") or ""), message.get("thread_ts")
    chosen = action.get("selected_option") or {}
    return Pressed(
        asker=asker_in(body),
        press=press,
        value=str(chosen.get("value") or action.get("value") or ""),
        ts=ts,
        thread=str(thread) if thread and thread != ts else None,
        is_ephemeral=bool(container.get("is_ephemeral")),
        trigger=str(body.get("trigger_id") or ""),
    )


def asker_in(body: Mapping[str, Any]) -> Asker:
    """Whoever pressed, or sent a view. Of a press on a view there is no channel: it is the person's own."""
    user, channel = body.get("user") or {}, body.get("channel") or {}
    by = actor_of(str(user.get("id") or ""), str(user.get("username") or user.get("name") or ""))
    return Asker(by, str(channel.get("id") or ""), str(channel.get("name") or ""))


def order_of(pressed: Pressed) -> Order | None:
    """What is to be done; None of what is asked, or is not understood."""
    found = parse(pressed.value)
    if found is None:
        return None
    target, word = found
    if pressed.press is Press.ACKNOWLEDGE:
        return Acknowledge((), group=target.id) if target.is_group else Acknowledge((target.id,))
    if pressed.press is Press.SILENCE and word in TERMS:
        return SetSilence(matching_of(target), TERMS[For(word)], if_open=True)
    return None


def asks_how_long(pressed: Pressed) -> Target | None:
    """What is to be silenced, where whoever pressed wants to say more of it than the menu offers."""
    found = parse(pressed.value) if pressed.press is Press.SILENCE else None
    return found[0] if found is not None and found[1] == For.OTHER else None


def matching_of(target: Target) -> Matching:
    return Matching(group=target.id) if target.is_group else Matching(alert=target.id)


TERMS = {
    For.HOUR: Term(parse_duration("1h")),
    For.FOUR_HOURS: Term(parse_duration("4h")),
    For.MORNING: Term(until=MORNING),
    For.PERIOD: Term(ending=PeriodResets()),
    For.WORSE: Term(ending=GetsWorse()),
}
"""What each choice of the menu means."""
