"""What a chat's week looked like: the figures of a digest, counted from the ratings of the people in it."""

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.cards import SCORE_COLUMNS, line_of
from storage.models import membership, movie, rating, score
from storage.ranking import Prior
from storage.values import Digest, DigestLine, MovieLine, Source

BEST = 3
TOP = 10
ARGUED = 3
"""From how many stars between the lowest and the highest on a film is argued about."""

_CHAT = sa.bindparam("chat", type_=sa.BigInteger)
_START, _END = (sa.bindparam(name, type_=rating.c.rated_at.type) for name in ("start", "end"))


def compose(
    connection: sa.Connection,
    chat_id: int,
    start: datetime,
    end: datetime,
    *,
    zone: str,
    prior: Prior,
    seal: str | None = None,
) -> Digest:
    """The digest of [start, end). Imported ratings do not count as rated in it. `seal`: see Digest."""
    week = {"chat": chat_id, "start": start, "end": end}
    rows = connection.execute(_per_movie(private=chat_id > 0), week).all()
    # In a private chat nobody else can rate, so one rating is enough there.
    shared = [row for row in rows if row.ratings >= (1 if chat_id > 0 else prior.minimum)]
    return Digest(
        chat_id=chat_id,
        start=start,
        end=end,
        zone=zone,
        films=len(rows),
        people=rows[0].people if rows else 0,
        ratings=sum(row.ratings for row in rows),
        best=tuple(map(_line, _best(shared, prior))),
        others=() if shared else tuple(map(_line, _best(list(rows), prior))),
        most_rated=_most_rated(rows),
        most_argued=_most_argued(rows),
        newcomer=_newcomer(connection, chat_id, start, prior),
        seal=seal,
    )


def _counted(*, private: bool) -> sa.ColumnElement[bool]:
    """Whose ratings a chat sees: its members', wherever they were made; in a private chat one's own."""
    if private:
        return rating.c.person_id == _CHAT
    return rating.c.person_id.in_(sa.select(membership.c.person_id).where(membership.c.chat_id == _CHAT))


def _within(*, private: bool) -> tuple[sa.ColumnElement[bool], ...]:
    rated_at = rating.c.rated_at
    return _counted(private=private), rated_at >= _START, rated_at < _END, rating.c.source != str(Source.IMPORT)


@cache
def _per_movie(*, private: bool) -> sa.Select[Any]:
    stars = rating.c.stars
    people = sa.select(sa.func.count(rating.c.person_id.distinct())).where(*_within(private=private))
    return (
        sa.select(
            movie.c.id,
            movie.c.title,
            movie.c.year,
            sa.func.count().label("ratings"),
            sa.func.sum(stars).label("total"),
            (sa.func.max(stars) - sa.func.min(stars)).label("spread"),
            people.correlate(None).scalar_subquery().label("people"),
        )
        .join(movie, movie.c.id == rating.c.movie_id)
        .where(*_within(private=private))
        .group_by(movie.c.id, movie.c.title, movie.c.year)
    )


def _line(row: Any) -> DigestLine:
    return DigestLine(
        id=row.id,
        title=row.title,
        year=row.year,
        mean=int(row.total) / row.ratings,
        count=row.ratings,
        spread=row.spread,
    )


def _best(rows: list[Any], prior: Prior) -> list[Any]:
    def rank(row: Any) -> tuple[float, int, str]:
        return -prior.weighted(int(row.total), row.ratings), -row.ratings, row.title

    return sorted(rows, key=rank)[:BEST]


def _most_rated(rows: Any) -> DigestLine | None:
    many = [row for row in rows if row.ratings >= 2]
    return _line(min(many, key=lambda row: (-row.ratings, -row.total, row.title))) if many else None


def _most_argued(rows: Any) -> DigestLine | None:
    argued = [row for row in rows if row.ratings >= 2 and row.spread >= ARGUED]
    return _line(min(argued, key=lambda row: (-row.spread, -row.ratings, row.title))) if argued else None


_TOP = (
    sa.select(movie, *SCORE_COLUMNS)
    .join(score, score.c.movie_id == movie.c.id)
    .where(score.c.scope == _CHAT, score.c.count >= sa.bindparam("minimum", type_=sa.Integer))
    .order_by(score.c.weighted.desc(), score.c.count.desc(), movie.c.title, movie.c.id)
    .limit(TOP)
    .subquery("top")
)
_BEFORE = sa.exists().where(rating.c.movie_id == _TOP.c.id, _counted(private=False), rating.c.created_at < _START)
_TOP_AND_BEFORE = sa.select(_TOP, _BEFORE.label("known")).order_by(
    _TOP.c.weighted.desc(), _TOP.c.ratings.desc(), _TOP.c.title, _TOP.c.id
)


def _newcomer(connection: sa.Connection, chat_id: int, start: datetime, prior: Prior) -> tuple[int, MovieLine] | None:
    """The highest film of the club's top ten that nobody there had rated before the week."""
    if chat_id > 0:
        return None
    top = connection.execute(_TOP_AND_BEFORE, {"chat": chat_id, "minimum": prior.minimum, "start": start})
    return next(((rank, line_of(row)) for rank, row in enumerate(top.all(), 1) if not row.known), None)
