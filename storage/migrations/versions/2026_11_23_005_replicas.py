"""Replicas: who is alive, and which of them works on an update."""

import sqlalchemy as sa
from alembic import op

from storage.models import UtcDateTime

revision = "2026_11_23_005"
down_revision = "2026_11_23_004"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("person_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "replica",
        sa.Column("id", sa.BigInteger, autoincrement=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replica")),
    )
    op.add_column("inbox", sa.Column("owner", sa.BigInteger))
    op.create_index(
        op.f("ix_inbox_person_id"), "inbox", ["person_id"], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_inbox_person_id"), table_name="inbox")
    op.drop_column("inbox", "owner")
    op.drop_table("replica")
