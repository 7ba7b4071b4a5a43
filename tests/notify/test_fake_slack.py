"""The fake keeps Slack's documented behaviour, or the tests on it prove nothing."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import refuses

HEADER = {"type": "header", "text": {"type": "plain_text", "text": "Hello"}}
RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}
METADATA = {"event_type": "e", "event_payload": {"n": 1}}


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncWebClient:
    return slack.client()


async def code(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def text(length: int, kind: str = "plain_text") -> dict[str, str]:
    return {"type": kind, "text": "x" * length}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [HEADER] * 51}, "invalid_blocks"),
        ({"blocks": [HEADER] * 25, "attachments": [{"blocks": [HEADER] * 26}]}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": text(151)}]}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": text(5, "mrkdwn")}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": text(3001)}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": text(0)}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "fields": [text(1)] * 11}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "fields": [text(2001)]}]}, "invalid_blocks"),
        ({"blocks": [{"type": "context", "elements": [text(1)] * 11}]}, "invalid_blocks"),
        ({"blocks": [{"type": "mystery"}]}, "invalid_blocks"),
        ({"blocks": [HEADER | {"level": 1}]}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "\N{FIRE}" * 76}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": text(3)} | {"block_id": "x" * 256}]}, "invalid_blocks"),
        ({"blocks": [RICH]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": text(3000)}] * 5}, "msg_blocks_too_long"),
        ({"attachments": [{"color": "red"}]}, "invalid_attachments"),
    ],
)
async def test_what_is_over_a_limit_is_refused_and_remembered(
    slack: FakeSlack, client: AsyncWebClient, content: dict[str, Any], error: str
) -> None:
    assert await code(client.chat_postMessage(channel="#noc", **{"text": "t", **content})) == error
    assert [one for one, _ in slack.over_limit] == [error]
    slack.over_limit.clear()


async def test_an_update_takes_less_text_than_a_post(slack: FakeSlack, client: AsyncWebClient) -> None:
    one = await client.chat_postMessage(channel="#noc", text="x" * 4001)
    assert await code(client.chat_update(channel=one["channel"], ts=one["ts"], text="x" * 4001)) == "msg_too_long"
    slack.over_limit.clear()


async def test_an_answer_at_a_response_url_that_breaks_a_limit_is_refused(slack: FakeSlack) -> None:
    content = {"text": "t", "blocks": [{"type": "section", "text": text(3001)}]}
    async with ClientSession() as session, session.post(slack.response_url(), json=content) as answer:
        assert (answer.status, await answer.text()) == (400, "invalid_blocks")
    assert slack.responses == []
    slack.over_limit.clear()


async def test_a_test_that_broke_a_limit_fails_even_if_the_bot_got_away_with_it() -> None:
    slack = FakeSlack()
    await slack.__aenter__()
    slack.add_channel("noc")
    await code(slack.client().chat_postMessage(channel="#noc", text="x" * 40_001))
    with pytest.raises(AssertionError, match="limits"):
        await slack.__aexit__()


async def test_posting_takes_a_name_and_reading_an_id(slack: FakeSlack, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="noc", text="one")
    assert posted["channel"] == slack.channel("#noc").id
    assert await code(client.conversations_history(channel="#noc")) == "channel_not_found"
    assert (await client.conversations_history(channel=posted["channel"]))["messages"][0]["text"] == "one"


async def test_an_update_with_text_and_no_blocks_takes_the_blocks_away(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    one = await client.chat_postMessage(channel="#noc", text="t", blocks=[HEADER], attachments=[{"color": "#fff"}])
    await client.chat_update(channel=one["channel"], ts=one["ts"], text="new")
    (message,) = slack.messages("noc")
    assert "blocks" not in message
    assert message["attachments"] == [{"color": "#fff"}]


async def test_metadata_is_shown_only_where_it_is_asked_for(client: AsyncWebClient) -> None:
    one = await client.chat_postMessage(channel="#noc", text="t", metadata=METADATA)
    hidden = await client.conversations_history(channel=one["channel"])
    shown = await client.conversations_history(channel=one["channel"], include_all_metadata=True)
    assert "metadata" not in hidden["messages"][0]
    assert shown["messages"][0]["metadata"] == METADATA


async def test_history_is_newest_first_paged_and_has_broadcasts_but_no_other_replies() -> None:
    async with FakeSlack(page=2) as slack:
        slack.add_channel("noc")
        client = slack.client()
        root = await client.chat_postMessage(channel="#noc", text="root")
        for words, aloud in (("quiet", False), ("aloud", True)):
            await client.chat_postMessage(channel="#noc", text=words, thread_ts=root["ts"], reply_broadcast=aloud)
        await client.chat_postMessage(channel="#noc", text="last")
        page = await client.conversations_history(channel=root["channel"])
        assert [one["text"] for one in page["messages"]] == ["last", "aloud"]
        cursor = page["response_metadata"]["next_cursor"]
        rest = await client.conversations_history(channel=root["channel"], cursor=cursor)
        assert [one["text"] for one in rest["messages"]] == ["root"]
        replies = await client.conversations_replies(channel=root["channel"], ts=root["ts"])
        assert [one["text"] for one in replies["messages"]] == ["root", "quiet"]


async def test_only_ones_own_messages_can_be_changed(slack: FakeSlack, client: AsyncWebClient) -> None:
    other, channel = slack.post("noc", text="theirs"), slack.channel("noc").id
    assert await code(client.chat_update(channel=channel, ts=other["ts"], text="x")) == "cant_update_message"
    assert await code(client.chat_delete(channel=channel, ts=other["ts"])) == "cant_delete_message"
    assert await code(client.chat_update(channel=channel, ts="1.0", text="x")) == "message_not_found"


async def test_tokens_membership_and_unknown_methods_are_checked(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.add_channel("secret", is_member=False, is_private=True)
    slack.add_channel("old", is_archived=True)
    assert await code(slack.client(token="xoxb-wrong").auth_test()) == "invalid_auth"
    assert await code(client.chat_postMessage(channel="#secret", text="t")) == "channel_not_found"
    assert await code(client.chat_postMessage(channel="#old", text="t")) == "is_archived"
    assert await code(client.api_call("no.such")) == "unknown_method"


async def test_ephemerals_and_response_urls_are_kept(slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel="#noc", user="U1", text="only you")
    async with ClientSession() as session, session.post(slack.response_url("x"), json={"text": "later"}) as answer:
        assert answer.status == 200
    assert slack.ephemerals[0]["text"] == "only you"
    assert slack.responses == [{"name": "x", "text": "later"}]
    assert slack.visible("noc") == []


async def test_a_fault_is_for_one_call(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fail("auth.test", refuses("internal_error"))
    assert await code(client.auth_test()) == "internal_error"
    assert (await client.auth_test())["ok"]


# --- people, groups, views --------------------------------------------------------------------------------

MODAL = {"type": "modal", "title": text(5), "blocks": [HEADER]}
TAB = {"type": "home", "blocks": [HEADER]}


async def test_a_window_opens_once_for_each_trigger_and_is_changed_by_its_id(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    answer = await client.views_open(trigger_id="1.2", view=MODAL)
    assert await code(client.views_open(trigger_id="1.2", view=MODAL)) == "exchanged_trigger_id"
    id_ = answer["view"]["id"]
    await client.views_update(view_id=id_, view={**MODAL, "title": text(9)})
    assert slack.views[id_]["title"] == text(9)
    assert await code(client.views_update(view_id="V99", view=MODAL)) == "not_found"


async def test_views_that_break_a_limit_are_refused_and_remembered(slack: FakeSlack, client: AsyncWebClient) -> None:
    for wrong in ({**MODAL, "title": text(25)}, {**MODAL, "blocks": [HEADER] * 101}, TAB):
        assert await code(client.views_open(trigger_id=str(wrong), view=wrong)) == "invalid_arguments"
    assert await code(client.views_publish(user_id="U1", view=MODAL)) == "invalid_arguments"
    assert len(slack.over_limit) == 4
    slack.over_limit.clear()


async def test_a_home_tab_is_its_readers_own(slack: FakeSlack, client: AsyncWebClient) -> None:
    for person in ("U1", "U2", "U1"):
        await client.views_publish(user_id=person, view=TAB)
    assert set(slack.homes) == {"U1", "U2"}
    assert slack.views == {}


async def test_groups_have_members_and_handles(slack: FakeSlack, client: AsyncWebClient) -> None:
    group = slack.add_group("noc", "U2", "U1")
    assert (await client.usergroups_list())["usergroups"][0]["handle"] == "noc"
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == ["U1", "U2"]
    assert await code(client.usergroups_users_list(usergroup="S9")) == "no_such_subteam"


async def test_members_come_by_pages_and_of_channels_that_the_bot_can_see() -> None:
    async with FakeSlack(page=2) as slack:
        client, channel = slack.client(), slack.add_channel("noc")
        other = slack.add_channel("other", is_private=True, is_member=False)
        slack.join("noc", "U1", "U2", "U3")
        first = await client.conversations_members(channel=channel.id)
        assert first["members"] == ["U1", "U2"]
        cursor = first["response_metadata"]["next_cursor"]
        assert (await client.conversations_members(channel=channel.id, cursor=cursor))["members"] == ["U3"]
        assert await code(client.conversations_members(channel=other.id)) == "channel_not_found"


async def test_a_person_has_a_name_or_is_not_found(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.names["U1"] = "thandi"
    assert (await client.users_info(user="U1"))["user"]["profile"]["display_name"] == "thandi"
    assert await code(client.users_info(user="U2")) == "user_not_found"


async def test_one_message_is_found_by_its_time_where_both_ends_count(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = slack.add_channel("one")
    ts = [slack.post("one")["ts"] for _ in range(3)][1]
    found = await client.conversations_history(channel=channel.id, oldest=ts, latest=ts, inclusive=True)
    assert [one["ts"] for one in found["messages"]] == [ts]
    assert (await client.conversations_history(channel=channel.id, oldest=ts, latest=ts))["messages"] == []
