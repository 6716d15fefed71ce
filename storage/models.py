"""Every table, with its rules in the database. Ids of Telegram are 64-bit; instants are UTC."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

EVERYONE = 0
"""The scope that counts every rating; any other scope is a chat id."""


EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def _microseconds(value: datetime | None) -> int | None:
    return None if value is None else (value - EPOCH) // MICROSECOND


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def bind_processor(self, dialect: Dialect) -> Any:
        """Overridden whole: three instants are in each rating, and the decorator's own handling costs more."""
        return None if dialect.name == "postgresql" else _microseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromtimestamp(value // 1_000_000, UTC).replace(microsecond=value % 1_000_000)


# SQLite numbers rows by itself only for a column of exactly INTEGER; elsewhere serial numbers are 64-bit.
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

movie = sa.Table(
    "movie",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("original_title", sa.Text),
    sa.Column("year", sa.Integer),
    sa.Column("runtime", sa.Integer),  # minutes
    sa.Column("kind", sa.Text, nullable=False, server_default="movie"),  # movie | tv
    sa.Column("directors", sa.Text, nullable=False, server_default=""),  # names parted by "|"
    sa.Column("cast", sa.Text, nullable=False, server_default=""),
    sa.Column("countries", sa.Text, nullable=False, server_default=""),  # ISO 3166 codes parted by "|"
    sa.Column("languages", sa.Text, nullable=False, server_default=""),
    sa.Column("imdb_id", sa.Text, unique=True),
    sa.Column("tmdb_id", sa.BigInteger, unique=True),
    sa.Column("wikidata_id", sa.Text, unique=True),
    sa.Column("popularity", sa.Integer, nullable=False, server_default="0", index=True),  # 0..1000
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("imdb_score", sa.Integer),  # tenths of a star
    sa.Column("imdb_votes", sa.Integer),
    sa.Column("poster", sa.Text),  # an address
    sa.Column("overview", sa.Text),
)
movie_title = sa.Table(
    "movie_title",
    metadata,
    sa.Column("movie_id", sa.ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("title", sa.Text, primary_key=True),
)
movie_genre = sa.Table(
    "movie_genre",
    metadata,
    sa.Column("genre", sa.Text, primary_key=True),
    sa.Column("movie_id", sa.ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, index=True),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.Text),  # IETF tag, as the person's app says it
    sa.Column("name_hidden", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("first_seen_at", UtcDateTime, nullable=False),
)
CHOSEN = sa.text("language IS NOT NULL")
chat = sa.Table(
    "chat",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("type", sa.Text, nullable=False),  # private | group | supergroup | channel
    sa.Column("title", sa.Text, nullable=False, server_default=""),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),  # false: the bot cannot write
    sa.Column("first_seen_at", UtcDateTime, nullable=False),
    sa.Column("language", sa.Text),  # IETF tag, as chosen by /lang; null: none was
    sa.Index("ix_chat_language", "language", sqlite_where=CHOSEN, postgresql_where=CHOSEN),
)
membership = sa.Table(
    "membership",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("chat_id", sa.ForeignKey("chat.id"), primary_key=True, index=True),
    sa.Column("since", UtcDateTime, nullable=False),
)

IN_CLUB = sa.text("chat_id < 0")
"""Telegram's numbers of groups are negative."""
rating = sa.Table(
    "rating",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("movie_id", Serial, primary_key=True, autoincrement=False),
    sa.Column("stars", sa.SmallInteger, nullable=False),
    sa.Column("chat_id", sa.BigInteger, nullable=False),  # where it was last set
    sa.Column("source", sa.Text, nullable=False),  # button | command | import
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("rated_at", UtcDateTime, nullable=False, index=True),  # when the stars last changed
    sa.CheckConstraint("stars BETWEEN 1 AND 10", name="stars"),
    sa.CheckConstraint("source IN ('button', 'command', 'import')", name="source"),
    sa.Index("ix_rating_person_rated_at", "person_id", "rated_at"),
    # Who rated a film in a club. What is rated in private is not in it.
    sa.Index("ix_rating_club_movie", "chat_id", "movie_id", sqlite_where=IN_CLUB, postgresql_where=IN_CLUB),
    # Each rating changes everyone's score of the movie, and that points to it: what is rated cannot go. To point there
    # once more, with the index that this needs, was a tenth of what PostgreSQL did for a rating.
    sa.ForeignKeyConstraint(["movie_id"], ["movie.id"]).ddl_if(dialect="sqlite"),
)
score = sa.Table(
    "score",
    metadata,
    sa.Column("scope", sa.BigInteger, primary_key=True, autoincrement=False),  # EVERYONE or a chat id
    sa.Column("movie_id", sa.ForeignKey("movie.id"), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("weighted", sa.Double, nullable=False),
    sa.CheckConstraint("count > 0 AND total BETWEEN count AND 10 * count", name="total"),
    sa.Index("ix_score_scope_weighted", "scope", sa.text("weighted DESC"), sa.text("count DESC")),
)

OF_NO_MOVIE = sa.text("substr(subject, 1, 6) <> 'movie:'")
"""So written, the databases see that there is an index for it."""
audit_entry = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.BigInteger),  # person id; 0 the program itself; null after an erasure
    sa.Column("chat_id", sa.BigInteger),
    sa.Column("action", sa.Text),  # "rating.create", "digest.update", ...
    sa.Column("subject", sa.Text),  # "movie:17", "chat:-100...", "person:..."
    sa.Column("before", Json),
    sa.Column("after", Json),
    sa.Column("update_id", sa.BigInteger),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("commitment", sa.LargeBinary, nullable=False),  # SHA-256 over salt and content
    sa.Column("erased_at", UtcDateTime),
    sa.Index("ix_audit_entry_actor_at", "actor", "at"),
    # Ratings are most of them, and each would pay for it; who asks for those of a film looks through all.
    sa.Index("ix_audit_entry_subject", "subject", sqlite_where=OF_NO_MOVIE, postgresql_where=OF_NO_MOVIE),
    sa.Index("ix_audit_entry_at", "at", postgresql_using="brin"),  # they are in that order anyway
    sqlite_autoincrement=True,
)
audit_seal = sa.Table(
    "audit_seal",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3, ... without a gap
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("last_entry", sa.BigInteger, nullable=False),  # covers every entry after the seal before, up to this
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("root", sa.LargeBinary, nullable=False),  # of the Merkle tree over the entries
    sa.Column("previous", sa.LargeBinary, nullable=False),  # the hash of the seal before
    sa.Column("hash", sa.LargeBinary, nullable=False),  # SHA-256 over all of the above
)

