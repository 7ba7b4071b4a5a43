"""What can be pressed on a message: which alerts and states have which buttons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.model import Change, Kind, Reason, State
from bot.notify.action_blocks import actions
from bot.notify.blocks import root
from bot.notify.buttons import For, More, Press, Target, parse
from bot.notify.offers import Offers, offers_of
from bot.notify.tones import Tone, tone_of
from bot.notify.wording import compose
from bot.service.views import AlertView
from tests.fakes.slack_limits import refusal
from tests.notify.builders import NOW, ended, fleet, news, quota, spike, telling, threshold, trouble

ALL_TERMS = (For.HOUR, For.FOUR_HOURS, For.MORNING, For.PERIOD, For.WORSE, For.OTHER)
WITHOUT_A_PERIOD = tuple(term for term in ALL_TERMS if term is not For.PERIOD)
TAKEN = replace(quota(), acknowledged_by="Ana")
SILENCED = replace(quota(), silenced_until=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("alert", "offers"),
    [
        (quota(), Offers(Target(17), 1, terms=ALL_TERMS, more=(More.WHY, More.STORY, More.RAISE))),
        (TAKEN, Offers(Target(17), 0, True, ALL_TERMS, (More.WHY, More.STORY, More.RAISE))),
        (threshold(), Offers(Target(4), 1, terms=WITHOUT_A_PERIOD, more=(More.WHY, More.STORY, More.RAISE))),
        (spike(), Offers(Target(8), 1, terms=WITHOUT_A_PERIOD, more=(More.WHY, More.STORY))),
        (trouble("x"), Offers(Target(2), 1, terms=(For.HOUR, For.FOUR_HOURS, For.MORNING, For.OTHER))),
        (ended(quota()), Offers(Target(17), more=(More.STORY,))),
        (ended(quota(), Reason.DATA_REVISED), Offers(Target(17), more=(More.STORY,))),
        (ended(trouble("x"), Reason.BOT_WELL), Offers(Target(2))),
    ],
)
def test_what_can_be_done_about_one_alert(alert: AlertView, offers: Offers) -> None:
    assert offers_of((alert,), 5) == offers


def test_what_does_not_fire_yet_can_be_kept_quiet_and_not_taken() -> None:
    offers = offers_of((replace(threshold(), state=State.PENDING),))
    assert offers is not None
    assert (offers.untaken, offers.terms) == (0, (For.HOUR, For.FOUR_HOURS, For.MORNING, For.OTHER))


@pytest.mark.parametrize("kind", Kind)
def test_only_what_has_a_limit_of_its_own_can_have_it_raised(kind: Kind) -> None:
    offers = offers_of((replace(quota(), kind=kind),))
    assert offers is not None
    assert (More.RAISE in offers.more) == (kind in {Kind.QUOTA, Kind.PACE, Kind.FORECAST, Kind.THRESHOLD})


def test_several_are_pressed_as_a_group_and_are_not_asked_why() -> None:
    seven = (*fleet(7), *map(ended, fleet(2)))
    assert offers_of(seven, 5) == Offers(Target(5, True), 7, terms=ALL_TERMS, more=(More.STORY, More.RAISE))
    two = (TAKEN, quota(number=18))
    assert offers_of(two, 5) == Offers(Target(5, True), 1, True, ALL_TERMS, (More.STORY, More.RAISE))
    assert offers_of(tuple(map(ended, two)), 5) == Offers(Target(5, True), more=(More.STORY,))


def test_a_billing_period_ends_no_silence_of_what_has_none() -> None:
    offers = offers_of((quota(), spike()), 5)
    assert offers is not None
    assert For.PERIOD not in offers.terms
    assert More.RAISE not in offers.more


@pytest.mark.parametrize("id_", ["", "A", "S4", "A17:1h", "Aﾀ"])
def test_nothing_can_be_done_by_an_id_that_is_none(id_: str) -> None:
    assert offers_of((replace(quota(), id=id_),), 5) is None
    assert actions(None) == []


def test_a_test_message_has_nothing_to_press() -> None:
    assert compose(telling(news(trouble("Hello.")), is_test=True)).offers is None


def labels(offers: Offers) -> list[str]:
    (block,) = actions(offers)
    return [element["text"]["text"] for element in block["elements"] if "text" in element]


def test_the_button_says_how_many_it_takes() -> None:
    assert labels(Offers(Target(17), 1)) == ["Acknowledge"]
    assert labels(Offers(Target(5, True), 270)) == ["Acknowledge all (270)"]
    assert labels(Offers(Target(5, True), 3, is_rest=True)) == ["Acknowledge the rest (3)"]
    assert actions(Offers(Target(2))) == []


def test_what_is_sent_back_names_the_target_and_the_word() -> None:
    (block,) = actions(offers_of((quota(),)))
    button, menu, overflow = block["elements"]
    assert (button["action_id"], button["value"]) == (Press.ACKNOWLEDGE, "A17")
    assert menu["action_id"] == Press.SILENCE
    assert [parse(option["value"]) for option in menu["options"]] == [(Target(17), term) for term in ALL_TERMS]
    assert [parse(option["value"]) for option in overflow["options"]] == [(Target(17), one) for one in More]


@pytest.mark.parametrize("number", [1, 10**17])
def test_everything_to_press_is_within_slacks_limits(number: int) -> None:
    offers = replace(offers_of(fleet(2), 10**17) or Offers(Target(1)), untaken=number, more=tuple(More))
    assert refusal({"text": "x", "blocks": actions(offers)}) is None


def test_the_colour_is_of_what_waits_for_somebody() -> None:
    critical = quota(percent=100, number=18)
    assert tone_of((quota(), critical)) is Tone.CRITICAL
    assert tone_of((quota(), replace(critical, acknowledged_by="Ana"))) is Tone.WARNING
    assert tone_of((TAKEN, SILENCED, replace(quota(), held_by="A12"))) is Tone.ATTENDED
    assert tone_of((ended(TAKEN),)) is Tone.GOOD


def test_the_buttons_stand_above_the_footer_and_are_edited_with_the_message() -> None:
    kinds = [block["type"] for block in root(compose(telling(news(quota()))))["attachments"][0]["blocks"]]
    assert kinds == ["context", "section", "actions", "context"]
    over = root(compose(telling(news(ended(quota()), Change.RESOLVED), ref="{}")))["attachments"][0]["blocks"]
    assert [element["type"] for element in over[-2]["elements"]] == ["overflow"]
