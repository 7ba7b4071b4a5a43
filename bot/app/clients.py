"""The clients of the usage API, one a workspace, for as long as it is configured as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.altostrat.client import AltostratClient
from bot.rules.model import WorkspaceRule


class Clients(Mapping[str, AltostratClient]):
    """By workspace. `follow` makes them those of another configuration; whoever holds this sees the new ones."""

    def __init__(
        self, make: Callable[[WorkspaceRule], AltostratClient], per_minute: Callable[[WorkspaceRule], int]
    ) -> None:
        self._make = make
        self._per_minute = per_minute
        self._by_name: dict[str, tuple[WorkspaceRule, AltostratClient]] = {}
        self._dropped: list[AltostratClient] = []

    def follow(self, workspaces: Sequence[WorkspaceRule]) -> None:
        """A client, and a budget, belong to a token: they stay where it stays.

        One that is not needed any more is closed with the others at the end: a request of it may be under way.
        """
        before = self._by_name
        self._by_name = {workspace.name: (workspace, self._client(workspace, before)) for workspace in workspaces}
        kept = {id(client) for _, client in self._by_name.values()}
        self._dropped += [client for _, client in before.values() if id(client) not in kept]

    def _client(
        self, workspace: WorkspaceRule, before: Mapping[str, tuple[WorkspaceRule, AltostratClient]]
    ) -> AltostratClient:
        was, client = before.get(workspace.name, (None, None))
        if client is None or was is None or was.token_env != workspace.token_env:
            return self._make(workspace)
        client.budget.per_minute = self._per_minute(workspace)
        return client

    async def close(self) -> None:
        for client in [*self._dropped, *self.values()]:
            await client.close()

    def __getitem__(self, name: str) -> AltostratClient:
        return self._by_name[name][1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)
