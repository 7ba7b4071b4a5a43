"""Pictures as files in Slack: uploaded without a channel, so that nobody sees them but where a message shows them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.slack_errors import ForeignAnswerError, call
from bot.service.ports import Picture

Sleep = Callable[[float], Awaitable[object]]
NAME = "usage.png"
ALT = 1000
"""Characters of a description that Slack takes with an upload."""
WAITS = (0.0, 0.5, 1.0, 1.0, 2.0, 3.0)
"""Seconds before each look at whether Slack has taken a file in: shown before that, it is refused."""
SLACKS = (".slack.com", ".slack-gov.com")


class UploadRefusedError(SlackClientError):
    """The upload's own address did not take the file."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the upload was answered with {status}")


class Files:
    """Needs the scopes files:write and files:read. Raises only what is in `FAILURES`."""

    def __init__(self, client: AsyncWebClient, sleep: Sleep) -> None:
        self._client = client
        self._sleep = sleep

    async def upload(self, picture: Picture) -> str:
        """The file's id. A crash on the way leaves a file that nobody sees, and Slack forgets one that was not
        completed."""
        said = {"filename": NAME, "length": len(picture.png), "alt_txt": picture.alt[:ALT]}
        given = await call(self._client.files_getUploadURLExternal, **said)
        url, file = str(given.get("upload_url") or ""), str(given.get("file_id") or "")
        if not file or not is_slacks(url, self._client.base_url):
            raise ForeignAnswerError
        await self._send(url, picture.png)
        await call(self._client.files_completeUploadExternal, files=[{"id": file, "title": NAME}])
        return file

    async def is_ready(self, file: str) -> bool:
        """Whether a message can show it, waited for for some seconds."""
        for wait in WAITS:
            await self._sleep(wait)
            found = (await call(self._client.files_info, file=file)).get("file")
            if isinstance(found, dict) and found.get("mimetype"):
                return True
        return False

    async def _send(self, url: str, png: bytes) -> None:
        """The address is a secret by itself: the token does not go along."""
        client = self._client
        async with (
            self._session() as session,
            session.post(url, data=png, allow_redirects=False, proxy=client.proxy, ssl=client.ssl or True) as answer,
        ):
            if answer.status != 200:
                raise UploadRefusedError(answer.status)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[ClientSession]:
        current = self._client.session
        if current is not None and not current.closed:
            yield current
            return
        async with ClientSession(timeout=ClientTimeout(total=self._client.timeout)) as session:
            yield session


def is_slacks(url: str, api: str) -> bool:
    """Whether an address to upload to is at the API's own origin, or Slack's: pictures name sites, and go nowhere
    else."""
    try:
        theirs, ours = urlsplit(url), urlsplit(api)
        if (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc):
            return True
        return theirs.scheme == "https" and theirs.username is None and (theirs.hostname or "").endswith(SLACKS)
    except ValueError:
        return False
