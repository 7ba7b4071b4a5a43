"""The whole examination: every subject, at the same time, each bounded in time, none stopped by another's failure."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from bot.altostrat.answers import date_of
from bot.altostrat.budget import RequestBudget
from bot.app.doctor import database, machine, setup
from bot.app.doctor.asking import Asking
from bot.app.doctor.findings import Finding, Standing, Subject, Teller
from bot.app.doctor.mail import mail_findings
from bot.app.doctor.own import own
from bot.app.doctor.plan import Plan
from bot.app.doctor.probe import Probe
from bot.app.doctor.sites import remarks
from bot.app.doctor.slack import slack_findings
from bot.app.doctor.workspaces import Examination, Expected
from bot.app.doctor.zone_data import zone_release
from bot.app.media import smtp_config
from bot.app.options import api_config
from bot.app.start import missing_media, missing_tokens, missing_webhooks
from bot.history.errors import HistoryError
from bot.history.vitals import Vitals, examine
from bot.notify.slack_client import slack_client
from bot.rules.check import Parsed
from bot.rules.model import WorkspaceRule
from bot.rules.remarks import Means
from bot.service.answers.phrases import count as counted
from bot.settings import SECRETS, exposure

Heard = dict[str, tuple[datetime, datetime]]
"""Who → its time, ours when it was heard."""

API_SECONDS, SLACK_SECONDS, MAIL_SECONDS = 90.0, 40.0, 30.0
CHECK_SECONDS, THOROUGH_CHECK_SECONDS = 5.0, 600.0
API_TIMEOUT = timedelta(seconds=20)
"""For one request."""


@dataclass
class Diagnosis:
    """`made` is how many requests to the usage API were made."""

    findings: list[Finding] = field(default_factory=list)
    made: int = 0

    @property
    def has_problem(self) -> bool:
        return any(finding.standing is Standing.PROBLEM for finding in self.findings)


async def diagnose(plan: Plan) -> Diagnosis:
    """Everything that the plan wants, in the order of `Subject`. Never raises for what it finds."""
    found = Diagnosis([*_settings(plan), *_rules(plan)])
    heard: Heard = {}
    if not plan.offline:
        parts = await asyncio.gather(_api(plan, found, heard), _slack(plan, heard), _mail(plan))
        found.findings += [finding for part in parts for finding in part]
    seconds = THOROUGH_CHECK_SECONDS if plan.thorough else CHECK_SECONDS
    await _bounded(found.findings, Subject.DATABASE, seconds + API_SECONDS, _database(plan, found.findings, seconds))
    found.findings += _machine(plan, heard)
    order = list(Subject)
    found.findings.sort(key=lambda finding: order.index(finding.subject))
    return found


def _settings(plan: Plan) -> Iterable[Finding]:
    names = SECRETS | {rule.token_env for rule in plan.configuration.workspaces}
    files = plan.settings.secret_files(sorted(names)).items()
    # Why a file cannot be looked at is said elsewhere.
    looked_at = [
        setup.SecretFile(name, path, next(exposure(name, path), None)) for name, path in files if path.is_file()
    ]
    return setup.settings(plan.problems, looked_at)


def _rules(plan: Plan) -> Iterable[Finding]:
    known = plan.rules.configuration if isinstance(plan.rules, Parsed) else None
    # What is needed and cannot be read was said of the settings.
    if known is None or plan.spoiled(""):
        return setup.rules(plan.rules)
    # Of tokens the API's own findings tell.
    tokens = missing_tokens(plan.settings, known) if plan.offline else []
    needed = [*tokens, *missing_webhooks(plan.settings, known)]
    return setup.rules(plan.rules, needed, missing_media(plan.settings, known))


async def _api(plan: Plan, found: Diagnosis, heard: Heard) -> list[Finding]:
    """The first workspace whose token works is examined in full, the others shortly."""
    tell = Teller(Subject.API)
    if spoiled := plan.spoiled("ALTOSTRAT_BASE", "ALTOSTRAT_US", "ALTOSTRAT_TI", "ALTOSTRAT_RE", "ALTOSTRAT_B"):
        return [tell.skipped("address", f"not asked, since {', '.join(spoiled)} cannot be read", "Correct that first")]
    findings: list[Finding] = []
    examinations: list[Examination] = []
    for rule in plan.chosen:
        full = all(one.was_refused for one in examinations)
        examinations.append(one := _examination(plan, rule))
        await _bounded(findings, Subject.API, API_SECONDS, _run(plan, one, full=full))
        await one.asking.probe.close()
        findings += one.findings
        found.made += one.asking.probe.made
        if one.asking.dates and "the API" not in heard:
            heard["the API"] = one.asking.dates[0]
        if (left := len(plan.chosen) - len(examinations)) and one.went_nowhere:
            findings.append(
                tell.skipped("address", f"{counted(left, 'other workspace')} not asked: it is the same API")
            )
            break
    return [*findings, *_remarks(plan, examinations)]


def _run(plan: Plan, one: Examination, *, full: bool) -> Awaitable[None]:
    return one.full(sleep=plan.environment.sleep if plan.thorough else None) if full else one.short()


def _examination(plan: Plan, rule: WorkspaceRule) -> Examination:
    settings, environment = plan.settings, plan.environment
    per_minute = rule.requests_per_minute or settings.altostrat_requests_per_minute
    budget = RequestBudget(per_minute, environment.ticks, environment.sleep, environment.random)
    probe = Probe(
        replace(api_config(settings, rule.name), timeout=API_TIMEOUT), settings.token_reader(rule.token_env), budget
    )
    expected = Expected(per_minute, settings.pull_settle, settings.altostrat_empty_slots)
    return Examination(Asking(probe, environment.clock), rule, plan.configuration, expected)


def _remarks(plan: Plan, examinations: Sequence[Examination]) -> Iterable[Finding]:
    """Only where every workspace's sites are known: a rule may be about any of them."""
    if not isinstance(plan.rules, Parsed) or len(examinations) < len(plan.configuration.workspaces):
        return ()
    lists = [one.sites for one in examinations if one.sites is not None]
    if len(lists) < len(examinations):
        return ()
    means = Means(
        plan.settings.altostrat_requests_per_minute, timedelta(minutes=plan.settings.altostrat_bucket_minutes)
    )
    return remarks(plan.configuration, [site for each in lists for site in each], plan.rules.places, means)


