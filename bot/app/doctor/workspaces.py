"""Examining one workspace's API: which questions, in which order, and the findings that come of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.altostrat.budget import Sleep
from bot.altostrat.config import ApiConfig, RequestForm
from bot.altostrat.tokens import NoTokenError
from bot.app.doctor.asking import Asking
from bot.app.doctor.budgets import budget, sweep
from bot.app.doctor.empty import Span, counted_in, empty_slots
from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.hearing import Attempt, reached
from bot.app.doctor.revisions import still_changing
from bot.app.doctor.rows import Rows, interval, readable, rows_in
from bot.app.doctor.sites import listing, strangers
from bot.app.doctor.tokens import described, token_shape
from bot.app.doctor.zones import Newest, lateness, zone_of_rows
from bot.domain.times import DAY, HOUR, Slot, Window, ceil, floor, to_slot
from bot.rules.model import Configuration, WorkspaceRule
from bot.rules.sites import ListedSite
from bot.rules.values import find_zone
from bot.settings import MissingSettingError

AHEAD = 15 * HOUR
"""The furthest zone is 14 hours ahead of UTC."""
SAMPLE = 3
"""Sites of which a day is looked at."""
FORMS = 4
FULL, AGAIN, SHORT = FORMS + 2 + SAMPLE, 1, 2
"""The most requests: for the workspace that is examined, for a second look, and for each other workspace."""
PAUSE = 20.0
"""Seconds between the two looks."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the settings say of the API."""

    per_minute: int
    settle: timedelta
    empty_slots: str


