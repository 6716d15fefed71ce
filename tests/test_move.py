"""Moving between the databases: everything, compared on both sides, or nothing at all."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.move import MoveRefused, move
from storage.service import Storage, StorageSettings
from tests import program
from tests.databases import ALIEN, ANN, Clock, new_database
from tests.test_backup import content, lived, quietly


async def opened(url: str, data_dir: Path) -> Storage:
    return await Storage.open(StorageSettings(data_dir=data_dir, url=url), now=Clock())


async def test_there_and_back_is_the_same(sqlite_storage: Storage, postgres: str, tmp_path: Path) -> None:
    await lived(sqlite_storage)
    before = await content(sqlite_storage)
    url = await new_database(postgres)
    there = await move(sqlite_storage, url, quietly)
    moved = await opened(url, tmp_path / "there")
    back = await move(moved, f"sqlite:///{tmp_path / 'back.db'}", quietly)
    returned = await opened(f"sqlite:///{tmp_path / 'back.db'}", tmp_path / "back")

    assert there == back
    assert await content(returned) == before == await content(moved)
    assert (await moved.ratings.rate(ALIEN, 10, ANN)).before == 3
    for each in (moved, returned):
        await each.close()


async def test_nothing_moves_into_a_database_that_holds_something(
    sqlite_storage: Storage, postgres_storage: Storage, tmp_path: Path
) -> None:
    await lived(sqlite_storage)
    await postgres_storage.ratings.rate(ALIEN, 2, ANN)
    before = await content(postgres_storage)
    with pytest.raises(MoveRefused, match="name an empty one"):
        await move(sqlite_storage, postgres_storage.database.url.render_as_string(hide_password=False), quietly)
    (tmp_path / "there.db").write_text("precious")
    with pytest.raises(MoveRefused, match="is there already"):
        await move(sqlite_storage, f"sqlite:///{tmp_path / 'there.db'}", quietly)
    for file in ("matinee.db", "../data/matinee.db", "matinee.db-wal"):
        with pytest.raises(MoveRefused, match="in use"):
            await move(sqlite_storage, f"sqlite:///{tmp_path / 'data' / file}", quietly)

    assert await content(postgres_storage) == before
    assert (tmp_path / "there.db").read_text() == "precious"


async def test_a_missing_directory_is_named_and_not_made(sqlite_storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(MoveRefused, match=r"there is no directory .*nowhere"):
        await move(sqlite_storage, f"sqlite:///{tmp_path / 'nowhere' / 'there.db'}", quietly)

    assert not (tmp_path / "nowhere").exists()


async def test_a_trail_that_was_changed_from_outside_does_not_move(sqlite_storage: Storage, tmp_path: Path) -> None:
    await lived(sqlite_storage)
    changed = sa.text("UPDATE audit_seal SET entries = entries + 1")
    await sqlite_storage.database.write(lambda connection: _without_triggers(connection, changed))
    with pytest.raises(MoveRefused, match="changed from outside"):
        await move(sqlite_storage, f"sqlite:///{tmp_path / 'there.db'}", quietly)

    assert not (tmp_path / "there.db").exists()


def _without_triggers(connection: sa.Connection, statement: sa.TextClause) -> None:
    names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    for name in names:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    connection.execute(statement)


async def test_a_bot_that_goes_on_writing_is_noticed(
    sqlite_storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lived(sqlite_storage)
    verify = sqlite_storage.audit.verify

    async def meanwhile() -> object:
        await sqlite_storage.ratings.rate(ALIEN, 4, ANN)
        return await verify()

    monkeypatch.setattr(sqlite_storage.audit, "verify", meanwhile)
    with pytest.raises(MoveRefused, match="was the bot running"):
        await move(sqlite_storage, f"sqlite:///{tmp_path / 'there.db'}", quietly)

    assert not (tmp_path / "there.db").exists()


async def test_a_sqlite_database_does_not_move_while_the_bot_has_it_open(
    sqlite_storage: Storage, tmp_path: Path
) -> None:
    await lived(sqlite_storage)
    end = await program.matinee(tmp_path / "data", "move", "--to", f"sqlite:///{tmp_path / 'there.db'}")

    assert (end.code, end.err) == (1, f"matinee: {tmp_path / 'data' / 'matinee.db'} is in use: stop the bot first\n")
    assert not (tmp_path / "there.db").exists()


async def test_postgresql_does_not_move_while_a_replica_lives(postgres_storage: Storage, tmp_path: Path) -> None:
    await lived(postgres_storage)
    there = f"sqlite:///{tmp_path / 'there.db'}"
    await postgres_storage.replicas.beat()
    with pytest.raises(MoveRefused, match="in use: stop the bot first"):
        await move(postgres_storage, there, quietly)
    await postgres_storage.replicas.leave()

    assert (await move(postgres_storage, there, quietly)).ratings == 2


async def test_the_command_says_what_to_do_next(tmp_path: Path) -> None:
    data = await program.small_world(tmp_path / "data")
    there = tmp_path / "there.db"
    first = await program.matinee(data, "move", "--to", f"sqlite:///{there}")
    again = await program.matinee(data, "move", "--to", f"sqlite:///{there}")

    assert (first.code, again.code) == (0, 1)
    assert "set MATINEE_DATABASE_URL" in first.out
    assert "is there already" in again.err


async def test_the_address_may_come_from_the_environment_where_nobody_sees_its_password(tmp_path: Path) -> None:
    there = f"sqlite:///{tmp_path / 'there.db'}"
    end = await program.matinee(await program.small_world(tmp_path / "data"), "move", move_to=there)

    assert (end.code, "unknown" in end.err, (tmp_path / "there.db").exists()) == (0, False, True)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("foo", "cannot be read"), ("postgresql://user:hush@host:port/x", "cannot be read"),
        ("mysql://user:hush@host/x", "mysql is not supported"),
    ],
)  # fmt: skip
async def test_an_address_that_is_none_is_wrong_usage(address: str, told: str, tmp_path: Path) -> None:
    end = await program.matinee(tmp_path / "data", "move", "--to", address)

    assert (end.code, end.out, told in end.err, "hush" in end.err) == (2, "", True, False)
