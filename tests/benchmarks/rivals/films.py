"""What most bots of this kind have beneath them: tables by SQLAlchemy's ORM, a session for each press."""

import json
from datetime import UTC, datetime

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Rating(Base):
    __tablename__ = "rating"
    person_id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(primary_key=True)
    stars: Mapped[int]
    rated_at: Mapped[datetime]


class Score(Base):
    __tablename__ = "score"
    movie_id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    total: Mapped[int]


class Entry(Base):
    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[int]
    action: Mapped[str]
    subject: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str]


class Films:
    def __init__(self, file: str) -> None:
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{file}", connect_args={"timeout": 60})
        event.listen(self._engine.sync_engine, "connect", _prepare)
        self._sessions = async_sessionmaker(self._engine)

    async def open(self) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def rate(self, who: int, movie: int, stars: int) -> str:
        """Store it with its score and an audit entry; the card's text."""
        async with self._sessions.begin() as session:
            before = await _store(session, who, movie, stars)
            score = await session.get(Score, movie)
            if score is None:
                session.add(score := Score(movie_id=movie, count=0, total=0))
            score.count, score.total = score.count + (before is None), score.total + stars - (before or 0)
            action = "rating.create" if before is None else "rating.update"
            old = None if before is None else json.dumps({"stars": before})
            about = {"actor": who, "action": action, "subject": f"movie:{movie}"}
            session.add(Entry(at=datetime.now(UTC), **about, before=old, after=json.dumps({"stars": stars})))
            return f"Film {movie}\n{score.total / score.count:.1f} ({score.count})\nYou: {stars}"


async def _store(session: AsyncSession, who: int, movie: int, stars: int) -> int | None:
    rating = await session.get(Rating, (who, movie))
    now = datetime.now(UTC)
    if rating is None:
        session.add(Rating(person_id=who, movie_id=movie, stars=stars, rated_at=now))
        return None
    before, rating.stars, rating.rated_at = rating.stars, stars, now
    return before


def _prepare(raw, _record) -> None:
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=NORMAL")  # gentler than what ours runs with
