"""What people were shown, when, and whether it is still there: kept by the servers as it happens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

from tests.fakes.slack_view import seen
from tests.fakes.slack_workspace import JsonObject

MESSAGE_ID = re.compile(r"<(\d+)\.(\d+)\.\d+@")


@dataclass
class Shown:
    """One message where one of the viewers looks. `group` and `notification` are what it names itself; `opens` says
    that it is a message of its own and no reply. `gone_at`: deleted then, by the bot or by somebody. `as_of` is the
    notification by which it was last edited."""

    viewer: str
    group: int
    notification: int
    at: datetime
    text: str
    opens: bool = False
    ts: str = ""
    as_of: int = 0
    gone_at: datetime | None = None
    gone_by_bot: bool = False

    def is_there(self, at: datetime) -> bool:
        return self.gone_at is None or self.gone_at > at


@dataclass
class Ledger:
    """Everything that was shown, in order. A mail or a post that comes again with the same key is counted, no more:
    its reader can tell."""

    shown: list[Shown] = field(default_factory=list)
    again: int = 0

    def posted(self, channel: str, message: JsonObject, at: datetime) -> None:
        told = message["metadata"]["event_payload"]
        group, notification, opens = told["group"], told["notification"], message.get("thread_ts") is None
        text = f"{message['text']}\n{seen(message)}"
        self.shown.append(
            Shown(f"#{channel}", group, notification, at, text, opens=opens, ts=message["ts"], as_of=notification)
        )

    def edited(self, ts: str, notification: int) -> None:
        for one in self.shown:
            if one.ts == ts:
                one.as_of = notification

    def deleted(self, ts: str, at: datetime, *, by_bot: bool) -> None:
        for one in self.shown:
            if one.ts == ts and one.gone_at is None:
                one.gone_at, one.gone_by_bot = at, by_bot

    def mailed(self, recipients: tuple[str, ...], mail: EmailMessage, at: datetime) -> None:
        """To each, unless they have that Message-ID already."""
        found = MESSAGE_ID.match(str(mail["Message-ID"]))
        assert found is not None, mail["Message-ID"]
        body = mail.get_body(("plain",))
        assert body is not None
        text = f"{mail['Subject']}\n{body.get_content()}"
        for recipient in recipients:
            self._once(Shown(recipient, int(found[1]), int(found[2]), at, text))

    def hooked(self, key: str, body: bytes, at: datetime) -> None:
        document = json.loads(body)
        assert key == f"usagebot-{document['id']}", key
        text = f"{document['text']}\n{json.dumps([document['alerts'], document['news']])}"
        self._once(Shown("desk", document["message"], document["id"], at, text))

    def _once(self, new: Shown) -> None:
        if any((one.viewer, one.notification) == (new.viewer, new.notification) for one in self.shown):
            self.again += 1
        else:
            self.shown.append(new)

    def of(self, viewer: str, notification: int) -> Iterator[Shown]:
        return (one for one in self.shown if (one.viewer, one.notification) == (viewer, notification))
