"""`usagebot check`: are the rules right?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.app.start import CannotStartError
from bot.cli.exits import Exit
from bot.cli.setup import settings, settings_if_right
from bot.cli.terminal import TERMINAL
from bot.rules.check import TABLE, Parsed, parse
from bot.rules.model import Configuration
from bot.rules.problems import did_you_mean
from bot.rules.remarks import MEANS, Means, Remark, early_warnings
from bot.service.fleet import NotFound
from bot.service.rule_files import read_rules, shown
from bot.service.where_told import find_site, where_told
from bot.settings import Settings

NO_SITES = b"id\n"
RulesOption = Annotated[Path | None, typer.Option("--rules", help="A folder or a file; RULES_PATH unless given.")]


def parsed_rules(path: Path, *, but_empty: bool = False) -> Parsed:
    """The rules at `path`, with problems that name files as they are opened. Raises UnreadableRulesError.

    `but_empty` passes over files without a byte, such as one that the shell has just made for our own output.
    """
    texts = read_rules(path)
    if but_empty:
        texts = [(file, content or NO_SITES) for file, content in texts if content or file.endswith(TABLE)]
    parsed = parse(texts)
    problems = tuple(replace(problem, file=shown(path, problem.file)) for problem in parsed.problems)
    return replace(parsed, problems=problems)


def rules_or_exit(path: Path, *, but_empty: bool = False) -> Configuration:
    """The configuration at `path`. Raises CannotStartError with every error, UnreadableRulesError."""
    parsed = parsed_rules(path, but_empty=but_empty)
    if parsed.configuration is None:
        raise CannotStartError(problem for problem in parsed.problems if problem.severity == "error")
    return parsed.configuration


RoutesOption = Annotated[
    tuple[str, str] | None,
    typer.Option("--routes", metavar="SITE RULE", help="Say too who is told of this rule there."),
]


def check(rules: RulesOption = None, routes: RoutesOption = None) -> None:
    """Check the rules and print every problem as file:line:column: message. Exit 1 if there is an error."""
    if rules is None:
        loaded = settings()
        configuration = _check(loaded.rules_path, loaded)
    else:
        configuration = _check(rules, settings_if_right())
    if routes is not None:
        _say_routes(configuration, *routes)


def _check(path: Path, loaded: Settings | None) -> Configuration:
    parsed = parsed_rules(path)
    for problem in parsed.problems:
        TERMINAL.say(str(problem))
    if parsed.configuration is None:
        raise typer.Exit(Exit.NO)
    for remark in early_warnings(parsed.configuration, _means(loaded)):
        TERMINAL.say(f"{_place(path, parsed, remark)}: warning: {remark}")
    TERMINAL.say(_summary(path, parsed.configuration))
    return parsed.configuration


def _say_routes(configuration: Configuration, site_name: str, rule_name: str) -> None:
    """Who would be told; exit 1 where there is no such rule, or the name means several sites."""
    rule, found = configuration.rule(rule_name), find_site(configuration, site_name)
    if rule is None:
        TERMINAL.complain([f"there is no rule {rule_name!r}{_or(did_you_mean(rule_name, _names(configuration)))}"])
        raise typer.Exit(Exit.NO)
    if isinstance(found, NotFound):
        TERMINAL.complain([f"{site_name!r} means several sites: {', '.join(found.suggestions)}"])
        raise typer.Exit(Exit.NO)
    site, is_known = found
    if not is_known:
        TERMINAL.complain([f"note: the rules name no site {site_name!r}; its tags are not known here"], style="yellow")
    elif not rule.sites.matches(site):
        TERMINAL.complain([f"note: rule {rule_name!r} does not watch {site.full_name}"], style="yellow")
    for line in where_told(configuration, rule, site):
        TERMINAL.say(line)


def _names(configuration: Configuration) -> list[str]:
    return [rule.name for rule in configuration.rules]


def _or(guess: str | None) -> str:
    return f" — did you mean {guess!r}?" if guess is not None else ""


def _means(loaded: Settings | None) -> Means:
    if loaded is None:
        return MEANS
    return Means(loaded.altostrat_requests_per_minute, timedelta(minutes=loaded.altostrat_bucket_minutes))


def _place(path: Path, parsed: Parsed, remark: Remark) -> str:
    place = parsed.places.get(remark.rule or "") or parsed.sites.get(remark.site or "")
    return str(place._replace(file=shown(path, place.file)) if place is not None else path)


def _summary(path: Path, configuration: Configuration) -> str:
    counted = (("rule", configuration.rules), ("receiver", configuration.receivers), ("site", configuration.sites))
    counts = ", ".join(f"{len(things)} {word}{'s' * (len(things) != 1)}" for word, things in counted)
    return f"{path}: no errors ({counts})"
