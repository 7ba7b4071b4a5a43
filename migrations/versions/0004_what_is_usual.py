"""Keep what is usual at each site, and how often its past was judged again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "baselines",
        sa.Column("site", NUMBER, autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_baselines")),
    )
    op.add_column("progress", sa.Column("rewound", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("progress", "rewound")
    op.drop_table("baselines")
