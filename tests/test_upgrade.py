"""Migrations: the tables they make are the program's, SQLite moves by itself, PostgreSQL waits to be told."""

from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from storage import upgrade
from storage.errors import DatabaseUnavailable, SchemaBehind
from storage.models import metadata
from storage.service import Storage, StorageSettings
from tests.databases import Clock, new_database


def test_head_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(upgrade.SCRIPTS))

    assert upgrade.head() == ScriptDirectory.from_config(config).get_current_head()


async def test_migrated_tables_are_the_programs(storage: Storage) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        # Alembic cannot compare an index over an expression (descending) on SQLite, nor see what is SQLite's only.
        odd = {"ix_score_scope_weighted", *({"fk_rating_movie_id"} if connection.dialect.name == "postgresql" else ())}
        options = {"include_name": lambda name, *_: name != "ix_score_scope_weighted"}
        options |= {"include_object": lambda _object, name, *_: name not in odd}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert await storage.database.read(differences) == []


async def test_postgresql_behind_head_names_the_command(tmp_path: Path, postgres: str) -> None:
    settings = StorageSettings(data_dir=tmp_path, url=await new_database(postgres))

    with pytest.raises(SchemaBehind, match="matinee migrate"):
        await Storage.open(settings, now=Clock())


async def test_a_database_that_cannot_hold_all_letters_is_refused_at_once(tmp_path: Path, postgres: str) -> None:
    name = "latin_" + tmp_path.name
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    await connection.close()
    url = make_url(postgres).set(database=name).render_as_string(hide_password=False)

    with pytest.raises(DatabaseUnavailable, match="encoding is LATIN1"):
        await Storage.open(StorageSettings(data_dir=tmp_path, url=url), now=Clock(), migrate=True)


async def test_a_database_from_a_newer_program_is_refused(sqlite_storage: Storage) -> None:
    await sqlite_storage.database.write(
        lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '2999_01_01_001'")
    )

    with pytest.raises(SchemaBehind, match=r"2999_01_01_001, this program knows up to .*: run the newer program"):
        await Storage.open(sqlite_storage.settings, now=Clock())


async def test_opening_again_changes_nothing(sqlite_storage: Storage) -> None:
    again = await Storage.open(sqlite_storage.settings, now=Clock())
    version = await upgrade.version(again.database)
    await again.close()

    assert version == upgrade.head()


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to look like one" * 50])
async def test_a_corrupt_file_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "matinee.db"
    path.write_bytes(content)
    settings = StorageSettings(data_dir=tmp_path)

    if content:
        with pytest.raises(DatabaseUnavailable, match="not a database"):
            await Storage.open(settings, now=Clock())
        assert path.read_bytes() == content
    else:
        await (await Storage.open(settings, now=Clock())).close()


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "nonsense secret", "postgresql://u:secret@127.0.0.1:1/d"])
async def test_a_database_that_cannot_be_is_named_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        await Storage.open(StorageSettings(data_dir=tmp_path, url=url), now=Clock())
    assert "secret" not in str(caught.value)
