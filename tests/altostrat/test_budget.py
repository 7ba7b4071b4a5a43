from __future__ import annotations

import asyncio
import bisect
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.altostrat.budget import FIRST_PAUSE, LONGEST_BACKOFF, MINUTE, Paused, RequestBudget, Ticket
from tests.altostrat.scripted import Virtual, jitter


def governed(time: Virtual, per_minute: int | None = None) -> RequestBudget:
    return RequestBudget(per_minute, time.ticks, time.sleep, jitter())


async def granted(budget: RequestBudget) -> Ticket:
    ticket = await budget.admit()
    assert isinstance(ticket, Ticket)
    return ticket


async def spend(budget: RequestBudget) -> float:
    """One request that takes no time; when it was sent."""
    ticket = await granted(budget)
    budget.finish(ticket)
    return ticket.granted_at


Request = tuple[float, float, float]
"""When it is asked for, how long it takes, and which share of that it needs to arrive."""
spans = st.floats(0, 90, allow_subnormal=False)


@given(st.integers(1, 5), st.lists(st.tuples(spans, spans, st.floats(0, 1)), min_size=1, max_size=25), st.data())
@settings(max_examples=60, deadline=None)
def test_no_minute_holds_more_requests_than_allowed_wherever_they_are_counted(
    per_minute: int, requests: list[Request], data: st.DataObject
) -> None:
    time = Virtual()
    budget = governed(time, per_minute)
    refused = set(data.draw(st.lists(st.integers(0, len(requests) - 1), max_size=3)))
    arrivals: list[float] = []

    async def one(number: int, request: Request) -> None:
        asked, takes, share = request
        await time.sleep(asked)
        ticket = await granted(budget)
        arrivals.append(time.now + takes * share)
        await time.sleep(takes)
        if number in refused:
            budget.refused(ticket, None)
        else:
            budget.accepted(ticket)
        budget.finish(ticket)

    async def everything() -> None:
        await asyncio.gather(*(one(number, request) for number, request in enumerate(requests)))

    asyncio.run(time.run(everything()))
    arrivals.sort()
    assert len(arrivals) == len(requests)
    for place, at in enumerate(arrivals):
        # Half-open minutes; a rounding error of floating point is no request too many.
        assert bisect.bisect_left(arrivals, at + MINUTE - 1e-6) - place <= per_minute


async def test_turns_are_taken_in_the_order_of_asking() -> None:
    time = Virtual()
    budget, order = governed(time, 2), list[int]()

    async def one(number: int) -> None:
        await spend(budget)
        order.append(number)

    await time.run(asyncio.gather(*(one(number) for number in range(9))))
    assert order == list(range(9))
    assert time.now == 4 * MINUTE


async def test_the_full_budget_is_used_and_not_spread_out() -> None:
    time = Virtual()
    budget = governed(time, 60)
    sent = await time.run(asyncio.gather(*(spend(budget) for _ in range(150))))
    assert [sent.count(at) for at in (0, MINUTE, 2 * MINUTE)] == [60, 60, 30]


async def test_no_limit_means_no_waiting() -> None:
    time = Virtual()
    await time.run(asyncio.gather(*(spend(budget) for budget in [governed(time)] for _ in range(500))))
    assert time.now == 0


async def test_somebody_who_gives_up_waiting_holds_nobody_back() -> None:
    time = Virtual()
    budget = governed(time, 1)
    await spend(budget)
    tired, patient = asyncio.create_task(budget.admit()), asyncio.create_task(spend(budget))
    await asyncio.sleep(0)
    tired.cancel()
    assert await time.run(patient) == MINUTE
    assert tired.cancelled()


async def test_what_was_spent_is_forgotten_after_a_minute() -> None:
    time = Virtual()
    budget = governed(time, 10)
    ticket = await granted(budget)
    await spend(budget)
    assert budget.spent() == 2
    time.now = MINUTE
    assert budget.spent() == 1
    budget.finish(ticket)
    time.now = 2 * MINUTE - 1
    assert budget.spent() == 1
    time.now = 2 * MINUTE
    assert budget.spent() == 0


async def test_after_a_refusal_nothing_is_sent_until_the_wait_that_was_asked_for_is_over() -> None:
    time = Virtual()
    budget = governed(time, 60)
    ticket = await granted(budget)
    assert budget.refused(ticket, timedelta(seconds=37)) == timedelta(seconds=37)
    budget.finish(ticket)
    assert await time.run(spend(budget)) == 37


async def test_without_a_wait_that_was_asked_for_the_pause_doubles_with_every_refusal_up_to_a_limit() -> None:
    time = Virtual()
    budget, ceiling = governed(time), FIRST_PAUSE
    for _ in range(8):
        ticket = await time.run(granted(budget))
        pause = budget.refused(ticket, None).total_seconds()
        budget.finish(ticket)
        assert ceiling / 2 <= pause <= ceiling
        ceiling = min(LONGEST_BACKOFF, ceiling * 2)


async def test_requests_that_are_refused_together_are_one_refusal() -> None:
    time = Virtual()
    budget = governed(time)
    tickets = [await granted(budget) for _ in range(10)]
    pauses = [budget.refused(ticket, None).total_seconds() for ticket in tickets]
    assert max(pauses) <= FIRST_PAUSE


async def test_a_wait_of_no_time_is_no_leave_to_hurry() -> None:
    time = Virtual()
    budget = governed(time)
    assert budget.refused(await granted(budget), timedelta()).total_seconds() >= FIRST_PAUSE / 2


async def test_after_a_pause_one_request_goes_first_and_the_others_when_it_was_accepted() -> None:
    time = Virtual()
    budget, sent = governed(time), list[float]()

    async def slow() -> None:
        ticket = await granted(budget)
        sent.append(time.now)
        await time.sleep(3)
        budget.accepted(ticket)
        budget.finish(ticket)

    ticket = await granted(budget)
    budget.refused(ticket, timedelta(seconds=10))
    budget.finish(ticket)
    await time.run(asyncio.gather(*(slow() for _ in range(4))))
    assert sent == [10, 13, 13, 13]


async def test_an_answer_from_before_the_pause_does_not_end_the_caution() -> None:
    time = Virtual()
    budget = governed(time)
    early, ticket = await granted(budget), await granted(budget)
    budget.refused(ticket, None)
    budget.accepted(early)
    for one in (early, ticket):
        budget.finish(one)
    again = await time.run(granted(budget))
    assert budget.refused(again, None).total_seconds() >= FIRST_PAUSE


async def test_a_pause_longer_than_the_callers_patience_is_told_at_once() -> None:
    time = Virtual()
    budget = governed(time)
    budget.refused(await granted(budget), timedelta(minutes=10))
    assert await budget.admit(timedelta(minutes=1)) == Paused(timedelta(minutes=10))
    assert time.now == 0


def test_a_budget_of_nothing_is_no_budget() -> None:
    with pytest.raises(ValueError, match="at least one"):
        governed(Virtual(), 0)
