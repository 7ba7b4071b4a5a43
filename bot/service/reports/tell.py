"""What a digest says, read when it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.times import to_instant
from bot.rules.audience import bound_to, is_operator
from bot.service.answers.report import report_answer
from bot.service.fleet import Fleet, Scope
from bot.service.options import PullOptions
from bot.service.ports import Digested, Group, History
from bot.service.queries.inquiry import Inquiry
from bot.service.reports.digest import About, digest
from bot.service.reports.model import Told
from bot.service.views import Notification


async def with_digest(history: History, fleet: Fleet, said: Notification, group: Group, now: datetime) -> Notification:
    """The notification with what its message's digest says now; as it is where that is none."""
    if group.digest is None:
        return said
    inquiry = Inquiry(fleet, scope_of(fleet, group, group.digest), now, PullOptions(bucket=fleet.bucket))
    async with history.reading() as tx:
        reply = await digest(
            tx, inquiry, _about(group.digest, operates=is_operator(fleet.configuration, group.receiver))
        )
    return replace(said, digest=report_answer(reply), digest_data=reply)


def scope_of(fleet: Fleet, group: Group, digest: Digested) -> Scope:
    """What was meant when it was taken up, but for what the receiver may not see any more."""
    receiver = fleet.configuration.receivers.get(group.receiver)
    bound = bound_to(fleet.configuration, (group.endpoint, *(receiver.endpoints if receiver else ())))
    return frozenset(digest.workspaces) & fleet.everything & (bound or fleet.everything)


def _about(digest: Digested, *, operates: bool) -> About:
    """What is wrong with the bot is for those who were operators then and are."""
    told = Told(digest.report, to_instant(digest.due_at), digest.is_late)
    return About(digest.rhythm, ZoneInfo(digest.zone), digest.window, digest.is_operators and operates, told)
