"""The tables. Slots are whole seconds since 1970 UTC, sites are integer keys, bytes are whole.

The three tables of usage are keyed time first: what one cycle writes are neighbours, whatever is stored already,
and retention is a range delete. They have no foreign keys, which would cost a look-up for each row.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.domain.times import DAY, HOUR

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column whose type is exactly INTEGER.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", NUMBER, primary_key=True)


def _slot(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


# --- the fleet -----------------------------------------------------------------------------------------

WORKSPACES = Table("workspaces", METADATA, _id(), _words("name"), UniqueConstraint("name"))

SITES = Table(
    "sites",
    METADATA,
    _id(),
    Column("workspace_id", NUMBER, ForeignKey("workspaces.id"), nullable=False),
    _words("uuid"),
    Column("name", Text),
    Column("timezone", Text),
    Column("tags", JSON, nullable=False),
    _slot("first_listed_at"),
    _slot("last_listed_at"),
    UniqueConstraint("workspace_id", "uuid"),
)

PROGRESS = Table(
    "progress",
    METADATA,
    Column("site", NUMBER, primary_key=True, autoincrement=False),
    _slot("known_from", nullable=True),
    _slot("watermark", nullable=True),
    _slot("dirty_from", nullable=True),
    _slot("judged_until", nullable=True),
    _slot("gave_up_before", nullable=True),
    _slot("reread_at", nullable=True),
    _slot("judged_from", nullable=True),
    Column("rewound", BigInteger),
)

PULLS = Table(
    "pulls",
    METADATA,
    _id(),
    Column("workspace", NUMBER, nullable=False),
    Column("site", NUMBER, nullable=False),
    _slot("window_start"),
    _slot("window_end"),
    _slot("asked_at"),
    _slot("answered_at"),
    _words("outcome"),
    Column("row_count", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    _words("why"),
    Index(None, "workspace", "outcome", "asked_at"),
    Index(None, "asked_at"),
)

# --- usage ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tier:
    """A table of rollups: its name, the column of its slot, and seconds a row."""

    table: str
    slot: str
    step: int


HOURS = Tier("hourly", "hour", HOUR)
DAYS = Tier("daily", "day", DAY)
TIERS = (HOURS, DAYS)


def _usage(name: str, slot: str, *more: Column[int]) -> Table:
    return Table(
        name,
        METADATA,
        Column(slot, BigInteger, primary_key=True, autoincrement=False),
        Column("site", NUMBER, primary_key=True, autoincrement=False),
        _count("in_bytes"),
        _count("out_bytes"),
        *more,
        sqlite_with_rowid=False,
    )


BUCKETS = _usage("buckets", "slot")
ROLLUPS = {tier: _usage(tier.table, tier.slot, _count("max_bytes"), _count("known")) for tier in TIERS}

REVISIONS = Table(
    "revisions",
    METADATA,
    _id(),
    Column("site", NUMBER, nullable=False),
    _slot("slot"),
    _slot("seen_at"),
    _count("in_before"),
    _count("out_before"),
    _count("in_after"),
    _count("out_after"),
    Index(None, "site", "slot"),
)

# Raw buckets and hours before these slots were deleted, so what is missing there is not missing, but swept.
SWEPT = Table(
    "swept",
    METADATA,
    Column("tier", Text, primary_key=True),
    _slot("before"),
)

# Of hours in which a bucket was over a rate, or not known: how many, and a bit for each, numbered by the minute that it
# starts at. Hours within the span of a site that have no row had neither. See docs/decisions/0010.
BURSTS = Table(
    "bursts",
    METADATA,
    Column("watch", Text, primary_key=True),
    Column("site", NUMBER, primary_key=True, autoincrement=False),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    _count("hot"),
    _count("gaps"),
    _count("hot_at"),
    _count("gaps_at"),
    sqlite_with_rowid=False,
)

BURST_SPANS = Table(
    "burst_spans",
    METADATA,
    Column("watch", Text, primary_key=True),
    Column("site", NUMBER, primary_key=True, autoincrement=False),
    _slot("since"),
    _slot("until"),
    sqlite_with_rowid=False,
)

# What is remembered of a site as it was at a midnight, see docs/decisions/0016: as bytes that only the detector
# understands. It began with what was known since `since`.
BASELINES = Table(
    "baselines",
    METADATA,
    Column("site", NUMBER, primary_key=True, autoincrement=False),
    _slot("since"),
    _slot("until"),
    Column("value", LargeBinary, nullable=False),
)

# --- alerts and what is told ---------------------------------------------------------------------------

# Since when each rule is judged as it is written now.
WATCHES = Table("watches", METADATA, Column("signature", Text, primary_key=True), _slot("since"))

ALERTS = Table(
    "alerts",
    METADATA,
    _id(),
    _words("workspace"),
    _words("rule"),
    _words("kind"),
    Column("site", NUMBER),
    _words("direction"),
    _slot("period_start", nullable=True),
    _slot("period_end", nullable=True),
    _words("state"),
    _slot("since"),
    _words("severity"),
    _count("value_bytes"),
    _count("limit_bytes"),
    _count("known"),
    _count("expected"),
    Column("step", Text),
    Column("steps", JSON, nullable=False),
    _slot("fired_at", nullable=True),
    _slot("resolved_at", nullable=True),
    _words("reason"),
    _words("rule_version"),
    _count("held"),
    _count("cleared"),
    _slot("judged_until", nullable=True),
    _words("note"),
    Column("detail", JSON),
    _slot("told_at", nullable=True),
    _slot("escalated_at", nullable=True),
    Column("acknowledged_by", Text),
    _slot("acknowledged_at", nullable=True),
    _slot("acknowledged_until", nullable=True),
    Column("flapping", Integer),
    Index(None, "site", "kind", "period_end"),
)
Index(
    "ix_alerts_open",
    ALERTS.c.id,
    sqlite_where=text("state <> 'resolved'"),
    postgresql_where=text("state <> 'resolved'"),
)
Index(
    "ix_alerts_flapping",
    ALERTS.c.id,
    sqlite_where=text("flapping IS NOT NULL"),
    postgresql_where=text("flapping IS NOT NULL"),
)

TRANSITIONS = Table(
    "transitions",
    METADATA,
    _id(),
    Column("alert_id", NUMBER, ForeignKey("alerts.id"), nullable=False, index=True),
    _words("change"),
    _words("reason"),
    _slot("slot"),
    _slot("known_at"),
    Column("step", Text),
    _count("value_bytes"),
    Column("was_bytes", BigInteger),
    Column("seen", JSON),
    Index(None, "known_at"),
)

GROUPS = Table(
    "groups",
    METADATA,
    _id(),
    _words("receiver"),
    _words("medium"),
    Column("addresses", JSON, nullable=False),
    _words("name"),
    _slot("opened_at"),
    _slot("notified_at"),
    Column("ref", Text),
    _slot("posted_at", nullable=True),
    Column("route", Text),
    _slot("told_at", nullable=True),
    Column("instead_of", Text),
    Column("because", Text),
    Column("report", JSON),
    Index(None, "name", "opened_at"),
)

GROUP_MEMBERS = Table(
    "group_members",
    METADATA,
    Column("group_id", NUMBER, ForeignKey("groups.id"), primary_key=True),
    Column("alert_id", NUMBER, ForeignKey("alerts.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

OUTBOX = Table(
    "outbox",
    METADATA,
    _id(),
    Column("group_id", NUMBER, ForeignKey("groups.id"), nullable=False, index=True),
    Column("transitions", JSON, nullable=False),
    Column("loud", Boolean, nullable=False),
    _slot("created_at"),
    _slot("due_at"),
    _words("standing"),
    Column("attempts", Integer, nullable=False),
    _slot("attempted_at", nullable=True),
    Column("leased_by", Text),
    _slot("leased_until", nullable=True),
    _slot("settled_at", nullable=True),
    _words("why"),
    Column("lane", Text),
    _slot("failing_since", nullable=True),
    Column("begins", JSON),
)
Index(
    "ix_outbox_waiting",
    OUTBOX.c.group_id,
    OUTBOX.c.id,
    sqlite_where=text("standing = 'waiting'"),
    postgresql_where=text("standing = 'waiting'"),
)

SILENCES = Table(
    "silences",
    METADATA,
    _id(),
    Column("match", JSON, nullable=False),
    _slot("starts_at"),
    _slot("ends_at"),
    _words("author"),
    _words("reason"),
    _slot("created_at", nullable=True),
    Column("ending", JSON),
    Column("lapsed", JSON),
    Index(None, "ends_at"),
)

# News that a receiver is not told yet; while `source_id`, another alert, fires or `flaps` is true, whatever the time.
HELD = Table(
    "held",
    METADATA,
    Column("alert_id", NUMBER, ForeignKey("alerts.id"), primary_key=True),
    Column("receiver", Text, primary_key=True),
    Column("transitions", JSON, nullable=False),
    _slot("since"),
    Column("source_id", NUMBER),
    Column("flaps", Boolean),
    sqlite_with_rowid=False,
)

# Which reports are written, as they are sent, since when.
REPORTS = Table("reports", METADATA, Column("name", Text, primary_key=True), _words("schedule"), _slot("since"))

# Which digests were taken up: each is sent once.
DIGESTS = Table(
    "digests",
    METADATA,
    Column("report", Text, primary_key=True),
    Column("rhythm", Text, primary_key=True),
    Column("window_start", BigInteger, primary_key=True, autoincrement=False),
    _slot("window_end"),
    _slot("due_at"),
    _slot("taken_at"),
)

# Endpoints that must be left alone for a while, as they asked for.
LANES = Table("lanes", METADATA, Column("lane", Text, primary_key=True), _slot("paused_until"))

# When the bot last wrote something only to see that it can.
PULSE = Table("pulse", METADATA, Column("name", Text, primary_key=True), _slot("at"))

# Who did what, and when. `subject` is what it was done to, in short (A17, S4, N120, rules); it is kept for ever.
AUDIT = Table(
    "audit",
    METADATA,
    _id(),
    _slot("at"),
    _words("actor"),
    _words("via"),
    _words("action"),
    _words("subject"),
    _words("workspace"),
    Column("detail", JSON, nullable=False),
    Index(None, "at"),
)
