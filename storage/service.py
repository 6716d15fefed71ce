"""The Storage object: the one door to the database. One method, one transaction; values in, values out."""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

from storage import upgrade
from storage.catalogue.service import Catalogue
from storage.clubs import Clubs
from storage.database import Database
from storage.digests import Digests
from storage.engine import is_sqlite, parse_url
from storage.errors import DatabaseUnavailable, NoDatabase
from storage.faults import in_words
from storage.imports import Imports
from storage.inbox import Inbox
from storage.languages import Languages
from storage.lists import Lists
from storage.movies import Movies
from storage.outbox import Outbox
from storage.people import People
from storage.personal import Personal
from storage.places import obstacle
from storage.priors import adopt
from storage.quarantine import Quarantine
from storage.ranking import Prior, Ranking
from storage.ratings import Ratings
from storage.replicas import Replicas
from storage.state import State
from storage.trail import AuditTrail
from storage.values import DigestSetting, Now


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """`url` empty: SQLite in `data_dir`. Priors and minimums as in Prior; digest: what a chat starts with."""

    url: str = field(default="", repr=False)  # may hold a password
    data_dir: Path
    everyone_prior: int = 10
    everyone_minimum: int = 5
    club_prior: int = 3
    club_minimum: int = 2
    prior_mean: float = 7.0
    digest: DigestSetting = field(default_factory=lambda: DigestSetting(chat_id=0))

    @property
    def ranking(self) -> Ranking:
        return Ranking(
            everyone=Prior(self.everyone_prior, self.prior_mean, self.everyone_minimum),
            club=Prior(self.club_prior, self.prior_mean, self.club_minimum),
        )


class Storage:
    """Every subject by name. Make one with `open`; close it when done."""

    def __init__(self, database: Database, settings: StorageSettings) -> None:
        self.database = database
        self.settings = settings
        self.now: Now = database.now
        ranking = settings.ranking
        self.catalogue = Catalogue(database, settings.data_dir / "search")
        self.movies = Movies(database, self.catalogue)
        self.ratings = Ratings(database, ranking)
        self.imports = Imports(database, self.catalogue, ranking)
        self.lists = Lists(database, ranking)
        self.people = People(database, ranking)
        self.languages = Languages(database)
        self.clubs = Clubs(database, ranking, self.languages)
        self.digests = Digests(database, ranking, settings.digest)
        self.audit = AuditTrail(database)
        self.inbox = Inbox(database)
        self.replicas = Replicas(database)
        self.personal = Personal(database)
        self.quarantine = Quarantine(database)
        self.outbox = Outbox(database)
        self.state = State(database)

    @classmethod
    async def open(
        cls, settings: StorageSettings, *, now: Now, migrate: bool = False, create: bool = True
    ) -> "Storage":
        """Open the database; SQLite is migrated at once, PostgreSQL only if asked to.

        `now` is the clock of everything that is written. Without `create` no SQLite file is made.
        Raises DatabaseUnavailable, SchemaBehind, NoDatabase.
        """
        if not create and (file := await asyncio.to_thread(_missing, settings)):
            raise NoDatabase(file)
        database = await _connect(settings, now)
        try:
            await upgrade.bring_to_head(database, may_migrate=migrate or database.is_sqlite)
            await adopt(database, settings.ranking)
            storage = cls(database, settings)
            await storage.languages.follow()
        except BaseException:
            await database.close()
            raise
        return storage

    @classmethod
    async def look_into(cls, settings: StorageSettings, *, now: Now) -> "Storage":
        """Open the database as it is, and make nothing. Raises DatabaseUnavailable, SchemaBehind, NoDatabase."""
        if file := await asyncio.to_thread(_missing, settings):
            raise NoDatabase(file)
        database = Database(parse_url(settings.url, settings.data_dir), now)
        try:
            await upgrade.bring_to_head(database, may_migrate=False)
        except BaseException:
            await database.close()
            raise
        return cls(database, settings)

    async def close(self) -> None:
        """Finish what was handed over, then let go of every connection."""
        await self.database.close()


def _missing(settings: StorageSettings) -> Path | None:
    """SQLite's file, where there is none yet."""
    url = parse_url(settings.url, settings.data_dir)
    if not is_sqlite(url) or not url.database or url.database == ":memory:":
        return None
    try:
        os.stat(url.database)
    except (FileNotFoundError, NotADirectoryError):
        return Path(url.database)
    except OSError:  # where one may not look there may be one: opening it will tell
        return None
    return None


async def _connect(settings: StorageSettings, now: Now) -> Database:
    url = parse_url(settings.url, settings.data_dir)
    directories = [settings.data_dir, *([Path(url.database).parent] if is_sqlite(url) and url.database else [])]
    for each in directories:
        try:
            each.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = obstacle(each) or in_words(error)
            raise DatabaseUnavailable(f"the data directory cannot be made: {why}") from error
    return Database(url, now)
