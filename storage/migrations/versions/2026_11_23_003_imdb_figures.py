"""What IMDb says of a film, and what a card shows of it: score, votes, poster, overview."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_003"
down_revision = "2026_11_23_002"
branch_labels = None
depends_on = None

COLUMNS = (("imdb_score", sa.Integer()), ("imdb_votes", sa.Integer()), ("poster", sa.Text()), ("overview", sa.Text()))


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("movie", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in COLUMNS:
        op.drop_column("movie", name)