@dataclass
class Examination:
    """One workspace. Once it has run, `findings` are there, and in `sites` what the API lists (None: nothing)."""

    asking: Asking
    rule: WorkspaceRule
    configuration: Configuration
    expected: Expected
    sites: list[ListedSite] | None = None
    findings: list[Finding] = field(default_factory=list)

    async def full(self, *, sleep: Sleep | None = None) -> None:
        """Everything. With `sleep`, the newest buckets are looked at twice."""
        attempts = await self._attempts()
        self._reached(attempts)
        last = attempts[-1]
        if last.answer.rows is not None:
            await self._list()
            rows = self._rows(last.answer.rows)
            await self._habits(last, rows)
            if sleep is not None:
                await self._look_again(last.form, rows, sleep)
        headers = [answer.headers or {} for answer in self.asking.answers]
        if any(headers):
            self.findings.append(budget(headers, self.expected.per_minute, self.rule.name))

    async def short(self) -> None:
        """Token and sites alone: the API's habits are the same for every workspace."""
        form, now = self._config.form, to_slot(self.asking.clock())
        window = Window(floor(now - HOUR, self._config.step), ceil(now, self._config.step))
        answer = await self.asking.usage(form, (), window)
        self._reached([Attempt(form, False, answer)])
        if answer.rows is not None:
            await self._list()

    @property
    def was_refused(self) -> bool:
        """Whether nothing but its token keeps this workspace from being examined: another one may show the rest."""
        return all(answer.is_ours or answer.status in {401, 403} for answer in self.asking.answers)

    @property
    def went_nowhere(self) -> bool:
        """Whether the address itself is in trouble, which is every workspace's."""
        first = self.asking.answers[0] if self.asking.answers else None
        if first is None or first.is_ours or first.rows is not None:
            return False
        return first.status is None or first.is_page or first.status == 404 or first.status >= 500

    @property
    def _config(self) -> ApiConfig:
        return self.asking.probe.config

    def _reached(self, attempts: Sequence[Attempt]) -> None:
        self.findings.append(self._token())
        self.findings += reached(attempts, self._config, self.rule.name, self.rule.token_env)

    def _token(self) -> Finding:
        try:
            token = described(self.asking.probe.tokens.current())
        except NoTokenError as error:
            tell, missing = Teller(Subject.API, self.rule.name), error.__context__
            if isinstance(missing, MissingSettingError):
                problem = missing.problem
                return tell.problem("token", f"{problem.name}: {problem.what}", problem.remedy)
            remedy = f"Set {self.rule.token_env}, or {self.rule.token_env}_FILE to a file that holds the token"
            return tell.problem("token", str(error), remedy)
        return token_shape(token, self.asking.clock(), self.rule.name, self.rule.token_env)

    async def _attempts(self) -> list[Attempt]:
        """The configured form first, with an end in the future and without; another form where it is refused."""
        configured = self._config.form
        plans = [(configured, True), (configured, False)]
        plans += [(form, False) for form in RequestForm if form is not configured]
        attempts: list[Attempt] = []
        for form, into_future in plans:
            answer = await self.asking.usage(form, (), self._window(AHEAD if into_future else 0))
            attempts.append(Attempt(form, into_future, answer))
            if answer.status != 400:
                break
        return attempts

    def _window(self, ahead: int = 0) -> Window:
        """A day, up to the end of the present bucket or further."""
        now, step = to_slot(self.asking.clock()), self._config.step
        return Window(floor(now - DAY, step), ceil(now + ahead, step))

    def _rows(self, rows: Sequence[object]) -> Rows:
        return rows_in(rows, self._window(AHEAD), self._config.zone)

    async def _list(self) -> None:
        self.sites, why = await self.asking.sites()
        if self.sites and not any(site.timezone for site in self.sites):
            self.sites[0] = await self.asking.described(self.sites[0])
        workspace = self.rule.name
        self.findings.append(listing(self.sites, why, self.configuration, workspace))
        self.findings += strangers(self.sites, self.configuration, workspace) if self.sites else ()
        count = len(self._ids())
        self.findings.append(sweep(count, self.expected.per_minute, self._config.step, workspace))

    def _ids(self) -> list[str]:
        """Ids of the sites that are listed, or else named in the rules."""
        named = [rule.id for rule in self.configuration.sites if rule.workspace == self.rule.name]
        return list(dict.fromkeys([site.id for site in self.sites or ()] + named))

    async def _habits(self, attempt: Attempt, rows: Rows) -> None:
        workspace, step = self.rule.name, self._config.step
        self.findings += readable(rows, workspace)
        if rows.newest is None:
            return
        zones = [find_zone(site.timezone) for site in self.sites or () if site.timezone]
        newest = Newest(
            rows.newest,
            step,
            self.asking.clock(),
            self._config.zone,
            rows.name_zone,
            attempt.into_future,
            tuple(zone for zone in zones if zone is not None),
        )
        self.findings.append(interval(rows, step, workspace))
        self.findings.append(zone_of_rows(newest, workspace))
        self.findings += lateness(newest, self.expected.settle, workspace)
        await self._empty(attempt.form, rows, rows.newest)

    async def _empty(self, form: RequestForm, rows: Rows, newest: int) -> None:
        """A day of a few sites, up to the account's newest bucket: what comes late is not empty."""
        step, whole = self._config.step, self._window()
        window = Window(whole.start, Slot(max(newest, whole.start + step)))
        spans: list[Span] = []
        ids = self._ids()
        for site in ids[:: max(1, len(ids) // SAMPLE)][:SAMPLE]:
            answer = await self.asking.usage(form, [site], window)
            if answer.rows is not None:
                spans.append(counted_in(self._rows(answer.rows), window, step))
        account = counted_in(rows, window, step)
        self.findings.append(empty_slots(account, spans, self.expected.empty_slots, self.rule.name))

    async def _look_again(self, form: RequestForm, before: Rows, sleep: Sleep) -> None:
        asked_at = to_slot(self.asking.clock())
        await sleep(PAUSE)
        answer = await self.asking.usage(form, (), self._window())
        after = self._rows(answer.rows or ())
        self.findings.append(still_changing(before, after, asked_at, self._config.step, PAUSE, self.rule.name))
