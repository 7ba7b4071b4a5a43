"""Keep with an alert what only its kind knows, what it was at each transition, and what people did about it.

Silences, and news that is held back.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW_COLUMNS = {
    "alerts": (
        ("detail", sa.JSON()),
        ("told_at", sa.BigInteger()),
        ("escalated_at", sa.BigInteger()),
        ("acknowledged_by", sa.Text()),
        ("acknowledged_at", sa.BigInteger()),
    ),
    "transitions": (("seen", sa.JSON()),),
    "groups": (
        ("route", sa.Text()),
        ("told_at", sa.BigInteger()),
    ),
}


def upgrade() -> None:
    for table, columns in NEW_COLUMNS.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    make_silences()
    make_held()
    make_bursts()


def downgrade() -> None:
    op.drop_table("burst_spans")
    op.drop_table("bursts")
    op.drop_table("held")
    op.drop_table("silences")
    for table, columns in reversed(NEW_COLUMNS.items()):
        for name, _ in reversed(columns):
            op.drop_column(table, name)


def make_silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("match", sa.JSON(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index(op.f("ix_silences_ends_at"), "silences", ["ends_at"], unique=False)


def make_held() -> None:
    op.create_table(
        "held",
        sa.Column("alert_id", NUMBER, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("transitions", sa.JSON(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_held_alert_id_alerts")),
        sa.PrimaryKeyConstraint("alert_id", "receiver", name=op.f("pk_held")),
        sqlite_with_rowid=False,
    )


def make_bursts() -> None:
    counts = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("hot", "gaps", "hot_at", "gaps_at")]
    op.create_table(
        "bursts",
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("site", NUMBER, autoincrement=False, nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        *counts,
        sa.PrimaryKeyConstraint("watch", "site", "hour", name=op.f("pk_bursts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "burst_spans",
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("site", NUMBER, autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("watch", "site", name=op.f("pk_burst_spans")),
        sqlite_with_rowid=False,
    )
