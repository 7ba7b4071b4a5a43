"""Workspaces, sites and receivers as JSON Schema."""

from __future__ import annotations

from bot.rules.receivers import MEDIA
from bot.rules.schema import values as v

WORKSPACE = v.table(
    "An Altostrat account: one API token, one request budget, its sites.",
    {
        "name": v.name("Unique; without '/', which stands between a workspace and its site."),
        "token_env": v.setting("What holds the account's API token; ALTOSTRAT_TOKEN unless given."),
        "requests_per_minute": v.whole("The account's request budget.", 1, 100_000),
        "channels": v.several(
            "Slack channels in which `/usage` shows this workspace, and only it.",
            v.channel("A channel's name or id."),
            least=0,
        ),
    },
    "name",
)

BILLING_FACTOR: v.Schema = {
    "description": "How much the carrier bills for each byte counted, like 1.04 for 4 % more: 0.1 to 10.",
    "type": "number",
    "minimum": 0.1,
    "maximum": 10,
    "default": 1,
}

SITE = v.table(
    "A site that the API does not list, or what is different from what it says of it.",
    {
        "id": v.uuid("The site's id in Altostrat."),
        "name": v.name("How people call it; unique within the workspace."),
        "workspace": v.name("Its workspace; may be left out where there is one."),
        "timezone": v.zone("The zone of its billing periods."),
        "tags": v.named("Added to those of the API.", v.name("The tag's value; numbers in quotes.")),
        "quota": v.size("Its own quota, for rules that say `quota: site`."),
        "starts": v.starts("When its billing periods start, for rules that say `starts: site`."),
        "billing_factor": BILLING_FACTOR,
    },
    "id",
)

RECEIVER = {
    **v.table(
        "A named destination, with one medium or several.",
        {
            "slack": v.channel("One Slack channel, in quotes: '#' begins a comment."),
            "email": v.any_of("Addresses that get one mail together.", v.mailbox("An address.")),
            "webhook": v.table(
                "A JSON message is posted to an address.",
                {
                    "url_env": v.setting("What holds the address."),
                    "secret_env": v.setting("What holds the secret that it is signed with."),
                },
                "url_env",
            ),
            "terminal": {"const": True, "description": "Written to the bot's own terminal."},
            "fallback": v.name("The receiver that hears what cannot be delivered; the first of `operators` else."),
        },
    ),
    "anyOf": [{"required": [medium]} for medium in MEDIA],
}

TAG_SELECTION = v.named(
    "Tags that the site must have.", v.any_of("A value, or several of which any will do; globs.", v.name("A value."))
)

SELECTOR = {
    **v.table(
        "Which sites: every key must match, a list is `any of`. In text, `*` and `?` stand for any.",
        {
            "name": v.any_of("Names, or `workspace/name`.", v.name("A name; a glob.")),
            "id": v.any_of("Ids.", v.uuid("An id.")),
            "workspace": v.any_of("Workspaces.", v.name("A workspace; a glob.")),
            "tags": {**TAG_SELECTION, "minProperties": 1},
        },
    ),
    "minProperties": 1,
}

SITES = v.either("Which sites the rule is about; all of them unless given.", {"const": "all"}, SELECTOR)
