"""Text that strangers chose: anything at all, and what has power somewhere."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import strategies as st

POWERFUL = [
    *["<!channel>", "<!here|x>", "<@U0BOSS>", "<#C0X>", "<https://evil.example|click>", "&lt;!channel&gt;", "&amp;"],
    *["*b*", "_i_", "~s~", "`c`", "```", ":fire:", "@here", "[red]x[/red]", "[link=http://evil.example]", "[/]"],
    *[
        "\x1b[31m",
        "\x1b]0;title\x07",
        "\x9b2J",
        "\x07",
        "\x08",
        "\x00",
        "\r",
        "\n",
        "\r\n",
        "\t",
        "\x7f",
        "\u2028",
        "\x85",
    ],
    *["\r\nBcc: victim@example.com", "\n.\n", "=?utf-8?q?x?=", '"', "'", "\\", "{x}", "%s", "{{7*7}}", "${x}"],
    *["<script>alert(1)</script>", "<img src=x onerror=y>", "</td>", "javascript:x", "-->", "]]>", '" onload="x'],
    *[
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\u0301" * 40,
        "שלום",
        "مرحبا",
        "日本語",
        "\U0001f600",
        "\ud800",
        "\U000e0041",
    ],
    *["public", "24h", "top", "site", "quota", "cape-town", "ﬁ", "İ", "ß", "K", "𝟏𝟎"],
]
texts = st.one_of(
    st.lists(st.sampled_from(POWERFUL) | st.text(max_size=5), max_size=6).map(" ".join),
    st.lists(st.sampled_from(POWERFUL), max_size=4).map("".join),
    st.text(max_size=30),
    st.builds(lambda text, times: text * times, st.sampled_from(POWERFUL), st.integers(1, 400)),
)
_DRIVING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def drives_a_terminal(text: str) -> bool:
    """Whether any character of it could move the cursor, recolour, retitle or ring; line ends and tabs aside."""
    return _DRIVING.search(text) is not None


def hides(text: str) -> bool:
    """Whether it turns text around without turning it back, or cannot be written at all."""
    overrides = {"LRE", "RLE", "LRO", "RLO", "PDF"}
    return any(unicodedata.bidirectional(c) in overrides or unicodedata.category(c) == "Cs" for c in text)
