"""The state of a fake Slack workspace and what its API's methods do to it. No HTTP: that is `tests.fakes.slack`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.slack_files import FakeFiles
from tests.fakes.slack_limits import TEXT, TOGETHER, UPDATED_TEXT, refusal
from tests.fakes.slack_view import seen

BOT = "B0USAGEBOT"
JsonObject = dict[str, Any]
Method = Callable[[JsonObject], JsonObject]


class SlackRefusalError(Exception):
    """An answer with `ok: false`: its code, then details."""


@dataclass
class FakeChannel:
    id: str
    name: str
    is_member: bool = True
    is_archived: bool = False
    is_private: bool = False
    messages: list[JsonObject] = field(default_factory=list)


class FakeWorkspace:
    """Channels and their messages. `now` is its clock, moved by hand; `ephemerals` what only one user saw;
    `over_limit` the code and detail of every message that broke a limit; `files` what was uploaded; `methods` can be
    given more methods, each from arguments to the fields of the answer."""

    def __init__(self, page: int = 100) -> None:
        self.now = datetime(2025, 11, 20, 12, 10, tzinfo=UTC)
        self.ephemerals: list[JsonObject] = []
        self.over_limit: list[tuple[str, str]] = []
        self.files = FakeFiles()
        self.methods: dict[str, Method] = {
            "auth.test": self._auth_test,
            "chat.delete": self._delete,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.postMessage": self._post_message,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.info": self._info,
            "conversations.list": self._list,
            "conversations.replies": self._replies,
            "files.completeUploadExternal": lambda arguments: _granted(self.files.finish(arguments)),
            "files.getUploadURLExternal": lambda arguments: _granted(self.files.upload_url(arguments)),
            "files.info": lambda arguments: _granted(self.files.info(arguments)),
        }
        self._page = page
        self._channels: dict[str, FakeChannel] = {}
        self._posted = 0

    # --- for tests ------------------------------------------------------------------------------------

    def add_channel(
        self, name: str, *, is_member: bool = True, is_archived: bool = False, is_private: bool = False
    ) -> FakeChannel:
        channel = FakeChannel(f"C{len(self._channels) + 1:09}", name, is_member, is_archived, is_private)
        self._channels[channel.id] = channel
        return channel

    def channel(self, name: str) -> FakeChannel:
        """By name, with or without its #, or by id. Raises SlackRefusalError where there is none."""
        for channel in self._channels.values():
            if channel.id == name or channel.name == name.lstrip("#"):
                return channel
        raise SlackRefusalError("channel_not_found")

    def messages(self, channel: str) -> list[JsonObject]:
        """What stands in the channel itself: messages and broadcast replies, the oldest first."""
        return [one for one in self.channel(channel).messages if _is_in_channel(one)]

    def visible(self, channel: str) -> list[str]:
        """`messages`, as people see them."""
        return [seen(one) for one in self.messages(channel)]

    def thread(self, channel: str, ts: str | None = None) -> list[JsonObject]:
        """The replies to a message; to the channel's only one that is no reply, where none is named."""
        if ts is None:
            (ts,) = [one["ts"] for one in self.channel(channel).messages if "thread_ts" not in one]
        return [one for one in self.channel(channel).messages if one.get("thread_ts") == ts]

    def delete(self, channel: str, ts: str) -> None:
        """Somebody deletes a message."""
        messages = self.channel(channel).messages
        messages[:] = [one for one in messages if one["ts"] != ts]

    def post(self, channel: str, *, bot: str = "B0STRANGER", **fields: Any) -> JsonObject:
        """Somebody else posts a message."""
        return self._store(self.channel(channel), {"text": "", **fields}, bot)

    # --- methods --------------------------------------------------------------------------------------

    def _auth_test(self, arguments: JsonObject) -> JsonObject:
        return {"bot_id": BOT, "user_id": "U0USAGEBOT", "user": "usagebot", "team": "Fake", "team_id": "T0FAKE"}

    def _post_message(self, arguments: JsonObject) -> JsonObject:
        channel = self._writable(arguments["channel"])
        self._check(arguments)
        parent = arguments.get("thread_ts")
        if parent is not None:
            self._find(channel, parent, missing="thread_not_found")
        message = self._store(channel, arguments, BOT)
        return {"channel": channel.id, "ts": message["ts"], "message": message}

    def _post_ephemeral(self, arguments: JsonObject) -> JsonObject:
        self._writable(arguments["channel"])
        if not arguments.get("user"):
            raise SlackRefusalError("user_not_in_channel")
        self._check(arguments)
        self.ephemerals.append(arguments)
        return {"message_ts": self._next_ts()}

    def _update(self, arguments: JsonObject) -> JsonObject:
        channel = self._readable(arguments["channel"])
        message = self._own(channel, arguments["ts"], "cant_update_message")
        self._check(arguments, UPDATED_TEXT)
        # A text without blocks takes the blocks away; attachments and metadata stay unless they are named.
        changed: JsonObject = {
            key: arguments[key] for key in ("text", "blocks", "attachments", "metadata") if key in arguments
        }
        if "text" in arguments and "blocks" not in arguments:
            message.pop("blocks", None)
        message.update(changed)
        return {"channel": channel.id, "ts": message["ts"], "text": message["text"]}

    def _delete(self, arguments: JsonObject) -> JsonObject:
        channel = self._readable(arguments["channel"])
        message = self._own(channel, arguments["ts"], "cant_delete_message")
        channel.messages.remove(message)
        return {"channel": channel.id, "ts": arguments["ts"]}

    def _history(self, arguments: JsonObject) -> JsonObject:
        channel = self._readable(arguments["channel"])
        newest_first = [one for one in reversed(channel.messages) if _is_in_channel(one)]
        return self._paged("messages", [one for one in newest_first if _is_between(one, arguments)], arguments)

    def _replies(self, arguments: JsonObject) -> JsonObject:
        channel = self._readable(arguments["channel"])
        parent = self._find(channel, arguments["ts"], missing="thread_not_found")
        replies = [one for one in channel.messages if one.get("thread_ts") == parent["ts"]]
        return self._paged("messages", [parent, *(one for one in replies if _is_between(one, arguments))], arguments)

    def _list(self, arguments: JsonObject) -> JsonObject:
        kinds = str(arguments.get("types") or "public_channel").split(",")
        visible = [
            _described(one)
            for one in self._channels.values()
            if ("private_channel" if one.is_private else "public_channel") in kinds
            and (one.is_member or not one.is_private)
        ]
        return self._paged("channels", visible, arguments)

    def _info(self, arguments: JsonObject) -> JsonObject:
        channel = self._by_id(arguments["channel"])
        return {"channel": _described(channel)}

    # --- parts ----------------------------------------------------------------------------------------

    def _writable(self, name: str) -> FakeChannel:
        channel = self.channel(name)
        if channel.is_archived:
            raise SlackRefusalError("is_archived")
        return self._entered(channel)

    def _readable(self, name: str) -> FakeChannel:
        return self._entered(self._by_id(name))

    def _by_id(self, name: str) -> FakeChannel:
        """Reading and updating take ids only."""
        if name not in self._channels:
            raise SlackRefusalError("channel_not_found")
        return self._channels[name]

    def _entered(self, channel: FakeChannel) -> FakeChannel:
        if not channel.is_member:
            raise SlackRefusalError("channel_not_found" if channel.is_private else "not_in_channel")
        return channel

    def _find(self, channel: FakeChannel, ts: str, missing: str) -> JsonObject:
        for message in channel.messages:
            if message["ts"] == ts:
                return message
        raise SlackRefusalError(missing)

    def _own(self, channel: FakeChannel, ts: str, otherwise: str) -> JsonObject:
        message = self._find(channel, ts, missing="message_not_found")
        if message["bot_id"] != BOT:
            raise SlackRefusalError(otherwise)
        return message

    def _store(self, channel: FakeChannel, arguments: JsonObject, bot: str) -> JsonObject:
        kept = ("text", "blocks", "attachments", "metadata", "thread_ts")
        message = {"ts": self._next_ts(), "bot_id": bot, **{key: arguments[key] for key in kept if key in arguments}}
        if message.get("thread_ts") is not None and arguments.get("reply_broadcast"):
            message["subtype"] = "thread_broadcast"
        channel.messages.append(message)
        return message

    def _check(self, arguments: JsonObject, text_limit: int = TEXT) -> None:
        refused = refusal(arguments, text_limit=text_limit, together=TOGETHER)
        if refused is not None:
            self.over_limit.append(refused)
            raise SlackRefusalError(*refused)
        if problem := self.files.problem(arguments):
            raise SlackRefusalError("invalid_blocks", problem)

    def _next_ts(self) -> str:
        self._posted += 1
        return f"{int(self.now.timestamp())}.{self._posted:06}"

    def _paged(self, name: str, items: list[JsonObject], arguments: JsonObject) -> JsonObject:
        start, limit = int(arguments.get("cursor") or 0), min(int(arguments.get("limit") or 100), self._page)
        hidden = set() if str(arguments.get("include_all_metadata")) in {"1", "True", "true"} else {"metadata"}
        page = [{key: value for key, value in one.items() if key not in hidden} for one in items[start : start + limit]]
        cursor = str(start + limit) if start + limit < len(items) else ""
        return {name: page, "response_metadata": {"next_cursor": cursor}}


def _granted(answer: JsonObject | str) -> JsonObject:
    """Raises SlackRefusalError of an answer that is a code."""
    if isinstance(answer, str):
        raise SlackRefusalError(answer)
    return answer


def _described(channel: FakeChannel) -> JsonObject:
    flags = {"is_private": channel.is_private, "is_archived": channel.is_archived, "is_member": channel.is_member}
    return {"id": channel.id, "name": channel.name, **flags}


def _is_in_channel(message: JsonObject) -> bool:
    return "thread_ts" not in message or message.get("subtype") == "thread_broadcast"


def _is_between(message: JsonObject, arguments: JsonObject) -> bool:
    """Both ends are exclusive, unless told otherwise."""
    if str(arguments.get("inclusive")) in {"1", "True", "true"} and message["ts"] in {
        arguments.get("oldest"),
        arguments.get("latest"),
    }:
        return True
    return float(arguments.get("oldest") or 0) < float(message["ts"]) < float(arguments.get("latest") or "inf")
