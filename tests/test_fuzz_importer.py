"""A damaged catalogue file: it is refused by name or imported, and what was there before stays in force."""

import gzip
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.catalogue.errors import CatalogueError
from storage.catalogue.numbers import next_number
from storage.catalogue.starter import COLUMNS, FILE, import_starter
from storage.models import audit_entry, movie, movie_genre, movie_title
from storage.service import Storage
from tests.catalogues import quiet

with gzip.open(FILE, "rb") as _lines:
    HEAD, *ROWS = [line.rstrip(b"\n") for line in islice(_lines, 31)]
NAMES = HEAD.decode().split("\t")
FORMER = 10
"""So many films are there before; the damaged file has all of ROWS."""

TABLES = (movie, movie_genre, movie_title, audit_entry)
SOUND = b"\n".join([HEAD, *ROWS, b""])
PACKED = gzip.compress(SOUND, mtime=0)
CELLS = st.one_of(
    st.text(max_size=20), st.sampled_from(["", "-1", "1.5", "٣", "²", "1" * 9, "a|b||a", '"', "x" * 140_000])
)
fuzz = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


class TakenBack(Exception):
    """Ends a transaction whose import went well, so that every example begins with the same films."""


def with_cell(line: int, name: str, cell: str) -> bytes:
    rows = list(ROWS)
    fields = rows[line].split(b"\t")
    fields[NAMES.index(name)] = cell.encode()
    rows[line] = b"\t".join(fields)
    return packed([HEAD, *rows])


def packed(lines: Sequence[bytes]) -> bytes:
    return gzip.compress(b"\n".join([*lines, b""]), compresslevel=1)


def contents(connection: sa.Connection) -> list[list[sa.Row]]:
    return [sorted(connection.execute(sa.select(table)).all(), key=repr) for table in TABLES]


@pytest.fixture
async def former(sqlite_storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """The service with the first ten films; batches are small, so that damage is found after some are in."""
    file = tmp_path / "former.tsv.gz"
    file.write_bytes(packed([HEAD, *ROWS[:FORMER]]))

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.delete(movie_genre))
        connection.execute(sa.delete(movie))
        import_starter(connection, quiet, file)

    await sqlite_storage.database.write(work)
    monkeypatch.setattr("storage.catalogue.starter.BATCH", 4)
    return sqlite_storage


async def imported(storage: Storage, directory: Path, content: bytes) -> int | None:
    """How many films a file adds, none if it is refused. Any error but a CatalogueError fails the test."""
    file = directory / "films.tsv.gz"
    file.write_bytes(content)
    before = await storage.database.read(contents)
    added = None

    def work(connection: sa.Connection) -> None:
        nonlocal added
        added = import_starter(connection, quiet, file).new
        assert len(contents(connection)[0]) == FORMER + added
        raise TakenBack

    with pytest.raises((TakenBack, CatalogueError)) as ended:
        await storage.database.write(work)
    assert (added is None) == str(ended.value).startswith("films.tsv.gz cannot be read")
    assert await storage.database.read(contents) == before
    return added


async def test_a_sound_file_adds_the_rest(former: Storage, tmp_path: Path) -> None:
    assert await imported(former, tmp_path, PACKED) == len(ROWS) - FORMER


@given(content=st.binary(max_size=200))
@fuzz
async def test_random_bytes_are_refused(content: bytes, former: Storage, tmp_path: Path) -> None:
    assert await imported(former, tmp_path, content) is None
    assert await imported(former, tmp_path, gzip.compress(content)) is None


@given(kept=st.integers(0, len(PACKED) - 1))
@fuzz
async def test_a_truncated_archive_is_refused(kept: int, former: Storage, tmp_path: Path) -> None:
    assert await imported(former, tmp_path, PACKED[:kept]) is None


