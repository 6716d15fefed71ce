"""The language that a chat has chosen, and a way to find all of those that have."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_007"
down_revision = "2026_11_29_006"
branch_labels = None
depends_on = None

CHOSEN = sa.text("language IS NOT NULL")


def upgrade() -> None:
    op.add_column("chat", sa.Column("language", sa.Text(), nullable=True))
    op.create_index(op.f("ix_chat_language"), "chat", ["language"], sqlite_where=CHOSEN, postgresql_where=CHOSEN)


def downgrade() -> None:
    op.drop_index(op.f("ix_chat_language"), table_name="chat")
    op.drop_column("chat", "language")
