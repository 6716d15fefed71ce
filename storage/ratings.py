"""Ratings: one person's stars for one movie. The rating, its scores and its audit entry stand or fall together."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import scores
from storage.audit import AuditAction, record
from storage.cards import card_of, my_stars, read_movie, split
from storage.clubs import enter, join
from storage.database import Database
from storage.dialects import put
from storage.errors import BadStars, StorageError
from storage.first_ratings import store_first
from storage.inbox import is_applied
from storage.models import movie, rating
from storage.people import meet
from storage.ranking import Ranking
from storage.rating_batch import set_plain
from storage.rating_changes import Change
from storage.supergroups import settled
from storage.turns import movie_turn
from storage.values import PAGE, Actor, MovieLine, MyOrder, MyPage, MyRating, Rated, Source

_MINE = (
    rating.c.person_id == sa.bindparam("person", type_=sa.BigInteger),
    rating.c.movie_id == sa.bindparam("movie", type_=sa.BigInteger),
)
_DELETE = sa.delete(rating).where(*_MINE)
_SHOWN_IN = sa.select(rating.c.chat_id).where(*_MINE)
_MOVE = sa.update(rating).where(*_MINE).values(chat_id=sa.bindparam("to_chat", type_=sa.BigInteger))


def _turns(change: Change) -> tuple[int, ...]:
    """Whose scores and ratings it may change."""
    actor, film = change.actor, movie_turn(change.movie_id)
    return (actor.person_id, film, actor.chat_id) if actor.in_club else (actor.person_id, film)


class Ratings:
    def __init__(self, database: Database, ranking: Ranking) -> None:
        self._database = database
        self._ranking = ranking

    async def rate(self, movie_id: int, stars: int, actor: Actor, source: Source = Source.BUTTON) -> Rated:
        """Set the actor's stars, 1..10. A first rating in a club makes its author a member.

        The same stars again change nothing and leave no entry; but pressed in another club than before they are
        shared with it. Raises BadStars, MovieNotFound.
        """
        if not 1 <= stars <= 10:
            raise BadStars(stars)
        change = Change(movie_id, stars, actor, source, self._database.now())
        return await self._database.write_together(
            self._set_all, change, turns=_turns(change), in_one_trip=self._store_first
        )

    async def remove(self, movie_id: int, actor: Actor) -> Rated:
        """Take the actor's stars back; `before` is null if there were none. Raises MovieNotFound."""
        change = Change(movie_id, None, actor, None, self._database.now())
        return await self._database.write_together(self._set_all, change, turns=_turns(change))

    def _store_first(
        self, connection: sa.Connection, changes: Sequence[Change], turns: Collection[int]
    ) -> Sequence[Rated | None]:
        return store_first(connection, self._ranking, changes, turns)

    def _set_all(self, connection: sa.Connection, changes: Sequence[Change]) -> list[Rated | Exception]:
        """The plain ones in one go, then the others in their order, each in a savepoint of its own."""
        plain = set_plain(connection, self._ranking, changes)
        return [plain.get(at) or self._alone(connection, change) for at, change in enumerate(changes)]

    def _alone(self, connection: sa.Connection, change: Change) -> Rated | Exception:
        try:
            with connection.begin_nested():
                return self._set(connection, change)
        except StorageError as error:
            return error

    def _set(self, connection: sa.Connection, change: Change) -> Rated:
        movie_id, stars, source, at = change.movie_id, change.stars, change.source, change.at
        actor = settled(connection, change.actor)
        film = read_movie(connection, movie_id)
        before = my_stars(connection, movie_id, actor.person_id)
        if before == stars or is_applied(connection, actor):
            if before == stars and actor.in_club and before is not None:
                self._share(connection, movie_id, actor, at)
            return Rated(card_of(connection, film, actor, before), before, before)
        meet(connection, actor, at)
        if stars is not None and actor.in_club:
            enter(connection, self._ranking, actor, at)
        _store(connection, movie_id, actor, source, stars=stars, at=at)
        scores.add(
            connection, self._ranking, actor.person_id, movie_id,
            count=(stars is not None) - (before is not None), total=(stars or 0) - (before or 0),
        )  # fmt: skip
        record(
            connection, _action(before, stars), actor, at=at, subject=f"movie:{movie_id}",
            before=_stars(before), after=_stars(stars),
        )  # fmt: skip
        return Rated(card_of(connection, film, actor, stars), before, stars)

    def _share(self, connection: sa.Connection, movie_id: int, actor: Actor, at: datetime) -> None:
        """Show stars in the club where they were pressed again; when they were given stays as it was."""
        if is_applied(connection, actor):
            return
        mine = {"person": actor.person_id, "movie": movie_id}
        shown_in = connection.execute(_SHOWN_IN, mine).scalar_one()
        if shown_in == actor.chat_id:
            join(connection, self._ranking, actor, at)
            return
        meet(connection, actor, at)
        enter(connection, self._ranking, actor, at)
        connection.execute(_MOVE, {**mine, "to_chat": actor.chat_id})
        record(
            connection, AuditAction.RATING_SHARE, actor, at=at, subject=f"movie:{movie_id}",
            before={"chat": shown_in}, after={"chat": actor.chat_id},
        )  # fmt: skip

    async def mine(self, person_id: int, *, order: MyOrder = MyOrder.NEWEST, page: int = 0) -> MyPage:
        """A person's ratings, ten a page; best first puts the newer of two equals first."""
        return await self._database.read(lambda connection: _mine(connection, person_id, order, page))

    async def given(self, person_id: int, movie_ids: Sequence[int]) -> dict[int, int]:
        """A person's stars for those of the movies that they have rated."""
        chosen = sa.select(rating.c.movie_id, rating.c.stars).where(
            rating.c.person_id == person_id, rating.c.movie_id.in_(movie_ids)
        )
        rows = await self._database.read(lambda connection: connection.execute(chosen).all())
        return {row.movie_id: row.stars for row in rows}


