"""What every mail must be on the wire (RFC 5322, 2045, 2046), whatever it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default

LONGEST_LINE = 998
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version")
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_SHOWN = re.compile(r'src="cid:([^"]+)"')
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9._-]+>")


def faults(source: bytes) -> list[str]:
    """What is wrong with it, in words."""
    return [*_lines(source), *_headers(message_from_bytes(source, policy=default)), *_parts(source)]


def _lines(source: bytes) -> Iterator[str]:
    if _BARE.search(source):
        yield "a line ends in a bare CR or LF"
    if not source.isascii():
        yield "it is not 7-bit"
    if b"\0" in source:
        yield "it holds NUL"
    longest = max(map(len, source.split(b"\r\n")))
    if longest > LONGEST_LINE:
        yield f"a line of {longest} characters"


def _headers(mail: EmailMessage) -> Iterator[str]:
    for name in ONCE:
        if len(mail.get_all(name, [])) != 1:
            yield f"{name} is there {len(mail.get_all(name, []))} times"
    for name, value in mail.items():
        yield from (f"{name}: {defect!r}" for defect in value.defects)
        if not value.strip():
            yield f"{name} is empty"
    for name in ("Message-ID", "In-Reply-To", "References"):
        if name in mail and not _MESSAGE_ID.fullmatch(mail[name]):
            yield f"{name} is {mail[name]!r}"
    if "Date" in mail and getattr(mail["Date"].datetime, "tzinfo", None) is None:
        yield "Date names no zone"


def _parts(source: bytes) -> Iterator[str]:
    mail = message_from_bytes(source, policy=default)
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    if (mail.get_content_type(), kinds[:1]) != ("multipart/alternative", ["text/plain"]) or len(kinds) != 2:
        yield f"{mail.get_content_type()} of {kinds}"
    yield from _page(list(mail.iter_parts())[-1])
    for part in mail.walk():
        yield from (f"{part.get_content_type()}: {defect!r}" for defect in part.defects)
        encoding = str(part.get("Content-Transfer-Encoding", "7bit")).lower()
        if encoding not in {"7bit", "quoted-printable", "base64"}:
            yield f"{part.get_content_type()} is {encoding}"
        if part.get_content_maintype() == "text":
            yield from _text(part)


def _page(part: MIMEPart) -> Iterator[str]:
    """HTML alone, or with the pictures that it shows."""
    kinds = [one.get_content_type() for one in part.iter_parts()] if part.is_multipart() else ["text/html"]
    if part.get_content_type() not in {"text/html", "multipart/related"} or kinds[0] != "text/html":
        yield f"the page is {part.get_content_type()} of {kinds}"
        return
    page = str(next(one for one in part.walk() if one.get_content_type() == "text/html").get_content())
    pictures = [str(one["Content-ID"]) for one in part.walk() if one.get_content_maintype() == "image"]
    if sorted(_SHOWN.findall(page)) != sorted(one.strip("<>") for one in pictures) or kinds[1:] != ["image/png"] * len(
        pictures
    ):
        yield f"the page shows {_SHOWN.findall(page)}, and has {pictures}"


def _text(part: EmailMessage) -> Iterator[str]:
    if part.get_content_charset() != "utf-8":
        yield f"{part.get_content_type()} is {part.get_content_charset()}"
    if not str(part.get_content()).strip():
        yield f"{part.get_content_type()} is empty"
