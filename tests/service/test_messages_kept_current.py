"""A message that says "firing" is brought up to date, whatever became of its rule or of who is told."""

from __future__ import annotations

from bot.alerts.model import State
from tests.service.test_quotas_end_to_end import MEGA, Rig, Scripted, instant, rig

NONE = "rules: []"
QUOTA = """
rules:
  - {name: lte, quota: 1 GB, per: day, at: [50%], notify: [noc]}
"""


async def told_of_noc(rules: str) -> tuple[list[State], list[bool]]:
    """What the receiver `noc` last saw, after the rules are replaced and the period is over; and what was loud."""
    async with rig(QUOTA, Scripted(lambda _: 10 * MEGA), instant(9, 22, 3)) as bot:
        await bot.run(instant(9, 22, 10))
        assert last_seen(bot) == [State.FIRING]
        await bot.start(rules)
        await bot.run(instant(10, 0, 20))
        return last_seen(bot), [n.loud for n in bot.people.seen if n.receiver == "noc"]


def last_seen(bot: Rig) -> list[State]:
    seen = [notification for notification in bot.people.seen if notification.receiver == "noc"]
    return [alert.state for alert in seen[-1].alerts]


async def test_the_message_of_a_removed_rule_is_edited_and_nobody_is_told_anew() -> None:
    assert await told_of_noc(NONE) == ([State.RESOLVED], [True, False])


async def test_a_message_is_edited_at_the_end_although_others_are_told_by_now() -> None:
    states, loud = await told_of_noc(QUOTA.replace("notify: [noc]", "notify: [other]"))
    assert (states, loud[:1]) == ([State.RESOLVED], [True])
