"""Keep what people do: acknowledgements that end, silences with a condition, an audit.

And which endpoints want a pause, since when a notification is tried, and that the bot can write.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW_COLUMNS = {
    "alerts": (("acknowledged_until", sa.BigInteger()), ("flapping", sa.Integer())),
    "silences": (("created_at", sa.BigInteger()), ("ending", sa.JSON()), ("lapsed", sa.JSON())),
    "groups": (("instead_of", sa.Text()), ("because", sa.Text())),
    "outbox": (("lane", sa.Text()), ("failing_since", sa.BigInteger()), ("begins", sa.JSON())),
    "held": (("source_id", NUMBER), ("flaps", sa.Boolean())),
}
IS_FLAPPING = sa.text("flapping IS NOT NULL")


def upgrade() -> None:
    for table, columns in NEW_COLUMNS.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "lanes",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_lanes")),
    )
    op.create_table(
        "pulse",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulse")),
    )
    make_audit()
    op.create_index("ix_alerts_flapping", "alerts", ["id"], sqlite_where=IS_FLAPPING, postgresql_where=IS_FLAPPING)
    op.create_index(op.f("ix_transitions_known_at"), "transitions", ["known_at"])
    op.create_index(op.f("ix_outbox_group_id"), "outbox", ["group_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_group_id"), "outbox")
    op.drop_index(op.f("ix_transitions_known_at"), "transitions")
    op.drop_index("ix_alerts_flapping", "alerts")
    op.drop_table("audit")
    op.drop_table("pulse")
    op.drop_table("lanes")
    for table, columns in reversed(NEW_COLUMNS.items()):
        for name, _ in reversed(columns):
            op.drop_column(table, name)


def make_audit() -> None:
    texts = [sa.Column(name, sa.Text(), nullable=False) for name in ("actor", "via", "action", "subject", "workspace")]
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *texts,
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
