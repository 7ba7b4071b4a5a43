"""A message as a page of HTML for mail, as mail clients want it: tables, the styles on each element, no script, nothing
that is fetched from elsewhere. Readable in dark mode, and without its picture.

Every text is escaped by the templates, wherever it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.notify.plain import one_line
from bot.notify.todo import Doing
from bot.notify.tones import Tone
from bot.notify.wording import Message

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from jinja2 import Environment

    from bot.service.answers.model import Answer, Table

SHOWN_ROWS = 100
SHOWN_TOLD = 100
PREVIEW = 200


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture in a mail: where its bytes are (`cid:…`), and what it says to those who do not see it."""

    source: str
    alt: str


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is shown of a table, and how many rows are not."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int


def html(message: Message, picture: Inline | None = None, doings: Sequence[Doing] = ()) -> str:
    """The page of an alert, or of several; or of a digest."""
    if message.answer is not None:
        return digest_html(message.answer, message.footer, picture)
    rows = [(row.site, row.state, row.numbers, row.alert) for row in message.rows[:SHOWN_ROWS]]
    return _page(
        "alert.html.j2",
        message.tone.colour,
        message.headline,
        one_line(message)[:PREVIEW],
        message=message,
        told=_shown(message.told),
        facts=[(fact.label, fact.value) for fact in message.facts],
        rows=rows,
        more=len(message.rows) - len(rows),
        picture=picture,
        doings=[(doing.what, doing.how) for doing in doings],
    )


def digest_html(answer: Answer, footer: str = "", picture: Inline | None = None) -> str:
    """The page of a digest."""
    return _page(
        "digest.html.j2",
        Tone.INFO.colour,
        answer.title,
        ", ".join(f"{label}: {value}" for label, value in answer.facts)[:PREVIEW],
        answer=answer,
        tables=[_cut(table) for table in answer.tables],
        footer=footer,
        picture=picture,
    )


def _cut(table: Table) -> _Rows:
    return _Rows(table.title, table.columns, table.rows[:SHOWN_ROWS], len(table.rows) - SHOWN_ROWS)


def _shown(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - SHOWN_TOLD
    return [*lines[:SHOWN_TOLD], *([f"+{rest} more"] if rest > 0 else [])]


def _page(template: str, colour: str, title: str, preview: str, **values: Any) -> str:
    environment, css, inliner = _tools()
    page = environment.get_template(template).render(css=css, colour=colour, title=title, preview=preview, **values)
    return inliner.inline(page)


@cache
def _tools() -> tuple[Environment, str, CSSInliner]:
    """Made for the first mail: who sends none need not wait for them."""
    from css_inline import CSSInliner  # noqa: PLC0415
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    loader = PackageLoader("bot.notify", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    css = Markup(loader.get_source(environment, "mail.css")[0])  # noqa: S704 - our own sheet
    inliner = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
    return environment, css, inliner
