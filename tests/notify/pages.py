"""Pages of HTML as tests look at them."""

from __future__ import annotations

from html.parser import HTMLParser


class Page(HTMLParser):
    """Start tags in order, with their attributes, and the text outside of the head."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden = tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        self.text += "" if self._hidden else data
