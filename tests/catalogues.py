"""The starter catalogue, imported and indexed once for a whole run of the tests."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.search.index import IndexedTitle, SearchIndex
from storage.service import Storage, StorageSettings

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def quiet(*_: object) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the imported starter catalogue; tests copy it or only read it."""
    data_dir = tmp_path_factory.mktemp("starter")

    async def load() -> None:
        storage = await Storage.open(StorageSettings(data_dir=data_dir), now=lambda: NOW)
        await storage.catalogue.ensure(quiet)
        await storage.close()

    asyncio.run(load())
    return data_dir


@pytest.fixture(scope="session")
def starter_index(starter: Path) -> SearchIndex:
    index = SearchIndex.open(starter / "search")
    assert index is not None
    return index


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., SearchIndex]:
    """Build a small index of (title, year, popularity) films, numbered from 1."""

    def make(*films: tuple[str, int | None, int], stamp: str = "s") -> SearchIndex:
        movies = [
            IndexedTitle(at, (title,), year, fame, f"tt{at:07}") for at, (title, year, fame) in enumerate(films, 1)
        ]
        return SearchIndex.build(tmp_path / "search", movies, stamp)

    return make
