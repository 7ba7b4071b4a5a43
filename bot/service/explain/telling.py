"""One rule, kind and direction for one site at one time: on the way to its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.alerts.fleet import is_fleets
from bot.alerts.model import Alert, Kind, Reason, State
from bot.domain.names import name as safe
from bot.domain.times import Slot, to_instant
from bot.domain.usage import Direction
from bot.rules.model import Rule
from bot.service.explain.asked import Asked
from bot.service.explain.facts import Facts
from bot.service.explain.life import Life, alert_at, hearers, hushes_of, is_pools, life_of, messages_of, moves_of
from bot.service.explain.model import Because, Case
from bot.service.explain.silent import silent
from bot.service.explain.standings import standing_of
from bot.service.explain.words import Words
from bot.service.spikes.fleet_view import rise_view
from bot.service.spikes.like import like_days
from bot.service.spikes.view import spike_view
from bot.service.views import SpikeView

VERSION = 12


@dataclass(slots=True)
class Telling:
    facts: Facts
    rule: Rule
    kind: str
    direction: Direction
    watches: Mapping[str, Slot]
    words: Words

    async def case(self) -> Case:
        """Of the alert that there was, if there was any."""
        site = None if is_pools(self.kind, self.rule) else self.facts.site.key
        return await self.of(await life_of(self.facts, self.rule, self.kind, self.direction, site))

    async def of(self, life: Life | None) -> Case:
        version, edited_at = self._version(life)
        is_edited = version is not None and version != self.rule.version
        asked = Asked(self.rule, self.direction, life.alert if life else None, is_edited)
        case = Case(
            self.rule.name,
            self.kind,
            self.direction,
            Because.NOT_JUDGED,
            "",
            self.rule.version,
            version,
            edited_at if is_edited else None,
            standing=None if life and is_fleets(life.alert.key) else await standing_of(self.facts, self.kind, asked),
            hold=int(self.rule.hold.total_seconds()),
            keep_firing=int(self.rule.keep_firing.total_seconds()),
        )
        if life is None:
            case = silent(case, self.rule, self.facts, self.words)
        else:
            case = await self._alive(case, life)
        is_sites = life is None or life.alert.key.site is not None
        return await self._with_fleet(case) if self.kind == Kind.SPIKE and is_sites else case

    async def _with_fleet(self, case: Case) -> Case:
        """The case of a spike, with the alert of the fleet's rise that fired then."""
        life = await life_of(self.facts, self.rule, self.kind, self.direction, None)
        if life is None or life.alert.state is not State.FIRING:
            return case
        together = f"; the fleet rose together then, which is {life.alert.short_id}"
        sentence = case.sentence if case.alert is not None else f"{case.sentence}{together}"
        return replace(case, fleet=alert_at(life), sentence=sentence)

    def _version(self, life: Life | None) -> tuple[str | None, datetime | None]:
        """The rule's version then, and when it became what it is today; None where that is not known."""
        mark = f"{self.rule.name} "
        seen = sorted(
            (since, signature[len(mark) :][:VERSION])
            for signature, since in self.watches.items()
            if signature.startswith(mark)
        )
        own = [since for since, version in seen if version == self.rule.version]
        by_then = [version for since, version in seen if since <= self.facts.at]
        edited_at = to_instant(max(own)) if own else None
        if life is not None and life.alert.rule_version:
            # An alert keeps the version of its own kind, which an edit of the rule's other kinds does not change.
            is_of_now = life.alert.rule_version == self.rule.version_of(self.kind)
            return self.rule.version if is_of_now else life.alert.rule_version, edited_at
        return (by_then[-1] if by_then else None), edited_at

    async def _alive(self, case: Case, life: Life) -> Case:
        heard = hearers(self.facts, life.alert)
        case = replace(
            case,
            alert=alert_at(life),
            moves=moves_of(life, self.facts.bucket),
            receivers=tuple(heard),
            messages=await messages_of(self.facts, life),
            hushes=await hushes_of(self.facts, life, heard),
            spike=None if is_fleets(life.alert.key) else await self._spike(life.alert),
            rise=rise_view(life.alert, self.facts.inquiry.fleet),
        )
        case = replace(case, because=_because(case, life))
        return replace(case, sentence=self._of_alert(case, life))

    async def _spike(self, alert: Alert) -> SpikeView | None:
        fleet = self.facts.inquiry.fleet
        like = await like_days(self.facts.tx.buckets, fleet, [alert])
        return spike_view(alert, fleet, like.get(alert.id))

    def _of_alert(self, case: Case, life: Life) -> str:
        rule, alert, words = self.rule, life.alert, self.words
        match case.because:
            case Because.TOLD:
                return words.told(rule, alert, case.messages)
            case Because.PENDING:
                return words.pending(rule, alert)
            case Because.QUIET:
                return words.quiet(case.hushes)
            case Because.WAITING | Because.REJECTED:
                return f"It told nobody: {self._delivery(case)}; {words.reason(rule, alert)}"
            case Because.NOBODY:
                return f"It told nobody, for nobody is to be told: {words.reason(rule, alert)}"
            case _:
                return words.over(case, rule, alert)

    def _delivery(self, case: Case) -> str:
        wanted = "rejected" if case.because is Because.REJECTED else "waiting"
        message, sent = next((m, one) for m in case.messages for one in m.sent if one.standing == wanted)
        who, why = safe(message.receiver), f" ({safe(sent.why, 200)})" if sent.why else ""
        if wanted == "rejected":
            return f"the message to {who} was refused{why}"
        tries = f" after {sent.attempts} attempts{why}" if sent.attempts else f" until {self.words.at(sent.due_at)}"
        return f"the message to {who} waits{tries}"


def _because(case: Case, life: Life) -> Because:
    alert = life.alert
    if alert.state is State.RESOLVED:
        ended = {
            Reason.DATA_REVISED: Because.WITHDRAWN,
            Reason.RULE_CHANGED: Because.RULE_CHANGED,
            Reason.NEW_NORMAL: Because.NEW_NORMAL,
        }
        return ended.get(alert.reason, Because.OVER)
    if alert.state is State.PENDING:
        return Because.PENDING
    if any(message.told_at for message in case.messages):
        return Because.TOLD
    standings = {one.standing for message in case.messages for one in message.sent if one.is_loud}
    if "waiting" in standings:
        return Because.WAITING
    if "rejected" in standings:
        return Because.REJECTED
    return Because.QUIET if case.hushes else Because.NOBODY
