"""What was printed to a terminal as a page."""

from __future__ import annotations

from rich.console import Console
from rich.terminal_theme import TerminalTheme

_NORMAL = ((72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34), (88, 166, 255), (188, 140, 255))
_BRIGHT = ((110, 118, 129), (255, 161, 152), (86, 211, 100), (227, 179, 65), (121, 192, 255), (210, 168, 255))
THEME = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [*_NORMAL, (57, 197, 207), (177, 186, 196)],
    [*_BRIGHT, (86, 212, 221), (240, 246, 252)],
)
_PAGE = """<!doctype html><html><head><meta charset="utf-8"><style>
body{{margin:0;padding:18px 22px;background:{background};color:{foreground}}}
pre{{margin:0;font:14px/1.17 "DejaVu Sans Mono","Liberation Mono",monospace}}
</style></head><body><pre><code style="font-family:inherit">{code}</code></pre></body></html>"""


def page(console: Console) -> str:
    """Of a console that records."""
    return console.export_html(theme=THEME, code_format=_PAGE, inline_styles=True)
