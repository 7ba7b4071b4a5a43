"""What the first answers of an API say about the token, the address and the form of requests. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.altostrat.answers import Quoted, failure, rows_of
from bot.altostrat.bodies import Foreign
from bot.altostrat.config import ApiConfig, RequestForm
from bot.app.doctor.findings import Finding, Subject, Teller
from bot.app.doctor.probe import Said, Unsaid

HOSTS = (
    ("https://v1.api.altostrat.io", "/metrics/dashboard/data-transferred"),
    ("https://api.altostrat.io/v1", "/monitoring/dashboard/data-transferred"),
)
"""Base URL and usage path: today's, and those of an older description of the API."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer about usage. `rows` is None where there are none to read; then `why` says what came instead.

    `is_page`: HTML where JSON belongs; with a 5xx that is usual, and says nothing about the address.
    """

    status: int | None
    rows: Sequence[object] | None
    why: str = ""
    headers: Mapping[str, str] | None = None
    is_page: bool = False
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request for usage: how its times were written, whether its end lay in the future, what came of it."""

    form: RequestForm
    into_future: bool
    answer: Answer


def understood(said: Said | Unsaid, quoted: Quoted) -> Answer:
    """A response as an answer; other people's text in it is made fit to be shown."""
    if isinstance(said, Unsaid):
        return Answer(None, None, said.why, is_ours=said.is_ours)
    body = b"" if isinstance(said.body, Foreign) else said.body
    is_page = said.status < 500 and body.lstrip().startswith(b"<")
    if said.status != 200:
        why = failure(said.status, said.headers.get("location", ""), body, quoted).why
        return Answer(said.status, None, why, said.headers, is_page)
    rows = said.body if isinstance(said.body, Foreign) else rows_of(body)
    if isinstance(rows, Foreign):
        return Answer(200, None, quoted(rows.why), said.headers, is_page)
    return Answer(200, rows, "", said.headers)


def other_host(config: ApiConfig) -> str:
    """The address to try by hand: the token is sent nowhere but where the operator says."""
    ours = (config.base_url.rstrip("/"), config.usage_path)
    base, path = HOSTS[0] if ours == HOSTS[1] else HOSTS[1]
    which = "today's" if ours == HOSTS[1] else "an older"
    return f"{which} address is ALTOSTRAT_BASE_URL={base} with ALTOSTRAT_USAGE_PATH={path}"


def reached(attempts: Sequence[Attempt], config: ApiConfig, workspace: str, token_name: str) -> Iterator[Finding]:
    """Findings on address, token and form. The last attempt is the one that counts."""
    tell, answer = Teller(Subject.API, workspace), attempts[-1].answer
    where = f"{config.base_url}{config.usage_path}"
    yield _address(tell, answer, config, where)
    if answer.is_ours or answer.is_page:
        return
    if answer.status == 401:
        remedy = f"Set {token_name} to a token that is valid; check that it is whole and was not revoked"
        yield tell.problem("token", f"the API refuses it ({answer.why})", remedy)
    elif answer.status == 403:
        remedy = f"Give the key of {token_name} the permission to read metrics, or make another key"
        yield tell.problem("token", f"it is not allowed to read usage ({answer.why})", remedy)
    elif answer.rows is not None or answer.status == 400:
        yield tell.ok("token", "the API accepts it")
        yield _form(tell, attempts)


def _address(tell: Teller, answer: Answer, config: ApiConfig, where: str) -> Finding:
    if answer.is_ours:
        return tell.skipped("address", f"{where} was not asked: {answer.why}")
    if answer.status is None:
        remedy = "Check ALTOSTRAT_BASE_URL, the network and the proxy"
        return tell.problem("address", f"{where} does not answer: {answer.why}", remedy)
    if answer.is_page or answer.status == 404 or 300 <= answer.status < 400:
        what = "a web page came instead of JSON" if answer.is_page else answer.why
        what = "it answers 404 (not found)" if answer.status == 404 else what
        remedy = f"Check ALTOSTRAT_BASE_URL and ALTOSTRAT_USAGE_PATH; {other_host(config)}"
        return tell.problem("address", f"{where} is not the usage API: {what}", remedy)
    return _trouble(tell, answer, where) or tell.ok("address", f"{where} answers")


def _trouble(tell: Teller, answer: Answer, where: str) -> Finding | None:
    """It is the API, by its looks, but it does not do its work."""
    if answer.status == 429:
        remedy = "Wait a minute; if it stays so, another program spends this token's budget: give each its own key"
        return tell.warning("address", f"{where} refuses for now: {answer.why}", remedy)
    if answer.status is not None and answer.status >= 500:
        return tell.problem("address", f"{where} has trouble: {answer.why}", "Nothing to do here; try again later")
    if answer.status == 200 and answer.rows is None:
        remedy = "Check ALTOSTRAT_USAGE_PATH, and what stands between here and the API; then try again"
        return tell.problem("address", f"{where} answers with something else: {answer.why}", remedy)
    return None


def _form(tell: Teller, attempts: Sequence[Attempt]) -> Finding:
    configured, last = attempts[0].form, attempts[-1]
    if last.answer.rows is None:
        tried = ", ".join(dict.fromkeys(attempt.form.value for attempt in attempts))
        remedy = "Check ALTOSTRAT_BUCKET_MINUTES (5 is what the API does by itself) and ALTOSTRAT_USAGE_PATH"
        return tell.problem("request form", f"every form is refused ({tried}): {last.answer.why}", remedy)
    if last.form is not configured:
        refused = attempts[0].answer.why
        text = f"{configured.value} is refused ({refused}); {last.form.value} is accepted"
        return tell.problem("request form", text, f"Set ALTOSTRAT_REQUEST_FORM={last.form.value}")
    return tell.ok("request form", f"{configured.value} is accepted")
