"""Moving house: everything from SQLite to PostgreSQL or back, compared on both sides before it counts."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from storage import upgrade
from storage.catalogue.service import Progress
from storage.database import Database
from storage.engine import is_sqlite, parse_url
from storage.errors import StorageError
from storage.faults import in_words
from storage.in_use import IN_USE, belongs_to_one_in_use
from storage.models import audit_entry, digest_run, rating, score
from storage.replicas import LEASE
from storage.service import Storage, StorageSettings
from storage.transfer import NotEmpty, create, fold, holds_anything, rename, scratch, transfer
from storage.verify import verify

SUMS = {
    "stars": sa.select(sa.func.coalesce(sa.func.sum(rating.c.stars), 0)),
    "people who rated": sa.select(sa.func.count(sa.distinct(rating.c.person_id))),
    "score totals": sa.select(sa.func.coalesce(sa.func.sum(score.c.total), 0)),
    "digests sent": sa.select(sa.func.count()).where(digest_run.c.status == "sent"),
    "last audit entry": sa.select(sa.func.coalesce(sa.func.max(audit_entry.c.id), 0)),
}
"""What must be the same on both sides, beside the number of rows of every table."""


class MoveRefused(StorageError):
    """Why nothing was moved; the database that was there is untouched."""


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What both sides hold now; the fingerprint is that of the newest seal."""

    ratings: int
    audit_entries: int
    fingerprint: str | None


def refuse_while_open(settings: StorageSettings) -> None:
    """To be called before the SQLite file to move is opened here, for then nobody can tell who else has it open.

    Raises DatabaseUnavailable. Who works on PostgreSQL is seen by `move` itself.
    """
    url = parse_url(settings.url, settings.data_dir)
    file = Path(url.database or "")
    if is_sqlite(url) and file.is_file():
        fold(file)


async def move(storage: Storage, url: str, progress: Progress) -> MoveReport:
    """Fill the empty database at `url` with everything. The old one stays as it is; nobody may write to it meanwhile.

    Raises MoveRefused, DatabaseUnavailable.
    """
    if await storage.replicas.living():
        lease = f"{LEASE.total_seconds():.0f} s"
        raise MoveRefused(f"the database is in use: stop the bot first (one that was killed counts for {lease} more)")
    target = parse_url(url, storage.settings.data_dir)
    if target == storage.database.url:
        raise MoveRefused("that is the database in use: name the one to move to")
    try:
        if not is_sqlite(target):
            return await _into(storage, target, progress)
        return await _into_file(storage, Path(target.database or ""), progress)
    except NotEmpty:
        raise MoveRefused("the database to move to holds people, ratings or audit entries: name an empty one") from None


async def _into_file(storage: Storage, file: Path, progress: Progress) -> MoveReport:
    try:
        await asyncio.to_thread(_make_way, file, storage.database.url)
    except (OSError, RuntimeError) as error:
        raise MoveRefused(f"{file} cannot be written: {in_words(error)}") from error
    with scratch(file.parent) as place:
        made = place / "matinee.db"
        create(made)
        report = await _into(storage, URL.create("sqlite", database=str(made)), progress)
        fold(made)
        rename(made, file)
    return report


def _make_way(file: Path, ours: URL) -> None:
    if belongs_to_one_in_use(file, ours):
        raise MoveRefused(f"{file} {IN_USE}")
    if file.exists():
        raise MoveRefused(f"{file} is there already: name another file, or remove it")
    if not file.parent.is_dir():
        raise MoveRefused(f"there is no directory {file.parent}")


async def _into(storage: Storage, url: URL, progress: Progress) -> MoveReport:
    source, target = storage.database, Database(url, storage.now)
    try:
        await upgrade.bring_to_head(target, may_migrate=True)
        if await target.read(holds_anything):
            raise NotEmpty
        before = await source.snapshot(_sums)
        if fault := (await storage.audit.verify()).fault:
            raise MoveRefused(f"the audit trail was changed from outside: {fault}")
        await transfer(source, target, progress, lambda connection: _compare(before, connection))
        seal = await target.read(verify)
    finally:
        await target.close()
    return MoveReport(before["ratings"], before["audit entries"], seal.fingerprint)


def _sums(connection: sa.Connection) -> dict[str, Any]:
    rows = {"ratings": rating, "audit entries": audit_entry}
    counts = {name: sa.select(sa.func.count()).select_from(table) for name, table in rows.items()}
    return {name: int(connection.execute(query).scalar_one()) for name, query in {**counts, **SUMS}.items()}


def _compare(before: Mapping[str, Any], connection: sa.Connection) -> None:
    """On PostgreSQL still in the transaction, so that what is not the same is never there."""
    if (after := _sums(connection)) != before:
        raise MoveRefused(f"what arrived is not what was there: {before} became {after}; was the bot running?")
    if fault := verify(connection).fault:
        raise MoveRefused(f"the audit trail did not arrive whole: {fault}")