async def _slack(plan: Plan, heard: Heard) -> list[Finding]:
    findings: list[Finding] = []
    token = plan.settings.slack_bot_token
    if spoiled := plan.spoiled("SLACK_"):
        findings.append(Teller(Subject.SLACK).skipped("Slack", f"not asked, since {', '.join(spoiled)} cannot be read"))
    elif token is None:
        findings.append(Teller(Subject.SLACK).skipped("Slack", "not set up: SLACK_BOT_TOKEN is not set"))
    else:
        client = slack_client(token.get_secret_value(), plan.settings.slack_api_url)
        asked = slack_findings(client, plan.settings, plan.configuration, partial(_hear_slack, plan, heard))
        await _bounded(findings, Subject.SLACK, SLACK_SECONDS, _gathered(findings, asked))
    return findings


def _hear_slack(plan: Plan, heard: Heard, headers: Mapping[str, str]) -> None:
    if (date := date_of(headers)) is not None:
        heard["Slack"] = (date, plan.environment.clock())


async def _mail(plan: Plan) -> list[Finding]:
    findings: list[Finding] = []
    config = smtp_config(plan.settings)
    if spoiled := plan.spoiled("SMTP_"):
        findings.append(Teller(Subject.MAIL).skipped("server", f"not asked, since {', '.join(spoiled)} cannot be read"))
    elif config is None:
        findings.append(Teller(Subject.MAIL).skipped("server", "not set up: SMTP_HOST is not set"))
    else:
        await _bounded(findings, Subject.MAIL, MAIL_SECONDS, _gathered(findings, mail_findings(config)))
    return findings


async def _gathered(findings: list[Finding], source: AsyncIterator[Finding]) -> None:
    async for finding in source:
        findings.append(finding)  # noqa: PERF401 - one by one: what was found stays when the time runs out


async def _bounded(findings: list[Finding], subject: Subject, seconds: float, work: Awaitable[None]) -> None:
    """What was found before the time ran out stays; a mistake of ours in one subject spares the others."""
    tell = Teller(subject)
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        findings.append(tell.problem("time", f"not done within {seconds:g} s", "Check the network, then try again"))
    except Exception as error:  # noqa: BLE001 - told, and the other subjects go on
        remedy = "This is a mistake in usagebot; please report it"
        findings.append(tell.problem("check", f"it failed itself: {type(error).__name__}", remedy))


async def _database(plan: Plan, findings: list[Finding], check_for: float) -> None:
    tell = Teller(Subject.DATABASE)
    url = plan.settings.database_url.get_secret_value()
    if plan.spoiled("DATABASE_URL"):
        findings.append(tell.skipped("reachable", "not opened, since DATABASE_URL cannot be read"))
    elif plan.offline and not url.startswith("sqlite"):
        why = "not opened: it is on a server, and --offline makes no connection"
        findings.append(tell.skipped("reachable", why))
    else:
        try:
            vitals = await asyncio.to_thread(examine, url, check_for=check_for)
        except HistoryError as error:
            findings.append(tell.problem("reachable", error.why, error.remedy[:1].upper() + error.remedy[1:]))
        else:
            findings += [*_about_database(vitals), *own(vitals, plan.environment.clock())]


def _about_database(vitals: Vitals) -> Iterable[Finding]:
    if vitals.file is None:
        return database.database(vitals)
    folder = vitals.file.absolute().parent
    if not folder.is_dir():
        remedy = "Make it, or change DATABASE_URL"
        return [Teller(Subject.DATABASE).problem("folder", f"the folder {folder} does not exist", remedy)]
    return [*database.database(vitals), database.disk(shutil.disk_usage(folder).free, vitals, str(folder))]


def _machine(plan: Plan, heard: Heard) -> Iterable[Finding]:
    if not plan.offline:
        yield from machine.clock(heard)
    yield machine.zone_data(*zone_release(), plan.environment.clock())
