"""What can be pressed in Slack, drawn. Texts are our own, and short: Slack cuts a button's at some 30 characters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.notify.buttons import For, More, Press, Target, value
from bot.notify.offers import Offers

Block = dict[str, Any]

TERMS = {
    For.HOUR: "For 1 hour",
    For.FOUR_HOURS: "For 4 hours",
    For.MORNING: "Until tomorrow 08:00, site's time",
    For.PERIOD: "Until the billing period resets",
    For.WORSE: "Until it gets worse",
    For.OTHER: "Something else…",
}
FURTHER = {
    More.WHY: "Why?",
    More.STORY: "Show history",
    More.RAISE: "Raise the limit…",
}


def actions(offers: Offers | None) -> list[Block]:
    """One block of buttons and menus; none where nothing can be done."""
    if offers is None:
        return []
    elements = [*_acknowledge(offers), *_silence(offers), *_more(offers)]
    return [{"type": "actions", "elements": elements}] if elements else []


def button(press: Press, text: str, value_: str, spoken: str = "") -> Block:
    """A button; `spoken` is what a screen reader says of it in place of its text, where that alone is not plain."""
    said = {"accessibility_label": spoken} if spoken else {}
    return {"type": "button", "action_id": press, "text": _label(text), "value": value_, **said}


def _acknowledge(offers: Offers) -> Iterable[Block]:
    if not offers.untaken:
        return
    which = f"{'the rest' if offers.is_rest else 'all'} ({offers.untaken:,})" if offers.target.is_group else ""
    text = f"Acknowledge {which}".strip()
    spoken = f"{text} of this message" if offers.target.is_group else f"Acknowledge alert {offers.target}"
    yield button(Press.ACKNOWLEDGE, text, value(offers.target), spoken)


def _silence(offers: Offers) -> Iterable[Block]:
    if offers.terms:
        options = [_option(offers.target, term, TERMS[term]) for term in offers.terms]
        placeholder = _label("Silence for…")
        yield {"type": "static_select", "action_id": Press.SILENCE, "placeholder": placeholder, "options": options}


def _more(offers: Offers) -> Iterable[Block]:
    if offers.more:
        options = [_option(offers.target, one, FURTHER[one]) for one in offers.more]
        yield {"type": "overflow", "action_id": Press.MORE, "options": options}


def _option(target: Target, word: str, text: str) -> Block:
    return {"text": _label(text), "value": value(target, word)}


def _label(text: str) -> Block:
    return {"type": "plain_text", "text": text}
