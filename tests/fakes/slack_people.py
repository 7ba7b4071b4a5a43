"""People of a fake Slack workspace, their groups and channels, and the views that were shown to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes.slack_views import view_refusal
from tests.fakes.slack_workspace import FakeWorkspace, JsonObject, SlackRefusalError


@dataclass
class FakeGroup:
    id: str
    handle: str
    members: set[str] = field(default_factory=set)


class FakePeople(FakeWorkspace):
    """A workspace with people. `homes` are their Home tabs, by person; `views` all other views by id, as they are now;
    `spent` are triggers that were used or are too old."""

    def __init__(self, page: int = 100) -> None:
        super().__init__(page)
        self.homes: dict[str, JsonObject] = {}
        self.views: dict[str, JsonObject] = {}
        self.spent: set[str] = set()
        self.names: dict[str, str] = {}
        self._groups: dict[str, FakeGroup] = {}
        self._members: dict[str, list[str]] = {}
        self.methods |= {
            "conversations.members": self._members_of,
            "usergroups.list": lambda _: {"usergroups": [_group(one) for one in self._groups.values()]},
            "usergroups.users.list": self._group_members,
            "users.info": self._person,
            "views.open": self._open,
            "views.publish": self._publish,
            "views.update": self._show,
        }

    # --- for tests ------------------------------------------------------------------------------------

    def add_group(self, handle: str, *members: str) -> FakeGroup:
        group = FakeGroup(f"S{len(self._groups) + 1:09}", handle, set(members))
        self._groups[group.id] = group
        return group

    def join(self, channel: str, *people: str) -> None:
        self._members.setdefault(self.channel(channel).id, []).extend(people)

    def leave(self, channel: str, person: str) -> None:
        self._members[self.channel(channel).id].remove(person)

    # --- methods --------------------------------------------------------------------------------------

    def _members_of(self, arguments: JsonObject) -> JsonObject:
        channel = self._readable(arguments["channel"])
        return self._paged_texts("members", self._members.get(channel.id, []), arguments)

    def _paged_texts(self, name: str, texts: list[str], arguments: JsonObject) -> JsonObject:
        found = self._paged("items", [{"one": text} for text in texts], arguments)
        return {name: [one["one"] for one in found["items"]], "response_metadata": found["response_metadata"]}

    def _group_members(self, arguments: JsonObject) -> JsonObject:
        group = self._groups.get(arguments["usergroup"])
        if group is None:
            raise SlackRefusalError("no_such_subteam")
        return {"users": sorted(group.members)}

    def _person(self, arguments: JsonObject) -> JsonObject:
        id_ = arguments["user"]
        if id_ not in self.names:
            raise SlackRefusalError("user_not_found")
        return {"user": {"id": id_, "name": self.names[id_], "profile": {"display_name": self.names[id_]}}}

    def _open(self, arguments: JsonObject) -> JsonObject:
        trigger = arguments["trigger_id"]
        if trigger in self.spent:
            raise SlackRefusalError("exchanged_trigger_id")
        self.spent.add(trigger)
        return self._kept(f"V{len(self.views) + 1}", arguments["view"], "modal")

    def _show(self, arguments: JsonObject) -> JsonObject:
        if arguments["view_id"] not in self.views:
            raise SlackRefusalError("not_found")
        return self._kept(arguments["view_id"], arguments["view"], "modal")

    def _publish(self, arguments: JsonObject) -> JsonObject:
        found = self._kept("H" + arguments["user_id"], arguments["view"], "home")
        self.homes[arguments["user_id"]] = self.views.pop(found["view"]["id"])
        return found

    def _kept(self, id_: str, view: JsonObject, kind: str) -> JsonObject:
        refused = view_refusal(view) if view.get("type") == kind else f"a view of type {view.get('type')!r}"
        if refused is not None:
            self.over_limit.append(("invalid_arguments", refused))
            raise SlackRefusalError("invalid_arguments", refused)
        self.views[id_] = view
        return {"view": {"id": id_, **view}}


def _group(group: FakeGroup) -> JsonObject:
    return {"id": group.id, "handle": group.handle, "users": sorted(group.members)}
