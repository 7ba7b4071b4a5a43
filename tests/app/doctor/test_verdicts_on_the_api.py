"""What is made of answers about token, address and form."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.altostrat.bodies import Foreign
from bot.altostrat.config import ApiConfig, RequestForm
from bot.app.doctor.findings import Finding, Standing
from bot.app.doctor.hearing import HOSTS, Answer, Attempt, reached, understood
from bot.app.doctor.probe import Said, Unsaid
from bot.app.doctor.tokens import Shape, Token, described, token_shape

CONFIG = ApiConfig("default", HOSTS[0][0], HOSTS[0][1])
NOW = datetime(2026, 6, 20, 10, 3, tzinfo=UTC)
REFUSED = Answer(400, None, "400 Bad Request: start_time")
GOOD = Answer(200, [])


def jwt(**claims: object) -> str:
    parts = ({"alg": "RS256"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


def found(*answers: Answer, config: ApiConfig = CONFIG) -> dict[str, Finding]:
    """Findings by check; the forms are asked in the doctor's order."""
    forms = (RequestForm.ZONELESS, RequestForm.ZONELESS, RequestForm.UTC, RequestForm.OFFSET)
    attempts = [Attempt(form, False, answer) for form, answer in zip(forms, answers, strict=False)]
    return {finding.check: finding for finding in reached(attempts, config, "default", "ALTOSTRAT_TOKEN")}


def heard(status: int = 200, body: bytes = b"[]", **headers: str) -> Answer:
    return understood(Said(status, headers, body), lambda text: text[:200])


def test_an_api_that_answers_is_fine_in_every_respect() -> None:
    findings = found(GOOD)
    assert {finding.standing for finding in findings.values()} == {Standing.OK}
    assert set(findings) == {"address", "token", "request form"}


def test_a_refused_token_names_the_setting_and_nothing_else_is_judged() -> None:
    findings = found(heard(401, b'{"message": "Unauthenticated."}'))
    assert findings["token"].standing is Standing.PROBLEM
    assert "ALTOSTRAT_TOKEN" in findings["token"].remedy
    assert "Unauthenticated." in findings["token"].text
    assert "request form" not in findings


def test_a_token_without_the_permission_is_told_from_one_that_is_refused() -> None:
    assert "permission" in found(heard(403))["token"].remedy


@pytest.mark.parametrize(
    "answer", [heard(404), heard(200, b"<html>hello</html>"), heard(403, b"<html>"), heard(302, location="/login")]
)
def test_a_wrong_address_names_the_other_host(answer: Answer) -> None:
    finding = found(answer)["address"]
    assert finding.standing is Standing.PROBLEM
    assert HOSTS[1][0] in finding.remedy
    assert HOSTS[1][1] in finding.remedy
    assert set(found(answer)) == {"address"}


def test_from_the_older_host_the_way_leads_to_todays() -> None:
    older = ApiConfig("default", *HOSTS[1])
    assert f"{HOSTS[0][0]} with" in found(heard(404), config=older)["address"].remedy


def test_a_form_that_is_refused_where_another_is_taken_is_a_setting() -> None:
    finding = found(REFUSED, REFUSED, GOOD)["request form"]
    assert finding.standing is Standing.PROBLEM
    assert finding.remedy == "Set ALTOSTRAT_REQUEST_FORM=utc"
    assert "start_time" in finding.text


def test_when_every_form_is_refused_the_api_is_quoted() -> None:
    finding = found(REFUSED, REFUSED, REFUSED, REFUSED)["request form"]
    assert "zoneless, utc, offset" in finding.text
    assert "start_time" in finding.text


def test_a_refused_future_alone_says_nothing_about_the_form() -> None:
    assert found(REFUSED, GOOD)["request form"].standing is Standing.OK


@pytest.mark.parametrize(
    ("answer", "standing", "word"),
    [
        (heard(429), Standing.WARNING, "Wait a minute"),
        (heard(500), Standing.PROBLEM, "try again later"),
        (heard(503, b"<html>"), Standing.PROBLEM, "try again later"),
        (understood(Unsaid("no answer within 20 seconds"), str), Standing.PROBLEM, "ALTOSTRAT_BASE_URL"),
        (understood(Said(200, {}, Foreign("cut off", True)), str), Standing.PROBLEM, "ALTOSTRAT_USAGE_PATH"),
        (heard(200, b'{"data": []}'), Standing.PROBLEM, "ALTOSTRAT_USAGE_PATH"),
    ],
)
def test_other_troubles_of_the_way_are_told_with_what_to_do(answer: Answer, standing: Standing, word: str) -> None:
    findings = found(answer)
    assert findings["address"].standing is standing
    assert word in findings["address"].remedy
    assert "token" not in findings


def test_what_was_never_sent_is_no_verdict_on_the_api() -> None:
    assert found(understood(Unsaid("the token is empty", is_ours=True), str))["address"].standing is Standing.SKIPPED


@pytest.mark.parametrize(
    ("token", "standing", "word"),
    [
        (Token(Shape.KEY), Standing.OK, "API key"),
        (Token(Shape.OTHER), Standing.OK, "not known"),
        (Token(Shape.JWT), Standing.WARNING, "does not say"),
        (Token(Shape.JWT, NOW - timedelta(hours=3)), Standing.PROBLEM, "expired 3 h ago"),
        (Token(Shape.JWT, NOW + timedelta(days=2)), Standing.WARNING, "expires in 2 days"),
        (Token(Shape.JWT, NOW + timedelta(days=90)), Standing.OK, "expires in 90 days"),
    ],
)
def test_a_tokens_kind_is_told_and_when_it_ends(token: Token, standing: Standing, word: str) -> None:
    finding = token_shape(token, NOW, "default", "ALTOSTRAT_TOKEN")
    assert (finding.standing, word in finding.text) == (standing, True)


def test_the_expiry_of_a_jwt_is_read_and_nothing_of_it_is_kept() -> None:
    token = jwt(exp=int(NOW.timestamp()), sub="secret-user")
    assert described(token) == Token(Shape.JWT, NOW)
    assert "secret" not in repr(described(token))
    assert token.split(".")[1] not in repr(described(token))


@pytest.mark.parametrize("token", [jwt(), jwt(exp="soon"), jwt(exp=10**30), jwt(exp=None), "eyJx.%%.x", "eyJh.W10.x"])
def test_a_jwt_without_a_readable_expiry_is_no_crash(token: str) -> None:
    assert described(token).expires_at is None


def test_a_key_is_known_by_its_beginning() -> None:
    assert described("alto_sk_0123456789") == Token(Shape.KEY)
    assert described("opaque") == Token(Shape.OTHER)
