"""Time zones by the name of a city: only zones that there are, the meant one first."""

from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import zones
from handlers.i18n import speaking
from storage.calendar import zone_of

KNOWN = sorted(name for region in zones.REGIONS for name in zones.of_region(region))
NEAR = st.tuples(st.sampled_from(KNOWN), st.integers(0, 20), st.text(max_size=2)).map(
    lambda drawn: drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] :]
)


@given(query=st.one_of(st.text(), NEAR, st.sampled_from(["../../etc/passwd", "\0", "Europe/", "ß", "x" * 4096])))
@settings(deadline=None, max_examples=150)
def test_only_known_zones_are_found(query: str) -> None:
    found = zones.find(query)

    assert len(found) == len(set(found)) <= zones.MOST
    assert all(ZoneInfo(name) and zone_of(name) for name in found)


@given(name=st.sampled_from(KNOWN))
@settings(deadline=None, max_examples=100)
def test_a_full_name_is_found_first(name: str) -> None:
    assert zones.find(name)[0] == name


@given(name=st.sampled_from(KNOWN))
@settings(deadline=None, max_examples=100)
def test_a_city_finds_its_zone(name: str) -> None:
    assert name in zones.find(zones.city(name).lower())


@pytest.mark.parametrize("blank", ["", " ", "\0", "🎬", "—", "\u200b"])
def test_what_names_nothing_finds_nothing(blank: str) -> None:
    assert zones.find(blank) == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("new york", "America/New_York"),
        ("sao paulo", "America/Sao_Paulo"),
        ("São Paulo", "America/Sao_Paulo"),
        ("berln", "Europe/Berlin"),
        ("ＴＯＫＹＯ", "Asia/Tokyo"),
        ("wien", "Europe/Vienna"),
        ("Zürich", "Europe/Zurich"),
        ("Warshau", "Europe/Warsaw"),
    ],
)
def test_a_name_as_people_type_it_is_understood(query: str, name: str) -> None:
    assert zones.find(query)[0] == name


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("india", ["Asia/Kolkata", "America/Indiana/Indianapolis"]),
        ("Germany", ["Europe/Berlin", "Europe/Busingen"]),
        ("united states", ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"]),
        ("USA", ["America/New_York"]),
        ("uk", ["Europe/London"]),
        ("de", ["Europe/Berlin"]),
        ("Côte d’Ivoire", ["Africa/Abidjan"]),
        ("deutschland", ["Europe/Berlin", "Europe/Busingen"]),
        ("Österreich", ["Europe/Vienna"]),
    ],
)
def test_a_country_finds_its_zones_where_most_people_live_first(query: str, names: list[str]) -> None:
    assert zones.find(query)[: len(names)] == names


def test_cities_are_called_as_in_the_readers_language() -> None:
    names = ("Europe/Rome", "Europe/Kyiv", "America/New_York")
    with speaking("de"):
        assert [zones.city(name) for name in names] == ["Rom", "Kiew", "New York"]
    assert [zones.city(name) for name in names] == ["Rome", "Kyiv", "New York"]


def test_the_common_zones_are_zones() -> None:
    assert set(zones.COMMON) <= available_timezones()


@given(region=st.text() | st.sampled_from(["Etc", "US", "", "europe", "SystemV"]))
@settings(deadline=None, max_examples=100)
def test_an_unknown_region_is_empty(region: str) -> None:
    assert zones.of_region(region) == () or region in zones.REGIONS


def test_the_first_question_reads_the_database_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody else's updates wait meanwhile: reading it for each zone took seconds."""
    reads: list[int] = []

    def counted() -> set[str]:
        reads.append(1)
        return available_timezones()

    monkeypatch.setattr(zones, "available_timezones", counted)
    for kept in (zones._available, zones.of_region, zones._inhabited):
        kept.cache_clear()

    assert zones.find("germany")[0] == "Europe/Berlin"
    assert len(reads) == 1