@given(at=st.integers(0, len(PACKED) - 1), flipped=st.integers(1, 255))
@fuzz
async def test_a_flipped_byte_adds_all_or_nothing(at: int, flipped: int, former: Storage, tmp_path: Path) -> None:
    content = bytearray(PACKED)
    content[at] ^= flipped

    assert await imported(former, tmp_path, bytes(content)) in {None, len(ROWS) - FORMER}


@given(kept=st.integers(0, len(SOUND)))
@fuzz
async def test_a_cut_file_adds_whole_films_or_nothing(kept: int, former: Storage, tmp_path: Path) -> None:
    lines = SOUND[:kept].count(b"\n")
    added = await imported(former, tmp_path, gzip.compress(SOUND[:kept], compresslevel=1))

    assert added is None or added in {max(lines - 1 - FORMER, 0), lines - FORMER}


@given(missing=st.sets(st.sampled_from(sorted(COLUMNS)), min_size=1))
@fuzz
async def test_a_file_that_lacks_columns_is_refused(missing: set[str], former: Storage, tmp_path: Path) -> None:
    kept = [at for at, name in enumerate(NAMES) if name not in missing]
    lines = [b"\t".join(line.split(b"\t")[at] for at in kept) for line in (HEAD, *ROWS)]

    assert await imported(former, tmp_path, packed(lines)) is None


@given(line=st.integers(FORMER, len(ROWS) - 1), kept=st.integers(1, len(NAMES) - 1))
@fuzz
async def test_a_row_with_too_few_fields_is_refused(line: int, kept: int, former: Storage, tmp_path: Path) -> None:
    rows = list(ROWS)
    rows[line] = b"\t".join(rows[line].split(b"\t")[:kept])

    assert await imported(former, tmp_path, packed([HEAD, *rows])) is None


@given(line=st.integers(0, len(ROWS) - 1), name=st.sampled_from(NAMES), cell=CELLS)
@fuzz
async def test_any_cell_is_taken_or_refused(line: int, name: str, cell: str, former: Storage, tmp_path: Path) -> None:
    await imported(former, tmp_path, with_cell(line, name, cell))


@pytest.mark.parametrize("digits", [20, 5_000])
@pytest.mark.parametrize("name", ["year", "tmdb"])
async def test_a_number_beyond_the_database_is_refused(name: str, digits: int, former: Storage, tmp_path: Path) -> None:
    assert await imported(former, tmp_path, with_cell(FORMER, name, "9" * digits)) is None


async def test_a_row_with_too_many_fields_is_refused(former: Storage, tmp_path: Path) -> None:
    assert await imported(former, tmp_path, with_cell(FORMER, NAMES[-1], "5\tmore")) is None


async def test_a_film_without_a_title_is_refused(former: Storage, tmp_path: Path) -> None:
    assert await imported(former, tmp_path, with_cell(FORMER, "title", "")) is None


async def test_a_longer_file_passes_by_films_of_ones_own(former: Storage, tmp_path: Path) -> None:
    own = sa.insert(movie).values(title="Home Video", source="own")
    await former.database.write(lambda connection: connection.execute(own.values(id=next_number(connection))))
    file = tmp_path / "films.tsv.gz"
    file.write_bytes(PACKED)

    await former.database.write(lambda connection: import_starter(connection, quiet, file))


@pytest.mark.parametrize(("name", "cell"), [("title", "He\0at"), ("year", "9999999999")], ids=["NUL", "year"])
async def test_postgres_refuses_in_the_same_words(
    name: str, cell: str, postgres_storage: Storage, tmp_path: Path
) -> None:
    file = tmp_path / "films.tsv.gz"
    file.write_bytes(with_cell(FORMER, name, cell))

    with pytest.raises(CatalogueError):
        await postgres_storage.database.write(lambda connection: _anew(connection, file))


def _anew(connection: sa.Connection, file: Path) -> None:
    connection.execute(sa.delete(movie_genre))
    connection.execute(sa.delete(movie))
    import_starter(connection, quiet, file)
