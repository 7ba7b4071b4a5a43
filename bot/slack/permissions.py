"""Who may acknowledge and silence: everybody, or the members of some of Slack's user groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.slack_errors import FAILURES, call, code_of
from bot.service.answers import Answer
from bot.service.audit import Actor
from bot.service.ports import Clock

log = structlog.get_logger(__name__)

REMEMBER = timedelta(minutes=5)
"""How long the members of a user group are taken as known."""


@dataclass(frozen=True, slots=True)
class Members:
    """Of all the groups, as they were at `at`."""

    ids: frozenset[str]
    at: datetime


class Permission:
    """Says who may act. `groups` are ids (`S0123ABCD`) or handles (`@network-team`) of user groups; none of them: all
    people may. Who cannot be told to be a member may not."""

    def __init__(self, client: AsyncWebClient, clock: Clock, groups: Sequence[str] = ()) -> None:
        self._client = client
        self._clock = clock
        self._groups = tuple(groups)
        self._known: Members | None = None

    async def refusal(self, by: Actor) -> Answer | None:
        """What is said to somebody who may not act; None to who may. Never raises for what Slack does."""
        if not self._groups:
            return None
        try:
            members = await self._members()
        except FAILURES as failure:
            log.warning("slack_groups_unknown", why=code_of(failure) or type(failure).__name__)
            return Answer("Nothing was done: Slack does not say who may do that.", notes=(f"{self._who} Try again.",))
        if by.id in members.ids:
            return None
        log.warning("slack_act_refused", user=by.id, groups=self._groups)
        return Answer("Nothing was done: you may look, and not act.", notes=(self._who,))

    @property
    def _who(self) -> str:
        return f"Alerts are acknowledged and silenced by members of {' or '.join(self._groups)} alone."

    async def _members(self) -> Members:
        """What fails is not remembered; nor is a group that is not there."""
        now = self._clock()
        if self._known is None or now - self._known.at >= REMEMBER:
            ids = [await self._members_of(id_) for id_ in await self._ids()]
            self._known = Members(frozenset[str]().union(*ids), now)
        return self._known

    async def _members_of(self, id_: str) -> frozenset[str]:
        answer = await call(self._client.usergroups_users_list, usergroup=id_)
        return frozenset(map(str, answer.get("users") or ()))

    async def _ids(self) -> list[str]:
        """A handle that no group has is nobody's: it is said in the log."""
        handles = {group[1:] for group in self._groups if group.startswith("@")}
        ids = [group for group in self._groups if not group.startswith("@")]
        if not handles:
            return ids
        answer = await call(self._client.usergroups_list)
        found = {str(one.get("handle")): str(one.get("id")) for one in answer.get("usergroups") or ()}
        for missing in sorted(handles - set(found)):
            log.warning("slack_group_missing", group=f"@{missing}")
        return [*ids, *(found[handle] for handle in sorted(handles & set(found)))]
