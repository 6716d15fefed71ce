"""PostgreSQL: a rating points to its movie through everyone's score, which it changes; see `storage.models`."""

from alembic import op

revision = "2026_11_30_009"
down_revision = "2026_11_30_008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("fk_rating_movie_id"), "rating", type_="foreignkey")
        op.drop_index(op.f("ix_rating_movie_id"), table_name="rating")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(op.f("ix_rating_movie_id"), "rating", ["movie_id"])
        op.create_foreign_key(op.f("fk_rating_movie_id"), "rating", "movie", ["movie_id"], ["id"])
