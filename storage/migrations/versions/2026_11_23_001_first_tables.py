"""The first tables, and the triggers that keep the audit trail append-only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_23_001"
down_revision = None
branch_labels = None
depends_on = None

# Frozen here: a migration describes the tables of its day, whatever the program's own types become.
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")

# One update is lawful: an erasure, which empties the content and leaves instant and commitment.
CONTENT = ("actor", "chat_id", "action", "subject", "before", "after", "update_id", "salt")
ERASURE = " AND ".join(
    [
        "OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL",
        "NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.commitment = OLD.commitment",
        *(f'NEW."{column}" IS NULL' for column in CONTENT),
    ]
)
SQLITE = [
    "CREATE TRIGGER audit_entry_keep BEFORE DELETE ON audit_entry"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    f"CREATE TRIGGER audit_entry_fix BEFORE UPDATE ON audit_entry WHEN NOT ({ERASURE})"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
]
POSTGRESQL = [
    "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
    "CREATE TRIGGER audit_entry_keep BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
    "CREATE TRIGGER audit_entry_fix BEFORE UPDATE ON audit_entry"
    f" FOR EACH ROW WHEN (NOT ({ERASURE})) EXECUTE FUNCTION audit_entry_refuse()",
    "CREATE TRIGGER audit_entry_empty BEFORE TRUNCATE ON audit_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
]


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.Column("update_id", sa.BigInteger(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_entry_actor"), "audit_entry", ["actor"], unique=False)
    op.create_table(
        "bot_state",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bot_state")),
    )
    op.create_table(
        "chat",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("applied_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("update_id", name=op.f("uq_inbox_update_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_inbox_done_at"), "inbox", ["done_at"], unique=False)
    op.create_table(
        "movie",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("original_title", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("runtime", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="movie", nullable=False),
        sa.Column("directors", sa.Text(), server_default="", nullable=False),
        sa.Column("cast", sa.Text(), server_default="", nullable=False),
        sa.Column("countries", sa.Text(), server_default="", nullable=False),
        sa.Column("languages", sa.Text(), server_default="", nullable=False),
        sa.Column("imdb_id", sa.Text(), nullable=True),
        sa.Column("tmdb_id", sa.BigInteger(), nullable=True),
        sa.Column("wikidata_id", sa.Text(), nullable=True),
        sa.Column("popularity", sa.Integer(), server_default="0", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movie")),
        sa.UniqueConstraint("imdb_id", name=op.f("uq_movie_imdb_id")),
        sa.UniqueConstraint("tmdb_id", name=op.f("uq_movie_tmdb_id")),
        sa.UniqueConstraint("wikidata_id", name=op.f("uq_movie_wikidata_id")),
    )
    op.create_index(op.f("ix_movie_popularity"), "movie", ["popularity"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("name_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "digest_run",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("period_start", INSTANT, nullable=False),
        sa.Column("period_end", INSTANT, nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('claimed', 'sent', 'empty', 'missed', 'failed', 'unknown')",
            name=op.f("ck_digest_run_status"),
        ),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_digest_run_chat_id")),
        sa.PrimaryKeyConstraint("chat_id", "week", name=op.f("pk_digest_run")),
    )
    op.create_table(
        "digest_setting",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("minute", sa.SmallInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("next_run_at", INSTANT, nullable=True),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_digest_setting_minute")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_digest_setting_weekday")),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_digest_setting_chat_id")),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_digest_setting")),
    )
    op.create_index(op.f("ix_digest_setting_next_run_at"), "digest_setting", ["next_run_at"], unique=False)
    op.create_table(
        "membership",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_membership_chat_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("person_id", "chat_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_chat_id"), "membership", ["chat_id"], unique=False)
    op.create_table(
        "movie_genre",
        sa.Column("genre", sa.Text(), nullable=False),
        sa.Column("movie_id", SERIAL, nullable=False),
        sa.ForeignKeyConstraint(["movie_id"], ["movie.id"], name=op.f("fk_movie_genre_movie_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("genre", "movie_id", name=op.f("pk_movie_genre")),
    )
    op.create_index(op.f("ix_movie_genre_movie_id"), "movie_genre", ["movie_id"], unique=False)
    op.create_table(
        "movie_title",
        sa.Column("movie_id", SERIAL, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["movie_id"], ["movie.id"], name=op.f("fk_movie_title_movie_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("movie_id", "title", name=op.f("pk_movie_title")),
    )
    op.create_table(
        "rating",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("movie_id", SERIAL, nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("rated_at", INSTANT, nullable=False),
        sa.CheckConstraint("source IN ('button', 'command', 'import')", name=op.f("ck_rating_source")),
        sa.CheckConstraint("stars BETWEEN 1 AND 10", name=op.f("ck_rating_stars")),
        sa.ForeignKeyConstraint(["movie_id"], ["movie.id"], name=op.f("fk_rating_movie_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rating_person_id")),
        sa.PrimaryKeyConstraint("person_id", "movie_id", name=op.f("pk_rating")),
    )
    op.create_index(op.f("ix_rating_movie_id"), "rating", ["movie_id"], unique=False)
    op.create_index("ix_rating_person_rated_at", "rating", ["person_id", "rated_at"], unique=False)
    op.create_index(op.f("ix_rating_rated_at"), "rating", ["rated_at"], unique=False)
    op.create_table(
        "score",
        sa.Column("scope", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("movie_id", SERIAL, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("weighted", sa.Double(), nullable=False),
        sa.CheckConstraint("count > 0 AND total BETWEEN count AND 10 * count", name=op.f("ck_score_total")),
        sa.ForeignKeyConstraint(["movie_id"], ["movie.id"], name=op.f("fk_score_movie_id")),
        sa.PrimaryKeyConstraint("scope", "movie_id", name=op.f("pk_score")),
    )
    op.create_index("ix_score_scope_weighted", "score", ["scope", sa.text("weighted DESC"), sa.text("count DESC")])
    postgres = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL if postgres else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    for table in [
        "score",
        "rating",
        "movie_title",
        "movie_genre",
        "membership",
        "digest_setting",
        "digest_run",
        "person",
        "movie",
        "inbox",
        "chat",
        "bot_state",
        "audit_entry",
    ]:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_refuse()")
