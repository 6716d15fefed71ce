"""An upgrade without loss: nothing of the former schema is lost, and a former program works on beside the new one."""

import ast
from functools import partial

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage import upgrade
from storage.service import Storage
from tests.databases import ANN, BEN, DUNE, NOON, Clock

FORMER = "2026_11_23_004"
ADDS = {"create_table", "create_index", "drop_index", "drop_constraint", "add_column", "execute", "get_bind", "f"}
"""What a program that knows nothing of it does not notice; `execute` makes triggers."""


def moved(connection: sa.Connection, *, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(upgrade.SCRIPTS))
    config.attributes["connection"] = connection
    if to == "head":
        command.upgrade(config, to)
    else:
        command.downgrade(config, to)


async def move(storage: Storage, to: str) -> None:
    await storage.database.on_writing_connection(partial(moved, to=to))


async def took(storage: Storage, update_id: int) -> None:
    """The former program stores an update: it knows of no replicas."""
    at = sa.bindparam("at", NOON, type_=sa.DateTime(timezone=True))
    if storage.database.is_sqlite:
        at = sa.bindparam("at", int(NOON.timestamp()) * 1_000_000)
    statement = sa.text(
        f"INSERT INTO inbox (update_id, person_id, payload, received_at)"
        f" VALUES ({update_id}, {ANN.person_id}, :payload, :at)"
    ).bindparams(at, payload=b"{}")
    await storage.database.write(lambda connection: connection.execute(statement))


async def reopened(storage: Storage) -> Storage:
    return await Storage.open(storage.settings, now=Clock())


async def test_what_the_former_version_left_is_all_there_and_is_gone_on_with(storage: Storage) -> None:
    for number, who in enumerate((ANN, BEN), 7):
        await storage.ratings.rate(DUNE, number, who)
    await storage.audit.seal()
    await move(storage, FORMER)
    await took(storage, 1)
    await move(storage, "head")
    new = await reopened(storage)

    card, report = await new.movies.card(DUNE, ANN), await new.audit.verify()
    waiting = await new.inbox.claim(new.replicas.id)
    await new.close()

    assert (card.my_stars, card.everyone.count if card.everyone else 0) == (7, 2)
    assert (report.fault, report.entries) == (None, 2)
    assert [item.update_id for item in waiting] == [1]


async def test_a_former_version_that_drains_beside_the_new_one_loses_nothing(storage: Storage) -> None:
    """It stores one more update after the migration, and is stopped before it is handled."""
    await storage.replicas.beat()
    await took(storage, 1)

    assert [item.update_id for item in await storage.inbox.claim(storage.replicas.id)] == [1]
    assert await storage.inbox.claim(storage.replicas.id) == []


@pytest.mark.parametrize("path", sorted((upgrade.SCRIPTS / "versions").glob("2*.py"))[1:], ids=lambda path: path.stem)
def test_every_migration_only_adds(path: object) -> None:
    """So that replicas of the former version go on while those of the new one come up."""
    (up,) = [
        each
        for each in ast.parse(path.read_text("utf-8")).body  # type: ignore[attr-defined]
        if isinstance(each, ast.FunctionDef) and each.name == "upgrade"
    ]
    calls = [each.func for each in ast.walk(up) if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)]
    done = {call.attr for call in calls if isinstance(call.value, ast.Name) and call.value.id == "op"}

    assert done
    assert done <= ADDS
