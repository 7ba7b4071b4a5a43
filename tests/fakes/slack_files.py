"""Files of a fake Slack workspace: asked for, uploaded, completed, and after a while fit to be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]


@dataclass
class FakeFile:
    """`content` is None until it is uploaded. Once `is_complete`, so many more looks show no mimetype yet."""

    id: str
    name: str
    length: int
    alt: str
    content: bytes | None = None
    is_complete: bool = False
    looks_left: int = 0
    channels: str = ""

    @property
    def is_ready(self) -> bool:
        return self.is_complete and self.looks_left == 0


class FakeFiles:
    """`slow_for` is how many looks each new file takes to be ready; `host` is put before the paths of uploads."""

    def __init__(self) -> None:
        self.slow_for = 0
        self.host = ""
        self.all: dict[str, FakeFile] = {}

    @property
    def complete(self) -> list[FakeFile]:
        return [one for one in self.all.values() if one.is_complete]

    # --- methods: each returns the fields of the answer, or the code of a refusal ---------------------

    def upload_url(self, arguments: JsonObject) -> JsonObject | str:
        length = int(arguments.get("length") or 0)
        if not arguments.get("filename") or length < 1:
            return "invalid_arguments"
        file = FakeFile(f"F{len(self.all) + 1:09}", str(arguments["filename"]), length, str(arguments.get("alt_txt")))
        self.all[file.id] = file
        return {"upload_url": f"{self.host}/upload/v1/{file.id}", "file_id": file.id}

    def take(self, file: str, content: bytes) -> int:
        """The status with which an upload is answered."""
        found = self.all.get(file)
        if found is None or found.content is not None or len(content) != found.length:
            return 400
        found.content = content
        return 200

    def finish(self, arguments: JsonObject) -> JsonObject | str:
        named = [self.all.get(one["id"]) for one in arguments.get("files") or []]
        found = [one for one in named if one is not None and one.content is not None]
        if not named or len(found) < len(named):
            return "file_not_found"
        for one in found:
            one.is_complete, one.looks_left = True, self.slow_for
            one.channels = str(arguments.get("channel_id") or arguments.get("channels") or "")
        return {"files": [{"id": one.id, "title": one.name} for one in found]}

    def info(self, arguments: JsonObject) -> JsonObject | str:
        file = self.all.get(str(arguments.get("file")))
        if file is None or not file.is_complete:
            return "file_not_found"
        mimetype = "image/png" if file.is_ready else ""
        file.looks_left = max(0, file.looks_left - 1)
        return {"file": {"id": file.id, "name": file.name, "mimetype": mimetype, "alt_txt": file.alt}}

    def problem(self, message: JsonObject) -> str:
        """Why a message that shows files is refused; "" where it is not."""
        unfit = (one for one in _shown(message) if one not in self.all or not self.all[one].is_ready)
        return next((f"invalid slack file {one}" for one in unfit), "")


def _shown(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("slack_file"), Mapping):
            yield str(value["slack_file"].get("id"))
        for inner in value.values():
            yield from _shown(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _shown(inner)
