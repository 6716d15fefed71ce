"""Ratings by club and movie; on SQLite no longer by movie: each rating paid for it, and hardly anything asked it."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_006"
down_revision = "2026_11_23_005"
branch_labels = None
depends_on = None

IN_CLUB = sa.text("chat_id < 0")


def upgrade() -> None:
    op.create_index(
        "ix_rating_club_movie", "rating", ["chat_id", "movie_id"], sqlite_where=IN_CLUB, postgresql_where=IN_CLUB
    )
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(op.f("ix_rating_movie_id"), table_name="rating")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(op.f("ix_rating_movie_id"), "rating", ["movie_id"])
    op.drop_index("ix_rating_club_movie", table_name="rating")
