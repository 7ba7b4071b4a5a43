"""Mails as files, for trying things out without a mail server."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.notify.mail import build
from bot.notify.mail_picture import picture_of
from bot.service.ports import Delivered, Outcome, Pictures, Rejected, TryAgain
from bot.service.views import Notification


class EmlFolder:
    """A Notifier that writes each mail into a folder, as `GROUP-NOTIFICATION.eml`, which mail programs open."""

    def __init__(self, folder: Path, sender: str = "usagebot@example.com", pictures: Pictures | None = None) -> None:
        self._folder = folder
        self._sender = sender
        self._pictures = pictures

    async def deliver(self, notification: Notification) -> Outcome:
        if not notification.loud:
            return Delivered(notification.ref)
        try:
            mail = build(notification, self._sender, await picture_of(self._pictures, notification))
            await asyncio.to_thread(self._write, file_name(notification), mail.message.as_bytes())
        except ValueError as problem:
            return Rejected(str(problem))
        except OSError as failure:
            return TryAgain(f"cannot write into {self._folder} ({failure.strerror or type(failure).__name__})")
        return Delivered(str(mail.thread))

    def _write(self, file: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f".{file}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self._folder / file)


def file_name(notification: Notification) -> str:
    """`"00005-00012.eml"`: sorted by group, then in the order of its mails."""
    return f"{notification.group:05}-{notification.id:05}.eml"
