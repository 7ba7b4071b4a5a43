"""A rules file as a whole."""

from __future__ import annotations

from bot.rules.schema import values as v
from bot.rules.schema.fleet import RECEIVER, SITE, WORKSPACE
from bot.rules.schema.rule import RULE
from bot.rules.schema.telling import FLAPPING, MUTE_TIMING, REPORT, ROUTE, receivers

DRAFT = "https://json-schema.org/draft/2020-12/schema"

VERSION: v.Schema = {"const": 1, "description": "The version of the rule language."}

KEYS = {
    "version": VERSION,
    "defaults": {
        **v.table(
            "What holds where nothing else is said; in one of the files.",
            {
                "timezone": v.zone("Of a site that names none."),
                "receivers": receivers("Of a rule or route that names none."),
                "flapping": FLAPPING,
            },
        ),
        "minProperties": 0,
    },
    "workspaces": v.several("The Altostrat accounts; one called `default` unless given.", WORKSPACE, least=0),
    "sites": v.several("Sites beyond those that the API lists, or what is different of them.", SITE, least=0),
    "sites_file": v.name("A CSV file beside this one with the same columns, for hundreds of sites."),
    "operators": receivers("Who hears about the bot itself; `defaults.receivers` unless given."),
    "receivers": v.named("Named destinations.", RECEIVER),
    "mute_timings": v.named("Named, recurring times of quiet.", MUTE_TIMING),
    "routes": v.several("Who is told of what; the first that matches.", ROUTE, least=0, unique=False),
    "reports": v.several("Digests.", REPORT, least=0),
    "rules": v.several("What is watched.", RULE, least=0),
}


def folder_schema() -> v.Schema:
    """Of each `*.yaml` file of a rules folder."""
    return {
        "$schema": DRAFT,
        "title": "usagebot rules",
        **v.table("One file of a rules folder; all of them together are one configuration.", KEYS, "version"),
    }
