"""PostgreSQL behind PgBouncer in transaction mode: each transaction may meet another server connection."""

import asyncio
import os
import pwd
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from storage.service import Storage, StorageSettings
from storage.values import Actor, TopQuery
from tests.databases import DUNE, HEAT, Clock, add_films, new_database
from tests.program import free_port

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
PEOPLE = [Actor(person_id=5000000000 + n, name=f"P{n}", chat_id=5000000000 + n, language="en") for n in range(40)]
CONFIG = """
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
auth_type = any
pool_mode = transaction
default_pool_size = 3
server_lifetime = 1
unix_socket_dir =
logfile = {folder}/log
pidfile = {folder}/pid
"""

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="no pgbouncer here: tests/tools.sh says why")


def as_the_owner_of(data: Path, folder: Path) -> tuple[str, str]:
    """Options to run as whoever the server's directory belongs to, who may then write to `folder`."""
    owner = pwd.getpwuid(data.stat().st_uid)
    shutil.chown(folder, owner.pw_uid)
    for each in folder.parents[:4]:
        each.chmod(each.stat().st_mode | 0o011)
    return "-u", owner.pw_name


@pytest.fixture
async def bouncer(tmp_path: Path, postgres: str) -> AsyncIterator[int]:
    """Its port; three connections to the server are shared by whoever comes, and soon exchanged for others."""
    server, listen = make_url(postgres), free_port()
    folder = tmp_path / "bouncer"
    folder.mkdir()
    host, port = server.query.get("host", server.host), server.port or 5432
    config = folder / "pgbouncer.ini"
    config.write_text(CONFIG.format(host=host, port=port, user=server.username, listen=listen, folder=folder))
    as_whom = as_the_owner_of(Path(str(host)), folder) if os.getuid() == 0 else ()  # it refuses to run as root
    process = await asyncio.create_subprocess_exec(str(PGBOUNCER), *as_whom, "-q", str(config))
    yield listen
    process.terminate()
    await process.wait()


async def test_everything_works_and_nobody_meets_anothers_statement(
    bouncer: int, postgres: str, migrated_template: str, tmp_path: Path
) -> None:
    name = make_url(await new_database(postgres, migrated_template)).database
    url = f"postgresql://anybody@127.0.0.1:{bouncer}/{name}?prepared=off"
    clock = Clock()
    replicas = [
        await Storage.open(StorageSettings(data_dir=tmp_path / str(number), url=url), now=clock) for number in "ab"
    ]
    await add_films(replicas[0])
    for stars in (8, 9, 7):
        rates = (
            replicas[number % 2].ratings.rate(movie, stars, who)
            for number, who in enumerate(PEOPLE)
            for movie in (DUNE, HEAT)
        )
        await asyncio.gather(*rates, *(each.lists.top(TopQuery(scope=0)) for each in replicas for _ in range(20)))
    settings = [await replicas[0].digests.change(who, enabled=True) for who in PEOPLE[:3]]
    clock.at = settings[0].next_run_at or clock.at
    due = await replicas[1].digests.queue_due(lambda _: {"text": "x"})
    await replicas[0].audit.seal()
    first, report = (await replicas[1].lists.top(TopQuery(scope=0))).lines[0], await replicas[1].audit.verify()
    for each in replicas:
        await each.close()

    assert (first.score.count if first.score else 0, first.score.total if first.score else 0) == (40, 280)
    assert (due[0], set(due[1])) == (3, {who.chat_id for who in PEOPLE[:3]})
    assert (report.fault, report.entries) == (None, 243)
