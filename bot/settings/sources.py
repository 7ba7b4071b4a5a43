"""Where settings come from: the environment, `.env` in the working directory, and files named by `NAME_FILE`."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from io import StringIO
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from dotenv.parser import parse_stream

from bot.settings.forms import api_token, secret_url, signing_keys
from bot.settings.problems import MissingSettingError, SettingProblem, WrongSettingError

LARGEST_SECRET = 64 * 1024
LARGEST_DOTENV = 1024 * 1024

T = TypeVar("T")


def process_environment() -> Mapping[str, str]:
    """The one place where the environment is read."""
    return os.environ  # noqa: TID251 - the edge that the ban protects


def _text_of(path: Path, limit: int) -> str:
    """The text of a small file. WrongSettingError says why not; the file's content is in no message."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except ValueError:  # a character that no path has
        raise WrongSettingError(f"{str(path)!r} is no path", "Correct the path") from None
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise WrongSettingError(
            f"{path} cannot be read: {why}", "Correct the path, or make the file readable"
        ) from None
    if len(content) > limit:
        raise WrongSettingError(f"{path} is longer than {limit // 1024} KiB", "Name the right file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongSettingError(f"{path} is not UTF-8 text", "Save it as UTF-8") from None


def _secret_in(path: Path) -> str:
    text = _text_of(path, LARGEST_SECRET).strip()
    if not text:
        raise WrongSettingError(f"{path} is empty", "Put the secret into it, alone")
    return text


def _passwords_in(url: str) -> list[str]:
    """Of the user, of a private key, and whatever else the options of an address may hold."""
    parts = urlsplit(url)
    return [
        text
        for text in (parts.password, *(value for name, value in parse_qsl(parts.query) if "password" in name))
        if text
    ]


class Sources:
    """Reads settings by name. The environment goes before `.env`; a blank value counts as not given."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ = environ
        self._folder = folder
        self._seen: set[str] = set()

    def __repr__(self) -> str:
        return f"Sources({str(self._folder)!r})"

    @property
    def secrets_seen(self) -> frozenset[str]:
        return frozenset(self._seen)

    def learn(self, secret: str) -> None:
        """Remember a secret, so that it can be masked for as long as the process lives.

        Of a URL only the password is one: masking `sqlite:///usage.db` would hide where the history is.
        """
        if "://" not in secret:
            self._seen.add(secret)
            return
        try:
            passwords = _passwords_in(secret)
        except ValueError:
            passwords = [secret]
        for password in passwords:
            self._seen.update({secret, password, unquote(password)})

    def dotenv(self) -> tuple[dict[str, str], list[SettingProblem]]:
        """What `.env` says, and what is wrong with it. No file is no problem, and `$` means nothing in it."""
        path = self._folder / ".env"
        if not path.exists():
            return {}, []
        try:
            text = _text_of(path, LARGEST_DOTENV)
        except WrongSettingError as wrong:
            return {}, [wrong.of(".env")]
        bindings = list(parse_stream(StringIO(text)))
        problems = [
            SettingProblem(".env", f"line {b.original.line} cannot be read", "Write each line like NAME=value")
            for b in bindings
            if b.error
        ]
        return {b.key: b.value for b in bindings if b.key and b.value}, problems

    def given(self) -> dict[str, str]:
        """Every value that is not blank, as written, `NAME_FILE` unread."""
        merged = {**self.dotenv()[0], **{k: v for k, v in self._environ.items() if v.strip()}}
        return {name: value.strip() for name, value in merged.items() if value.strip()}

    def secret(self, name: str, given: Mapping[str, str]) -> str | None:
        """The secret `name`, from its value or its file; None if neither is given. Raises WrongSettingError."""
        value, file = given.get(name), given.get(f"{name}_FILE")
        if value and file:
            raise WrongSettingError(f"both {name} and {name}_FILE are set", "Keep one of the two")
        if file:
            value = _secret_in(self._folder / file)
        if value:
            self.learn(value)
        return value

    def secret_files(self, names: Collection[str]) -> dict[str, Path]:
        """`NAME_FILE` → the file, of those secrets that are given as one; and `.env`, where it holds one."""
        given, ours = self.given(), self.dotenv()[0]
        files = {f"{name}_FILE": self._folder / given[f"{name}_FILE"] for name in names if f"{name}_FILE" in given}
        dotenv = self._folder / ".env"
        return {**({".env": dotenv} if any(name in ours for name in names) else {}), **files}

    def token(self, name: str) -> str:
        """The API token called `name`, read anew. Raises MissingSettingError."""
        return self._anew(name, api_token, "token").get_secret_value()

    def url(self, name: str) -> str:
        """The secret URL called `name`, read anew. Raises MissingSettingError."""
        url = self._anew(name, secret_url, "URL")
        self._seen.update({url, *(part for part in (urlsplit(url).path, urlsplit(url).query) if len(part) > 1)})
        return url

    def keys(self, name: str) -> tuple[bytes, ...]:
        """What the setting `name` has webhooks signed with, read anew. Raises MissingSettingError."""
        return self._anew(name, self._learned_keys, "secret")

    def url_problem(self, name: str) -> SettingProblem | None:
        """Why the URL called `name` cannot be had now; None if it can."""
        return _problem(self.url, name)

    def keys_problem(self, name: str) -> SettingProblem | None:
        """Why the keys called `name` cannot be had now; None if they can."""
        return _problem(self.keys, name)

    def token_problem(self, name: str) -> SettingProblem | None:
        """Why the token called `name` cannot be had now; None if it can."""
        return _problem(self.token, name)

    def _learned_keys(self, text: str) -> tuple[bytes, ...]:
        self._seen.update(text.split())  # masked one by one too
        return signing_keys(text)

    def _anew(self, name: str, decode: Callable[[str], T], what: str) -> T:
        """What `decode` makes of a secret as it is now. Raises MissingSettingError."""
        try:
            text = self.secret(name, self.given())
            if text is not None:
                return decode(text)
        except WrongSettingError as wrong:
            raise MissingSettingError(wrong.of(name)) from None
        remedy = f"Set {name}, or {name}_FILE to a file that holds the {what}"
        raise MissingSettingError(SettingProblem(name, "it is not set", remedy))


def _problem(read: Callable[[str], object], name: str) -> SettingProblem | None:
    try:
        read(name)
    except MissingSettingError as missing:
        return missing.problem
    return None
