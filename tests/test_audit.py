"""The trail: only ever added to, committed to by hashes, readable by its people, erasable in content."""

import hashlib
import json
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.exc import DBAPIError

from storage.audit import commitment
from storage.models import audit_entry
from storage.service import Storage
from storage.values import AuditFilter
from tests.databases import ANN, BEN, CLUB, DUNE, HEAT, in_club

FORBIDDEN = [
    "DELETE FROM audit_entry",
    "UPDATE audit_entry SET actor = 1",
    "UPDATE audit_entry SET at = at, erased_at = at",
    "UPDATE audit_entry SET commitment = salt",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_the_database_refuses_to_rewrite_an_entry(storage: Storage, statement: str) -> None:
    await storage.ratings.rate(DUNE, 8, ANN)

    with pytest.raises(DBAPIError, match="append-only"):
        await storage.database.write(lambda connection: connection.exec_driver_sql(statement))


async def test_postgresql_refuses_to_empty_the_trail(postgres_storage: Storage) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        await postgres_storage.database.write(lambda connection: connection.exec_driver_sql("TRUNCATE audit_entry"))


async def test_an_entry_commits_to_its_content(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, ANN)
    row = await storage.database.read(lambda connection: connection.execute(sa.select(audit_entry)).one())
    names = ("actor", "chat_id", "action", "subject", "before", "after", "update_id")
    content = {name: getattr(row, name) for name in names}

    assert row.commitment == commitment(row.salt, row.at, content)
    assert row.commitment != commitment(row.salt, row.at, content | {"after": {"stars": 9}})


PLAIN = some.text() | some.integers(-(2**63), 2**63 - 1) | some.booleans() | some.none()
DETAILS = some.dictionaries(some.text(), PLAIN | some.lists(PLAIN) | some.dictionaries(some.text(), PLAIN))


@given(some.binary(min_size=16, max_size=16), some.datetimes(), some.dictionaries(some.text(), PLAIN | DETAILS))
def test_anybody_can_compute_a_commitment_with_their_languages_json(
    salt: bytes, moment: datetime, content: dict[str, Any]
) -> None:
    at = moment.replace(tzinfo=UTC)
    written = {**content, "at": at.isoformat()}
    canonical = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert commitment(salt, at, content) == hashlib.sha256(salt + canonical.encode()).digest()


async def test_history_shows_only_ones_own_changes_newest_first(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, ANN)
    await storage.ratings.rate(HEAT, 3, BEN)
    await storage.ratings.remove(DUNE, ANN)
    history = await storage.audit.history(ANN.person_id)

    assert [line.entry.action for line in history.lines] == ["rating.delete", "rating.create"]
    assert {(line.title, line.year) for line in history.lines} == {("Dune", 2021)}


async def test_history_comes_ten_a_page(storage: Storage) -> None:
    for turn in range(12):
        await storage.ratings.rate(DUNE, turn % 10 + 1, ANN)
    first, second = [await storage.audit.history(ANN.person_id, page=page) for page in (0, 1)]

    assert (len(first.lines), first.more) == (10, True)
    assert (len(second.lines), second.more) == (2, False)


async def planned(storage: Storage, asking: Awaitable[Any]) -> tuple[Any, list[str]]:
    """What a read comes to, and how SQLite goes about it."""
    asked: list[tuple[str, Any]] = []
    assert storage.database._reading is not None
    engine = storage.database._reading.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    found, (statement, values) = await asking, asked[0]
    explained = f"EXPLAIN QUERY PLAN {statement}"
    return found, await storage.database.read(lambda c: [row[3] for row in c.exec_driver_sql(explained, values)])


async def test_who_set_the_digest_is_found_without_looking_through_the_trail(sqlite_storage: Storage) -> None:
    await sqlite_storage.digests.change(in_club(ANN), minute=60)
    who, plan = await planned(sqlite_storage, sqlite_storage.digests.set_by(CLUB))

    assert who == ANN.person_id
    assert plan[0] == "SEARCH audit_entry USING INDEX ix_audit_entry_subject (subject=?)"


@pytest.mark.parametrize("whose", ["one's own", "everybody's"])
async def test_a_page_of_changes_looks_through_no_catalogue(sqlite_storage: Storage, whose: str) -> None:
    """Each line did, and each line of the pages before: with 120,000 films the hundredth page took a minute."""
    await sqlite_storage.clubs.join(in_club(ANN))
    await sqlite_storage.ratings.rate(DUNE, 8, ANN)
    trail = sqlite_storage.audit
    asking = trail.history(ANN.person_id) if whose == "one's own" else trail.entries(AuditFilter())
    page, plan = await planned(sqlite_storage, asking)

    assert [line.title for line in page.lines] == ["Dune", None]
    assert [step for step in plan if "movie" in step] == ["SEARCH movie USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN"]


async def test_erasing_a_person_empties_their_entries_and_keeps_the_commitments(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    await storage.ratings.rate(DUNE, 4, in_club(BEN))
    before = await _commitments(storage)
    gone = await storage.people.erase(ANN)
    entries = [entry async for entry in storage.audit.export()]

    assert gone == 1
    assert (await _commitments(storage))[: len(before)] == before
    assert [(entry.actor, entry.action) for entry in entries] == [
        (None, None), (BEN.person_id, "rating.create"), (0, "person.erase")
    ]  # fmt: skip


async def test_scores_follow_an_erasure(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    await storage.ratings.rate(DUNE, 4, in_club(BEN))
    await storage.people.erase(ANN)
    card = await storage.movies.card(DUNE, in_club(BEN))

    assert card.everyone is not None
    assert card.here is not None
    assert (card.everyone.count, card.here.total) == (1, 4)


async def _commitments(storage: Storage) -> list[bytes]:
    query = sa.select(audit_entry.c.commitment).order_by(audit_entry.c.id)
    return list(await storage.database.read(lambda connection: connection.execute(query).scalars().all()))