digest_setting = sa.Table(
    "digest_setting",
    metadata,
    sa.Column("chat_id", sa.ForeignKey("chat.id"), primary_key=True),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("weekday", sa.SmallInteger, nullable=False),  # 0 Monday .. 6 Sunday
    sa.Column("minute", sa.SmallInteger, nullable=False),  # local minute of the day, 0..1439
    sa.Column("zone", sa.Text, nullable=False),  # IANA name
    sa.Column("thread_id", sa.BigInteger),  # forum topic; null is General
    sa.Column("next_run_at", UtcDateTime, index=True),  # null while switched off
    sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    sa.CheckConstraint("minute BETWEEN 0 AND 1439", name="minute"),
)
digest_run = sa.Table(
    "digest_run",
    metadata,
    sa.Column("chat_id", sa.ForeignKey("chat.id"), primary_key=True),
    sa.Column("week", sa.Text, primary_key=True),  # ISO week of the chat's local date: "2026-W47"
    sa.Column("period_start", UtcDateTime, nullable=False),
    sa.Column("period_end", UtcDateTime, nullable=False),
    sa.Column("claimed_at", UtcDateTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # claimed | sent | empty | missed | failed | unknown
    sa.Column("message_id", sa.BigInteger),
    sa.CheckConstraint("status IN ('claimed', 'sent', 'empty', 'missed', 'failed', 'unknown')", name="status"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("update_id", sa.BigInteger, nullable=False, unique=True),
    sa.Column("person_id", sa.BigInteger),  # whose update; null once handled
    sa.Column("payload", sa.LargeBinary),  # the JSON, without a pressed message's keyboard; null once handled
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("applied_at", UtcDateTime),  # its effect is committed
    sa.Column("done_at", UtcDateTime, index=True),  # its handler has finished
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),  # begun again after a process died
    sa.Column("owner", sa.BigInteger),  # the replica that works on it
    sa.Index(
        "ix_inbox_person_id",
        "person_id",
        sqlite_where=sa.text("person_id IS NOT NULL"),
        postgresql_where=sa.text("person_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)
replica = sa.Table(
    "replica",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),  # by the database's clock
)

bot_state = sa.Table(
    "bot_state",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("update_id", sa.BigInteger, nullable=False),
    sa.Column("person_id", sa.BigInteger),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),  # for the operator
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("given_up_at", UtcDateTime, nullable=False),
)
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),  # one message for each: "digest:-100...:2026-W47"
    sa.Column("kind", sa.Text, nullable=False),  # digest | notice
    sa.Column("chat_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("thread_id", sa.BigInteger),
    sa.Column("payload", Json),  # text and keyboard; null once it is done
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("not_before", UtcDateTime, nullable=False),
    sa.Column("claimed_at", UtcDateTime),  # when its sending began
    sa.Column("done_at", UtcDateTime),
    sa.Column("reason", sa.Text),  # why it failed, in Telegram's words
    sa.CheckConstraint("status IN ('queued', 'sending', 'sent', 'failed', 'unknown')", name="status"),
    sa.Index("ix_outbox_status_not_before", "status", "not_before"),
)
chat_alias = sa.Table(
    "chat_alias",
    metadata,
    sa.Column("old_id", sa.BigInteger, primary_key=True, autoincrement=False),  # a group that became a supergroup
    sa.Column("new_id", sa.BigInteger, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
