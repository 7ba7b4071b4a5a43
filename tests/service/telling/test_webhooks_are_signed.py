"""What a webhook is signed with is what the rules say at that moment, whatever they said when it began."""

from __future__ import annotations

from tests.service.telling.stage import HEAD, Stage

URL, BOTH = "{url_env: TICKETS_URL}", "{url_env: TICKETS_URL, secret_env: TICKETS_SECRET}"


async def test_a_message_under_way_is_signed_once_the_rules_say_so(stage: Stage) -> None:
    head = HEAD.replace("noc: {terminal: true}", f"noc: {{webhook: {URL}}}")
    stage.configure("", head)
    await stage.fire(1)
    stage.configure("", head.replace(URL, BOTH))
    await stage.resolve(1)
    await stage.go("10:10")
    assert stage.said == ["10:00 noc: fired 1", "10:05 noc: resolved 1"]
    assert [message.endpoint.secret for message in stage.seen] == ["", "TICKETS_SECRET"]
    assert len({message.group for message in stage.seen}) == 1
