"""For examinations over real HTTP and SMTP on loopback."""

from __future__ import annotations

import pytest

from bot.demo.api import Behaviour, SimulatedApi
from bot.demo.budget import Budget
from bot.demo.clock import HandClock
from bot.demo.faults import (
    Fault,
)
from tests.app.doctor.examining import FLEET, NOW, TOKEN, Serving


@pytest.fixture(autouse=True)
def _on_the_loopback(no_proxy: None) -> None:
    """For all tests here."""


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def simulated(clock: HandClock) -> Serving:
    """Makes an API with a behaviour, or with one fault."""

    def make(behaviour: Behaviour | None = None, fault: Fault | None = None) -> SimulatedApi:
        api = SimulatedApi(FLEET, clock, token=TOKEN, budget=Budget(), behaviour=behaviour)
        api.sleep = clock.sleep
        if fault is not None:
            api.faults.switch_on(fault)
        return api

    return make
