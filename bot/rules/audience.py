"""Whose usage a digest may show to whom. Pure.

A channel that workspaces list sees those alone, and operators see all. As long as no workspace lists any, there is
nothing to keep apart; then a report to anybody else must name its workspaces: no customer may be sent another's usage
for want of a word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from bot.rules.model import Configuration, Endpoint, Medium
from bot.rules.nodes import Node
from bot.rules.problems import Report as Problems
from bot.rules.problems import shown
from bot.rules.selectors import glob_matches
from bot.rules.telling import Report


def bound_to(configuration: Configuration, endpoints: Iterable[Endpoint]) -> frozenset[str]:
    """The workspaces that list the Slack channel of any of these; none where it is not bound."""
    channels = {address for end in endpoints if end.medium is Medium.SLACK for address in end.addresses}
    return frozenset(one.name for one in configuration.workspaces if channels.intersection(one.channels))


def are_kept_apart(configuration: Configuration) -> bool:
    return any(one.channels for one in configuration.workspaces)


def is_operator(configuration: Configuration, receiver: str) -> bool:
    return receiver in (configuration.operators or configuration.default_receivers)


def audience(configuration: Configuration, report: Report, receiver: str, among: Collection[str]) -> frozenset[str]:
    """Those of the workspaces `among` that the receiver is sent of the report; none where nobody said which."""
    globs = report.workspaces
    meant = frozenset(name for name in among if not globs or any(glob_matches(glob, name) for glob in globs))
    if bound := bound_to(configuration, configuration.receivers[receiver].endpoints):
        return meant & bound
    is_said = bool(globs) or not are_kept_apart(configuration) or is_operator(configuration, receiver)
    return meant if is_said else frozenset()


def refuse_unclear(configuration: Configuration, nodes: Iterable[Node], problems: Problems) -> None:
    """Report whom a report would send nothing. `nodes` are the reports', in order."""
    for report, node in zip(configuration.reports, nodes, strict=True):
        for message in _unclear(configuration, report):
            problems.error(node.place, message)


def _unclear(configuration: Configuration, report: Report) -> Iterator[str]:
    names = [one.name for one in configuration.workspaces]
    for receiver in report.receivers:
        if audience(configuration, report, receiver, names):
            continue
        bound = bound_to(configuration, configuration.receivers[receiver].endpoints)
        if bound:
            channel = f"the channel of receiver {shown(receiver)} is bound to {listed(bound)}"
            yield f"{channel}, of which this report says nothing: leave the receiver out, or name it in `workspaces`"
        else:
            remedy = f"say whose usage it is sent, like `workspaces: [{min(names)}]`"
            yield f"workspaces are kept apart, and receiver {shown(receiver)} is the channel of none: {remedy}"


def listed(workspaces: Collection[str]) -> str:
    """`"workspaces 'acme', 'globex'"`."""
    return f"workspace{'s' if len(workspaces) > 1 else ''} {', '.join(map(shown, sorted(workspaces)))}"
