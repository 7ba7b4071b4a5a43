"""The window "Silence": its fields, and what was written into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.notify.action_blocks import TERMS as LABELS
from bot.notify.buttons import For
from bot.rules.matches import KINDS
from bot.rules.telling import Severity
from bot.service.commands import Mistake, Wrong
from bot.service.orders import Matching, Term
from bot.service.words.how_long import parse_term
from bot.service.words.orders import LONGEST_REASON
from bot.slack.pressed import TERMS
from bot.slack.windows import View, plain, window

CALLBACK = "usagebot.silencing"
TITLE = "Silence alerts"
ACTION = "value"
LONGEST = 300


class Field(StrEnum):
    """The `block_id` of each."""

    SITE = "site"
    RULE = "rule"
    KIND = "kind"
    SEVERITY = "severity"
    WORKSPACE = "workspace"
    TERM = "term"
    WORDS = "words"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote: of a fixed window no `matching`. `term` may be words that are none."""

    matching: Matching | None
    term: Term | Mistake
    reason: str

    @property
    def names_anything(self) -> bool:
        """Whether anything says what is meant."""
        return self.matching not in (None, Matching()) and replace(self.matching, workspaces=()) != Matching()


def form(matching: Matching | None, about: str, *, has_workspaces: bool, metadata: str) -> View:
    """The window, filled in with what `matching` says; without it, it is `about` something that cannot be changed."""
    blocks = _matchers(matching, has_workspaces) if matching is not None else []
    blocks = [*([{"type": "section", "text": plain(about)}] if about else []), *blocks, *_terms(), _reason()]
    return window(TITLE, blocks, submit=plain("Silence"), callback_id=CALLBACK, private_metadata=metadata)


def _matchers(matching: Matching, has_workspaces: bool) -> list[View]:
    blocks = [
        _input(Field.SITE, "Site", _line(_site(matching)), "A name, or several with *, like depot-*. Empty: any site."),
        _input(Field.RULE, "Rule", _line(", ".join(matching.rules)), "A name, or several with *. Empty: any rule."),
        _input(Field.KIND, "Kind", _choices([str(one) for one in KINDS], matching.kinds)),
        _input(Field.SEVERITY, "Severity", _choices([str(one) for one in Severity], matching.severities)),
    ]
    if has_workspaces:
        blocks.insert(0, _input(Field.WORKSPACE, "Workspace", _line(", ".join(matching.workspaces))))
    return blocks


def _site(matching: Matching) -> str:
    """In quotes where it would not be read as one name."""
    name = matching.name
    return f'"{name}"' if set(name) & set('*?,"') else name


def _terms() -> list[View]:
    options = [{"text": plain(LABELS[term]), "value": term.value} for term in For]
    choice = {"type": "static_select", "action_id": ACTION, "options": options, "initial_option": options[1]}
    hint = "In place of the choice above: 90 minutes, until fri 18:00, until 2026-12-01, until-forecast 95%"
    return [
        _input(Field.TERM, "For how long", choice, optional=False),
        _input(Field.WORDS, "Something else", _line("", 100), hint),
    ]


def _reason() -> View:
    return _input(Field.REASON, "Reason", _line("", LONGEST_REASON), "Shown with the alerts, and kept in the audit.")


def _input(field: Field, label: str, element: View, hint: str = "", *, optional: bool = True) -> View:
    more = {"hint": plain(hint)} if hint else {}
    return {
        "type": "input",
        "block_id": field,
        "label": plain(label),
        "element": {"action_id": ACTION, **element},
        "optional": optional,
        **more,
    }


def _line(text: str, longest: int = LONGEST) -> View:
    filled = {"initial_value": text} if text and len(text) <= longest else {}
    return {"type": "plain_text_input", "max_length": longest, **filled}


def _choices(words: Sequence[str], chosen: Sequence[str]) -> View:
    options = [{"text": plain(word), "value": word} for word in words]
    initial = [option for option in options if option["value"] in chosen]
    filled = {"initial_options": initial} if initial else {}
    return {"type": "multi_static_select", "placeholder": plain("Any"), "options": options, **filled}


# --- what comes back --------------------------------------------------------------------------------------


def written_in(view: Mapping[str, Any]) -> Written:
    """Of a view that was sent. It holds what anybody could write."""
    values = (view.get("state") or {}).get("values") or {}
    found = {field: (values.get(field) or {}).get(ACTION) or {} for field in Field}
    has_matchers = Field.SITE in values or Field.RULE in values
    reason = _text(found[Field.REASON])[:LONGEST_REASON]
    return Written(_matching(found) if has_matchers else None, _term(found), reason)


def _matching(found: Mapping[Field, Mapping[str, Any]]) -> Matching:
    name, sites = _sites(_text(found[Field.SITE]))
    return Matching(
        name=name,
        rules=_several(_text(found[Field.RULE])),
        kinds=tuple(word for word in _chosen(found[Field.KIND]) if word in KINDS),
        severities=tuple(Severity(word) for word in _chosen(found[Field.SEVERITY]) if word in tuple(Severity)),
        sites=sites,
        workspaces=_several(_text(found[Field.WORKSPACE])),
    )


def _sites(text: str) -> tuple[str, tuple[str, ...]]:
    """One name, in quotes or as it is, or else globs."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1], ()
    return ("", _several(text)) if set(text) & set("*?,") else (text, ())


def _several(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _term(found: Mapping[Field, Mapping[str, Any]]) -> Term | Mistake:
    """The words, where there are any, else the choice."""
    words = _text(found[Field.WORDS])
    if words:
        return parse_term(words)
    choice = str((found[Field.TERM].get("selected_option") or {}).get("value") or "")
    return TERMS[For(choice)] if choice in TERMS else Mistake(Wrong.NEEDS_A_TERM)


def _text(value: Mapping[str, Any]) -> str:
    return str(value.get("value") or "").strip()


def _chosen(value: Mapping[str, Any]) -> list[str]:
    return [str(option.get("value")) for option in value.get("selected_options") or ()]
