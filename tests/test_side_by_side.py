"""What two batches at a time, or two replicas, do to the same club: each comes wholly before the other.

The first of two is made slow by a write that waits in its batch; the other begins meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

import pytest
import sqlalchemy as sa

from storage import scores
from storage.models import digest_run, digest_setting, outbox, score
from storage.service import Storage
from storage.values import Owed
from tests.databases import AMELIE, ANN, BEN, DUNE, NOON, in_club

OLD, NEW = -77, -1007700000000


async def beside(storage: Storage, slow: Coroutine[Any, Any, Any], quick: Awaitable[Any]) -> None:
    """`quick` begins while the batch of `slow` has done its work and is not committed."""
    waits = storage.database.write(lambda connection: connection.execute(sa.select(sa.func.pg_sleep(0.4))))
    async with asyncio.TaskGroup() as group:
        group.create_task(slow)
        group.create_task(waits)
        await asyncio.sleep(0.15)
        await quick


async def assert_recount_agrees(storage: Storage) -> None:
    """Kept scores are those that a recount of all ratings finds."""
    columns = sa.select(score.c.scope, score.c.movie_id, score.c.count, score.c.total).order_by(*score.primary_key)

    def recounted(connection: sa.Connection) -> tuple[Any, Any]:
        kept = connection.execute(columns).all()
        scores.rebuild(connection, storage.settings.ranking)
        return kept, connection.execute(columns).all()

    kept, anew = await storage.database.write(recounted)
    assert kept
    assert kept == anew


async def test_a_club_gets_a_member_while_another_takes_stars_back(postgres_storage: Storage) -> None:
    await postgres_storage.ratings.rate(DUNE, 8, ANN)
    await postgres_storage.ratings.rate(DUNE, 5, BEN)
    await postgres_storage.clubs.join(in_club(BEN))

    taken_back = postgres_storage.ratings.remove(DUNE, BEN)
    await beside(postgres_storage, postgres_storage.clubs.join(in_club(ANN)), taken_back)

    await assert_recount_agrees(postgres_storage)


@pytest.mark.parametrize("film", [DUNE, AMELIE])
async def test_a_group_becomes_a_supergroup_while_a_member_rates(postgres_storage: Storage, film: int) -> None:
    await postgres_storage.ratings.rate(DUNE, 5, BEN)
    await postgres_storage.clubs.join(in_club(BEN, OLD))

    rated = postgres_storage.ratings.rate(film, 9, BEN)
    await beside(postgres_storage, postgres_storage.clubs.migrate(OLD, NEW), rated)

    await assert_recount_agrees(postgres_storage)


async def test_a_group_becomes_a_supergroup_while_its_digest_arrives(postgres_storage: Storage) -> None:
    await postgres_storage.clubs.join(in_club(BEN, OLD))
    run = {"chat_id": OLD, "week": "2026-W47", "status": "claimed"}
    times = dict.fromkeys(("period_start", "period_end", "claimed_at"), NOON)
    await postgres_storage.database.write(lambda c: c.execute(sa.insert(digest_run), {**run, **times}))
    await postgres_storage.outbox.owe(Owed(key=f"digest:{OLD}:2026-W47", kind="digest", chat_id=OLD, payload={}))
    ((message_id, _),) = await postgres_storage.outbox.heads()
    await postgres_storage.outbox.begin(message_id)

    arrived = postgres_storage.outbox.finish(message_id, "sent", telegram_id=7)
    await beside(postgres_storage, postgres_storage.clubs.migrate(OLD, NEW), arrived)

    for table in (digest_run, outbox):
        stored = sa.select(table.c.chat_id, table.c.status)
        assert await postgres_storage.database.read(lambda c, s=stored: c.execute(s).all()) == [(NEW, "sent")]


async def test_a_group_becomes_a_supergroup_while_its_digest_is_queued(postgres_storage: Storage) -> None:
    await postgres_storage.ratings.rate(DUNE, 5, BEN)
    await postgres_storage.clubs.join(in_club(BEN, OLD))
    due = {"chat_id": OLD, "enabled": True, "weekday": 0, "minute": 0, "zone": "UTC", "next_run_at": NOON}
    await postgres_storage.database.write(lambda c: c.execute(sa.insert(digest_setting), due))

    queued = postgres_storage.digests.queue_due(lambda _digest: {})
    await beside(postgres_storage, queued, postgres_storage.clubs.migrate(OLD, NEW))

    ran = sa.select(digest_run.c.chat_id)
    assert await postgres_storage.database.read(lambda c: c.execute(ran).scalars().all()) == [NEW]
