"""Seals: whatever is changed in the raw database is found, and what was lawfully erased is not a fault."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.seals import MerkleTree, fingerprint, leaf_of, same_fingerprint
from storage.service import Storage
from tests import program
from tests.databases import ANN, BEN, DUNE, HEAT, in_club

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


async def lived(storage: Storage) -> None:
    """Two seals over twelve entries, and two entries after them."""
    for stars in (3, 4, 5, 6, 7, 8):
        await storage.ratings.rate(DUNE, stars, in_club(ANN))
    await storage.audit.seal()
    for stars in (3, 4, 5, 6, 7, 8):
        await storage.ratings.rate(HEAT, stars, BEN)
    await storage.audit.seal()
    await storage.ratings.rate(DUNE, 1, BEN)
    await storage.ratings.rate(DUNE, 2, BEN)


async def test_an_untouched_trail_is_intact(storage: Storage) -> None:
    await lived(storage)
    found = await storage.audit.verify()

    assert (found.fault, found.entries, found.seals, found.erased) == (None, 14, 2, 0)


async def test_sealing_nothing_new_adds_no_seal(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, ANN)
    first, second = await storage.audit.seal(), await storage.audit.seal()

    assert first == second
    assert first is not None
    assert (first.id, first.entries) == (1, 1)


async def test_an_erasure_leaves_the_trail_intact(storage: Storage) -> None:
    await lived(storage)
    await storage.people.erase(ANN)
    await storage.people.erase(BEN)
    found = await storage.audit.verify()

    assert (found.fault, found.entries, found.erased) == (None, 16, 14)


async def test_a_kept_fingerprint_is_found_in_any_spelling(storage: Storage) -> None:
    await lived(storage)
    newest = await storage.audit.newest_seal()
    assert newest is not None

    assert (await storage.audit.verify(newest.fingerprint.lower().replace("-", " "))).fault is None


async def test_an_unknown_fingerprint_says_that_all_that_is_there_is_intact(storage: Storage) -> None:
    await lived(storage)
    found = await storage.audit.verify("AAAA-AAAA-AAAA-AAAA")

    assert "no seal has the fingerprint" in str(found.fault)
    assert (found.unanchored, found.entries, found.seals) == (True, 14, 2)


TRIGGERS = ("audit_entry_keep", "audit_entry_fix", "audit_seal_keep", "audit_seal_fix")
CHANGES = {
    "stars": """UPDATE audit_entry SET after = '{"stars": 9}' WHERE id = 3""",
    "a space in the JSON": """UPDATE audit_entry SET after = '{"stars":  5}' WHERE id = 3""",
    "actor": "UPDATE audit_entry SET actor = actor + 1 WHERE id = 3",
    "actor of an unsealed one": "UPDATE audit_entry SET actor = actor + 1 WHERE id = 13",
    "instant by a microsecond": "UPDATE audit_entry SET at = at + 1 WHERE id = 3",
    "instant gone wild": "UPDATE audit_entry SET at = 9223372036854775807 WHERE id = 3",
    "action": "UPDATE audit_entry SET action = 'rating.creatf' WHERE id = 1",
    "chat": "UPDATE audit_entry SET chat_id = NULL WHERE id = 3",
    "update id": "UPDATE audit_entry SET update_id = 7 WHERE id = 3",
    "salt": "UPDATE audit_entry SET salt = zeroblob(16) WHERE id = 3",
    "salt of another type": "UPDATE audit_entry SET salt = 'text' WHERE id = 3",
    "commitment": "UPDATE audit_entry SET commitment = zeroblob(32) WHERE id = 3",
    "marked as erased": "UPDATE audit_entry SET erased_at = 1 WHERE id = 3",
    "emptied without an erasure": (
        "UPDATE audit_entry SET actor=NULL, chat_id=NULL, action=NULL, subject=NULL, before=NULL, after=NULL,"
        " update_id=NULL, salt=NULL, erased_at=at WHERE id = 3"
    ),
    "removal": "DELETE FROM audit_entry WHERE id = 3",
    "removal of the first": "DELETE FROM audit_entry WHERE id = 1",
    "removal at a seal's end": "DELETE FROM audit_entry WHERE id = 6",
    "insertion": (
        "INSERT INTO audit_entry SELECT -1, at, actor, chat_id, action, subject, before, after, update_id, salt,"
        " commitment, erased_at FROM audit_entry WHERE id = 3"
    ),
    "swap": "UPDATE audit_entry SET id = CASE id WHEN 3 THEN -4 ELSE -3 END WHERE id IN (3, 4);"
    "UPDATE audit_entry SET id = -id WHERE id < 0",
    "truncation": "DELETE FROM audit_entry WHERE id > 8",
    "truncation of the unsealed": "DELETE FROM audit_entry WHERE id = 14",
    "truncation with its seal": "DELETE FROM audit_entry WHERE id > 6; DELETE FROM audit_seal WHERE id = 2",
    "all": "DELETE FROM audit_entry; DELETE FROM audit_seal",
    "seal removed": "DELETE FROM audit_seal WHERE id = 1",
    "last seal removed": "DELETE FROM audit_seal WHERE id = 2",
    "seal's root": "UPDATE audit_seal SET root = zeroblob(32) WHERE id = 2",
    "seal's root too short": "UPDATE audit_seal SET root = x'00' WHERE id = 2",
    "seal's instant": "UPDATE audit_seal SET at = at + 1 WHERE id = 1",
    "seal's extent": "UPDATE audit_seal SET last_entry = 13 WHERE id = 2",
    "seal's hash": "UPDATE audit_seal SET hash = previous WHERE id = 2",
}


@pytest.mark.parametrize("statements", CHANGES.values(), ids=CHANGES.keys())
async def test_a_change_in_the_raw_database_is_named(sqlite_storage: Storage, statements: str) -> None:
    await lived(sqlite_storage)
    with sqlite3.connect(str(sqlite_storage.database.url.database)) as raw:
        for trigger in TRIGGERS:
            raw.execute(f"DROP TRIGGER {trigger}")
        raw.executescript(statements)
    found = await sqlite_storage.audit.verify()

    assert found.fault is not None
    assert "entry" in found.fault or "seal" in found.fault


async def test_the_first_bad_entry_is_the_one_named(sqlite_storage: Storage) -> None:
    await lived(sqlite_storage)
    with sqlite3.connect(str(sqlite_storage.database.url.database)) as raw:
        raw.execute("DROP TRIGGER audit_entry_fix")
        raw.execute("UPDATE audit_entry SET actor = 1 WHERE id IN (5, 9)")

    assert "entry 5:" in str((await sqlite_storage.audit.verify()).fault)


async def test_postgresql_names_a_removed_entry_too(postgres_storage: Storage) -> None:
    await lived(postgres_storage)

    def remove(connection: sa.Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_keep")
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE id = 3")

    await postgres_storage.database.write(remove)

    assert "the numbers skip from 2 to 4" in str((await postgres_storage.audit.verify()).fault)


@pytest.mark.parametrize("statement", ["DELETE FROM audit_seal", "UPDATE audit_seal SET entries = 1"])
async def test_the_database_refuses_to_rewrite_a_seal(storage: Storage, statement: str) -> None:
    await lived(storage)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        await storage.database.write(lambda connection: connection.exec_driver_sql(statement))


async def test_the_command_line_says_where(tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    storage = await Storage.open(program.storage_settings(data_dir), now=lambda: NOW)
    await lived(storage)
    await storage.close()
    intact = await program.matinee(data_dir, "audit", "verify")
    with sqlite3.connect(data_dir / "matinee.db") as raw:
        raw.execute("DROP TRIGGER audit_entry_fix")
        raw.execute("UPDATE audit_entry SET actor = 1 WHERE id = 5")
    tampered = await program.matinee(data_dir, "audit", "verify")

    assert (intact.code, tampered.code) == (0, 1)
    assert intact.out.startswith("intact  14 entries")
    assert tampered.out.startswith("TAMPERED  entry 5:")


async def test_the_command_line_tells_a_wrong_fingerprint_from_none(tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    storage = await Storage.open(program.storage_settings(data_dir), now=lambda: NOW)
    await storage.ratings.rate(DUNE, 8, ANN)
    await storage.audit.seal()
    await storage.close()
    verify = ("audit", "verify", "--anchor")
    unknown = await program.matinee(data_dir, *verify, "AAAA-AAAA-AAAA-AAAA")
    none = await program.matinee(data_dir, *verify, "hello")

    assert (unknown.code, none.code, none.out) == (1, 2, "")
    assert unknown.out.startswith("NOT FOUND  no seal has the fingerprint AAAA-AAAA-AAAA-AAAA: it was copied wrongly")
    assert unknown.out.endswith("all that is there is intact in itself: 1 entry (0 erased), 1 seal\n")
    assert "K7QD-2MFX-5ATP-RW4C" in none.err


@pytest.mark.parametrize("size", range(1, 18))
def test_a_tree_built_leaf_by_leaf_is_that_of_rfc_6962(size: int) -> None:
    leaves = [leaf_of(number, bytes(32)) for number in range(size)]
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)

    assert tree.root() == _recursive(leaves)


def _recursive(leaves: list[bytes]) -> bytes:
    """The definition: split at the largest power of two below the size."""
    import hashlib

    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _recursive(leaves[:half]) + _recursive(leaves[half:])).digest()


def test_a_fingerprint_is_short_and_readable() -> None:
    shown = fingerprint(bytes(range(32)))

    assert shown == "AAAQ-EAYE-AUDA-OCAJ"
    assert same_fingerprint(shown, " aaaqeaye audaocaj")
