"""Bodies as an API may send them: right, nearly right, and anything at all."""

from __future__ import annotations

import gzip
import json
from typing import Any

from hypothesis import strategies as st

from bot.domain.times import iso, to_instant
from bot.domain.usage import LARGEST_BUCKET
from tests.altostrat.scripted import WINDOW

STEP = 300
FIELDS = ("time_slot", "total_in_bytes", "total_out_bytes", "total_combined_bytes")
FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S.000Z")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
slots = st.one_of(
    st.integers(-3, 15).map(lambda n: WINDOW.start + n * STEP),
    st.integers(WINDOW.start - 7200, WINDOW.end + 7200),
    st.integers(-(2**31), 2**35),
)


def _spelt(slot: int, form: str) -> str:
    return to_instant(slot).strftime(form)


odd_times = st.sampled_from(
    [
        "",
        "0000-00-00 00:00:00",
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
        "2025-10-29 24:00:00",
        "2025-10-29 08:00:60",
        "2025-02-30 08:00:00",
        "2025-10- 9 08:00:00",
        "2025-10-29 08:00:00+99:99",
        "2025-10-29 08:00:00 -0000",
        "2025-10-29T08:00:00.999999999Z",
        "٢٠٢٥-10-29 08:00:00",
        "2025-W44-3 08:00:00",
        "20251029T080000Z",
        "2025-10-29 08:00:00\n",
        "2025-10-29\x0008:00:00",
        "-2025-10-29 08:00:00",
        "1761724800",
        "\ud800",
    ]
)
times = st.one_of(
    st.builds(_spelt, slots, st.sampled_from(FORMS)), slots.map(iso), odd_times, st.text(max_size=30), slots
)
amounts = st.one_of(
    st.integers(0, 9),
    st.sampled_from([LARGEST_BUCKET, LARGEST_BUCKET + 1, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, -1, -(2**63)]),
    st.sampled_from(["7", "007", "٣", "1e3", "-5", "", " 7", "9" * 20, "9" * 5000, "0x10", "1_000"]),
    st.sampled_from([0.0, -0.0, 7.0, 1.5, 1e300, -1e300, 1e14, 1e14 + 1]),
    st.none(),
    st.booleans(),
    json_values,
)


@st.composite
def near_rows(draw: st.DrawFn) -> Any:
    """A row of the real shape, of which anything may be wrong or missing."""
    row = dict(zip(FIELDS, (draw(times), draw(amounts), draw(amounts), draw(amounts)), strict=True))
    for field in draw(st.sets(st.sampled_from(FIELDS), max_size=1)):
        del row[field]
    return row


@st.composite
def good_rows(draw: st.DrawFn) -> Any:
    slot, inbound, outbound = draw(slots), draw(st.integers(0, 2)), draw(st.integers(0, 2))
    return dict(zip(FIELDS, (iso(slot), inbound, outbound, inbound + outbound), strict=True))


rows = st.lists(good_rows() | near_rows() | json_values, max_size=12)
"""Some good, some near, some anything."""


def _written(value: object) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _damaged(body: bytes, at: float, cut: int, put: bytes) -> bytes:
    place = int(at * len(body))
    return body[:place] + put + body[place + cut :]


good_bodies = st.one_of(rows, rows.map(lambda some: {"data": some}), json_values).map(_written)
bodies = st.one_of(
    good_bodies,
    st.binary(max_size=60),
    st.builds(
        _damaged,
        good_bodies,
        st.floats(0, 1),
        st.integers(0, 40),
        st.sampled_from([b"", b"NaN", b"1e400", b"-1e999", b"\xff", b"\x00", b"[" * 300, b'{"a":' * 300, b"9" * 400]),
    ),
    good_bodies.map(lambda body: body.decode().encode("utf-16")),
    good_bodies.map(lambda body: b"\xef\xbb\xbf \n" + body),
    good_bodies.map(gzip.compress),
    good_bodies.map(lambda body: gzip.compress(body)[:-5]),
)
encodings = st.sampled_from(["", "gzip", "GZIP ", "x-gzip", "identity", "br", "deflate", "gzip, gzip", "\xff"])
statuses = st.sampled_from([200, 200, 200, 204, 206, 301, 302, 400, 401, 403, 404, 408, 418, 429, 500, 503, 599])