def _store(
    connection: sa.Connection, movie_id: int, actor: Actor, source: Source | None, *, stars: int | None, at: datetime
) -> None:
    key = {"person_id": actor.person_id, "movie_id": movie_id}
    if stars is None:
        connection.execute(_DELETE, {"person": actor.person_id, "movie": movie_id})
        return
    set_now = {"stars": stars, "chat_id": actor.chat_id, "source": str(source), "created_at": at, "rated_at": at}
    put(connection, rating, key | set_now, keep=("created_at",))


def _action(before: int | None, after: int | None) -> AuditAction:
    if before is None:
        return AuditAction.RATING_CREATE
    return AuditAction.RATING_DELETE if after is None else AuditAction.RATING_UPDATE


def _stars(stars: int | None) -> dict[str, int] | None:
    return None if stars is None else {"stars": stars}


def _mine(connection: sa.Connection, person_id: int, order: MyOrder, page: int) -> MyPage:
    newest = (rating.c.rated_at.desc(), rating.c.movie_id)
    rows = connection.execute(
        sa.select(movie.c.id, movie.c.title, movie.c.year, movie.c.directors, rating.c.stars, rating.c.rated_at)
        .join(movie, movie.c.id == rating.c.movie_id)
        .where(rating.c.person_id == person_id)
        .order_by(*(newest if order is MyOrder.NEWEST else (rating.c.stars.desc(), *newest)))
        .limit(PAGE + 1)
        .offset(page * PAGE)
    ).all()
    total, mean = connection.execute(
        sa.select(sa.func.count(), sa.func.avg(rating.c.stars)).where(rating.c.person_id == person_id)
    ).one()
    ratings = tuple(
        MyRating(
            MovieLine(id=row.id, title=row.title, year=row.year, directors=split(row.directors)),
            row.stars,
            row.rated_at,
        )
        for row in rows[:PAGE]
    )
    return MyPage(ratings, order, page, total, None if mean is None else float(mean), more=len(rows) > PAGE)
