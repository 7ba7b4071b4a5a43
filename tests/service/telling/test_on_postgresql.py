"""The same story on the other database: silence, repeat, acknowledgement, escalation, end."""

from __future__ import annotations

from tests.service.telling.stage import Stage

ROUTES = "routes: [{notify: [oncall], mute: nights, repeat_every: 2h, escalate: {after: 3h, notify: [boss]}}]"


async def test_a_day_of_alerts(stage_on_postgresql: Stage) -> None:
    stage = stage_on_postgresql
    stage.configure(ROUTES)
    await stage.silence("10:00", "11:00")
    await stage.fire(1, 2)
    await stage.go("13:30")
    await stage.acknowledge(2)
    await stage.go("21:30")
    await stage.worsen(2)
    await stage.go("22:30")
    await stage.resolve(1, 2)
    await stage.go("1d 08:00")
    assert stage.said == [
        "11:00 oncall: fired 1, fired 2",
        "13:00 oncall: repeated 1, repeated 2",
        "14:00 boss: escalated 1",
        "15:00 oncall: repeated 1",
        "16:00 boss: repeated 1",
        "17:00 oncall: repeated 1",
        "18:00 boss: repeated 1",
        "19:00 oncall: repeated 1",
        "20:00 boss: repeated 1",
        "21:00 oncall: repeated 1",
        "21:30 oncall: worsened 2",
        "1d 06:00 boss: resolved 1",
        "1d 06:00 oncall: resolved 1, resolved 2",
    ]
    assert [line for line in stage.edited if line.endswith(": ")] == ["13:30 oncall: "]
