"""Files of ratings as IMDb, Letterboxd, Trakt, TMDB and Matinee itself write them, and what is none."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from handlers.export import pack
from storage import rating_files
from storage.errors import TooManyRatings, UnreadableRatings
from storage.values import Brought, PersonalData, Unreadable

IMDB = """\
Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes
tt0113277,9,2023-05-01,Heat,Heat,https://www.imdb.com/title/tt0113277,Movie,8.3,170,1995,"Crime, Drama",700000
tt0903747,10,2023-05-02,Breaking Bad,Breaking Bad,https://www.imdb.com/title/tt0903747,TV Series,9.5,,2008,Drama,2000000
"""
LETTERBOXD = """\
Date,Name,Year,Letterboxd URI,Rating
2021-11-02,Amélie,2001,https://boxd.it/2a1e,4.5
2021-11-03,"I, Tonya",2017,https://boxd.it/fJ3S,0.5
2021-11-04,Unrated,2017,https://boxd.it/x,
"""
TRAKT = [
    {"rated_at": "2014-09-01T09:10:11.000Z", "rating": 8, "type": "movie",
     "movie": {"title": "TRON: Legacy", "year": 2010, "ids": {"trakt": 1, "imdb": "tt1104001", "tmdb": 20526}}},
    {"rated_at": "2014-09-01T09:10:11.000Z", "rating": 8, "type": "show", "show": {"title": "Lost", "year": 2004}},
]  # fmt: skip
TMDB = """\
TMDb ID,IMDb ID,Type,Name,Release Date,Season Number,Episode Number,Rating,Your Rating,Date Rated
949,tt0113277,movie,Heat,1995-12-15T00:00:00Z,,,7.9,9,2022-01-05T20:51:33Z
1396,,tv,Breaking Bad,2008-01-20T00:00:00Z,,,8.9,10,2022-01-05T20:51:33Z
"""
HEAT = Brought(stars=9, title="Heat", year=1995, imdb_id="tt0113277", at=datetime(2023, 5, 1, tzinfo=UTC))


def read(content: bytes) -> tuple[Brought, ...]:
    return rating_files.read(content).ratings


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("content", [IMDB.encode(), IMDB.encode("utf-8-sig"), IMDB.replace("\n", "\r\n").encode()])
def test_imdbs_films_are_read_and_its_series_are_not(content: bytes) -> None:
    assert read(content) == (HEAT,)


def test_letterboxds_half_stars_are_stars_of_ten() -> None:
    assert [(each.title, each.year, each.stars) for each in read(LETTERBOXD.encode())] == [
        ("Amélie", 2001, 9),
        ("I, Tonya", 2017, 1),
    ]


def test_of_letterboxds_zip_the_ratings_count_and_nothing_that_was_deleted() -> None:
    watched = b"Date,Name,Year,Letterboxd URI\n2021-11-02,Heat,1995,https://boxd.it/1\n"
    deleted = LETTERBOXD.replace("Amélie", "Deleted").encode()
    packed = zipped({"watched.csv": watched, "ratings.csv": LETTERBOXD.encode(), "deleted/ratings.csv": deleted})

    assert read(packed) == read(LETTERBOXD.encode())


def test_trakts_list_is_read() -> None:
    at = datetime(2014, 9, 1, 9, 10, 11, tzinfo=UTC)
    tron = Brought(stars=8, title="TRON: Legacy", year=2010, imdb_id="tt1104001", tmdb_id=20526, at=at)

    assert read(json.dumps(TRAKT).encode()) == (tron,)
    assert read(zipped({"ratings-movies.json": json.dumps(TRAKT).encode()})) == (tron,)


def test_of_tmdbs_two_ratings_ones_own_counts() -> None:
    (heat,) = read(TMDB.encode())

    assert (heat.tmdb_id, heat.stars, heat.year) == (949, 9, 1995)


def test_what_export_gives_out_can_be_brought_back() -> None:
    at = datetime(2026, 11, 25, 12, 0, 5, tzinfo=UTC)
    kept = {
        "title": "=Equals", "year": 2015, "imdb_id": None, "stars": 7, "rated_at": at, "created_at": at,
        "source": "button", "club": "-", "chat_id": -100, "movie_id": 3,
    }  # fmt: skip
    packed = pack(
        PersonalData(
            person_id=1, at=at, ratings=[kept], profile=[], history=[], clubs=[], digest=[], digests=[], messages=[],
            updates=[],
        )
    )  # fmt: skip

    assert read(packed) == (Brought(stars=7, title="=Equals", year=2015, at=at),)


def test_semicolons_and_the_letters_of_former_years_are_read() -> None:
    assert [each.title for each in read("Title;Year;Rating\nAmélie;2001;8\n".encode("cp1252"))] == ["Amélie"]


@pytest.mark.parametrize(
    ("content", "stars"),
    [
        ("Date;Name;Year;Letterboxd URI;Rating\n02.11.2021;Heat;1995;https://boxd.it/1;4,5\n", 9),
        ("Date;Name;Year;Letterboxd URI;Rating\n02.11.2021;Heat;1995;https://boxd.it/1;0,5\n", 1),
        ("Title;Year;Rating\nHeat;1995;8,5\n", 9),
        ('Title,Year,Rating\nHeat,1995,"8,4"\n', 8),
    ],
)
def test_a_half_may_be_written_with_a_comma(content: str, stars: int) -> None:
    assert [(each.title, each.stars) for each in read(content.encode())] == [("Heat", stars)]


@pytest.mark.parametrize("stars", ["0", "11", "NaN", "inf", "-1", "ten", "1e400", "8,5,2"])
def test_what_is_no_stars_is_left_out_and_named(stars: str) -> None:
    file = rating_files.read(f'Title,Year,Rating\nHeat,1995,"{stars}"\nAlien,1979,8\n'.encode())

    assert [each.title for each in file.ratings] == ["Alien"]
    assert file.unreadable == (Unreadable("Heat", stars),)


def test_of_five_stars_six_are_too_many() -> None:
    file = rating_files.read((LETTERBOXD + "2021-11-05,Parasite,2019,https://boxd.it/y,6\n").encode())

    assert file.unreadable == (Unreadable("Parasite", "6"),)


def test_stars_of_nothing_that_has_a_name_are_named_too() -> None:
    file = rating_files.read(b"Title,Year,Rating\nHeat,1995,9\n,1979,8\n")

    assert file.unreadable == (Unreadable("", "8"),)


@pytest.mark.parametrize("content", [LETTERBOXD, IMDB, IMDB.replace(",10,", ",ten,"), TMDB, json.dumps(TRAKT)])
def test_series_and_films_without_stars_are_no_faults(content: str) -> None:
    assert rating_files.read(content.encode()).unreadable == ()


@pytest.mark.parametrize("at", ["", "yesterday", "0001-01-01", "1492-10-12", "2023-13-01", "9999-12-31T23:59:59-23:59"])
def test_an_odd_date_costs_no_rating(at: str) -> None:
    (heat,) = read(f"Title,Year,Rating,Date\nHeat,1995,8,{at}\n".encode())

    assert (heat.stars, heat.at) == (8, None)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"hello", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04 no zip", b"[1, 2", b"[1, null, {}]", b'{"movie": 1}',
        b"Product,Rating\nSoap,11\n",
        b"Title,Year\nHeat,1995\n", b'"' * 200_000, b"[" * 2_000, zipped({"ratings.csv": b""}), zipped({}),
    ],
)  # fmt: skip
def test_what_holds_no_ratings_says_so(content: bytes) -> None:
    with pytest.raises(UnreadableRatings):
        read(content)


def test_a_zip_that_is_broken_anywhere_is_read_or_refused() -> None:
    whole = zipped({"ratings.csv": LETTERBOXD.encode() * 20})
    for at in range(len(whole)):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        with suppress(UnreadableRatings):
            read(broken)
        with suppress(UnreadableRatings):
            read(whole[:at])


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating_files, "LARGEST", 1_000)

    with pytest.raises(TooManyRatings):
        read(zipped({"ratings.csv": b"Title,Year,Rating\n" + b"Heat,1995,8\n" * 1_000}))


def test_more_than_anybody_has_seen_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating_files, "MOST", 10)

    with pytest.raises(TooManyRatings, match="more than 10"):
        read(b"Title,Year,Rating\n" + b"Heat,1995,8\n" * 11)
