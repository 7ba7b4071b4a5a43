"""A notification as an e-mail. The same notification always makes the same mail, its Message-ID included, so that
a mail sent twice can be told for one; later mails of a group refer to its first and carry its subject."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from bot.domain.names import name
from bot.notify.mail_html import Inline, html
from bot.notify.mail_picture import attach
from bot.notify.plain import plain
from bot.notify.todo import doings, plain_doings
from bot.notify.wording import compose
from bot.service.ports import Picture
from bot.service.views import Notification

SUBJECT_LENGTH = 150
_MESSAGE_ID = re.compile(r"<[0-9.]{1,100}@[A-Za-z0-9._-]{1,300}>", re.ASCII)


@dataclass(frozen=True, slots=True)
class Thread:
    """What later mails of a group need of its first."""

    message_id: str
    subject: str

    @classmethod
    def parse(cls, ref: str | None) -> Thread | None:
        """Of a group's ref; None of one that is not ours."""
        try:
            found = json.loads(ref or "null")
            message_id = str(found["message_id"])
            subject = _header(str(found["subject"]), SUBJECT_LENGTH)
            return cls(message_id, subject) if _MESSAGE_ID.fullmatch(message_id) else None
        except (ValueError, KeyError, TypeError):
            return None

    def __str__(self) -> str:
        return json.dumps({"message_id": self.message_id, "subject": self.subject}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is ready to go, and the thread it belongs to."""

    message: EmailMessage
    thread: Thread


def build(notification: Notification, sender: str, picture: Picture | None = None) -> Mail:
    """The mail of a notification, which shows the picture where there is one. Raises ValueError for an address, the
    sender's too, that is none."""
    said = compose(notification)
    author = _address(sender, "usagebot")
    own_id = _message_id(notification, author.domain)
    first = Thread.parse(notification.ref)
    thread = first or Thread(own_id, _header(f"[usage] {said.subject}", SUBJECT_LENGTH))
    message = EmailMessage(policy=SMTP)
    message["From"] = author
    message["To"] = [_address(address) for address in notification.endpoint.addresses]
    message["Subject"] = thread.subject
    message["Date"] = format_datetime(notification.created_at)
    message["Message-ID"] = own_id
    if first is not None:
        message["In-Reply-To"] = message["References"] = first.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["List-Id"] = f"<usagebot.{author.domain}>"
    message["List-Unsubscribe"] = _unsubscribe(author, notification.receiver)
    todo = doings(notification)
    text = "\n\n".join(filter(None, (plain(said), plain_doings(todo))))
    message.set_content(text + "\n", cte="quoted-printable")
    boundary, content_id = f"=_usagebot_{notification.group}_{notification.id}", f"chart.{own_id[1:-1]}"
    shown = Inline(f"cid:{content_id}", picture.alt) if picture is not None else None
    message.add_alternative(html(said, shown, todo), subtype="html", cte="quoted-printable")
    if picture is not None:
        attach(message, picture, content_id, f"{boundary}_chart")
    message.set_boundary(boundary)
    return Mail(message, thread)


def _unsubscribe(author: Address, receiver: str) -> str:
    """A mail to whoever runs the bot: who hears of alerts is written in the rules (RFC 2369)."""
    subject = quote(f"unsubscribe {name(receiver, 60)}", safe="")
    return f"<mailto:{quote(author.addr_spec, safe='@')}?subject={subject}>"


def _message_id(notification: Notification, domain: str) -> str:
    # The time tells installations apart that share a domain: their groups are numbered alike.
    made = int(notification.created_at.timestamp())
    return f"<{notification.group}.{notification.id}.{made}@usagebot.{domain}>"


def _address(text: str, shown: str = "") -> Address:
    try:
        address = Address(shown, addr_spec=text)
    except Exception as problem:  # the parser raises IndexError and its own kinds besides ValueError
        raise ValueError(f"{name(text)!r} is not an e-mail address") from problem
    if not address.domain or not address.addr_spec.isascii():
        raise ValueError(f"{name(text)!r} is not an e-mail address with a domain, in ASCII")
    return address


def _header(text: str, limit: int) -> str:
    """One line, so that no text can become a header of its own."""
    return name(text, limit)
