"""Rule files: right ones, right ones that something happened to, and anything at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "rules" / "fleet.yaml").read_text().replace("sites_file: sites.csv\n", "")
MISTAKES = sorted((ROOT / "tests" / "rules" / "mistakes").glob("*.yaml"))
TEXTS = [GOOD, *(path.read_bytes().decode("utf-8", "replace") for path in MISTAKES)]

TOKENS = [
    *["&a ", "*a", "!!str ", "!x ", "? ", "- ", ": ", ", ", "[", "]", "{", "}", "|", ">", "'", '"', "#", "%", "@", "`"],
    *["\t", "\r", "\r\n", "\x00", "\x85", "\u2028", "\ufeff", "\u202e", "\x1b[31m", "\U0001f600", "\\", "---", "..."],
    *[
        "null",
        "~",
        "true",
        "1e400",
        ".inf",
        "0x10",
        "1,5 GB",
        ".8",
        "24 GB per day",
        "500",
        "<<",
        "'",
        "''",
        "é",
        "日本",
    ],
    *["14.4x", "[1h, 5m]", "2026-11-12T09:00", "{site: x, quota: site}", "pool: true", "sites_file: sites.csv", "95"],
    *["99999999999999999999 GB", "80%", "0%", "-1", "mon", "31", '"24:00"', "2026-02-30", "Mars/Phobos", "<!channel>"],
]
tokens = st.sampled_from(TOKENS) | st.text(max_size=6)

Damage = Callable[[list[str], int, int, str], list[str]]


def _delete(lines: list[str], a: int, b: int, put: str) -> list[str]:
    return lines[:a] + lines[max(a + 1, min(b, a + 4)) :]


def _double(lines: list[str], a: int, b: int, put: str) -> list[str]:
    return lines[: a + 1] + lines[a:]


def _swap(lines: list[str], a: int, b: int, put: str) -> list[str]:
    swapped = lines[:]
    swapped[a], swapped[b] = swapped[b], swapped[a]
    return swapped


def _cut(lines: list[str], a: int, b: int, put: str) -> list[str]:
    return [*lines[:a], lines[a][: b % (len(lines[a]) + 1)]]


def _indent(lines: list[str], a: int, b: int, put: str) -> list[str]:
    return [*lines[:a], " " * (b % 5) + lines[a].lstrip(" ") if b % 2 else "  " + lines[a], *lines[a + 1 :]]


def _insert(lines: list[str], a: int, b: int, put: str) -> list[str]:
    at = b % (len(lines[a]) + 1)
    return [*lines[:a], lines[a][:at] + put + lines[a][at:], *lines[a + 1 :]]


def _value(lines: list[str], a: int, b: int, put: str) -> list[str]:
    key, colon, _ = lines[a].partition(":")
    return [*lines[:a], f"{key}{colon} {put}", *lines[a + 1 :]]


def _nest(lines: list[str], a: int, b: int, put: str) -> list[str]:
    key, colon, value = lines[a].partition(":")
    return [*lines[:a], f"{key}{colon} [{{{put}: {value}}}]", *lines[a + 1 :]]


DAMAGES: list[Damage] = [_delete, _double, _swap, _cut, _indent, _insert, _value, _nest]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A real file after one to three accidents, with any line ends."""
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(draw(st.integers(1, 3))):
        lines = lines or [""]
        a, b = (draw(st.integers(0, len(lines) - 1)) for _ in "ab")
        lines = draw(st.sampled_from(DAMAGES))(lines, a, b, draw(tokens))
    ending = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"]))
    return draw(st.sampled_from(["", "", "", "\ufeff"])) + ending.join(lines)


texts = damaged() | st.lists(tokens, max_size=20).map("".join) | st.text(max_size=60)
raw = st.one_of(
    texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=80),
    damaged().map(lambda text: text.encode("utf-16")),
    st.builds(lambda text, more: text.encode("utf-8", "surrogatepass") + more, damaged(), st.binary(max_size=4)),
)
