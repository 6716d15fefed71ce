"""Time zones by city: the common ones, by region, and by a name of a city or country that somebody typed."""

import difflib
import unicodedata
from functools import cache
from importlib import resources
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

from handlers.i18n import N_, available, language

COMMON = (
    "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Kyiv",
    "Europe/Istanbul", "Europe/Moscow", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Shanghai",
    "Asia/Tokyo", "Australia/Sydney", "America/Sao_Paulo", "America/New_York", "America/Chicago",
    "America/Denver", "America/Los_Angeles", "Africa/Lagos", "Africa/Johannesburg", "UTC",
)  # fmt: skip
REGIONS = (
    N_("Europe"), N_("America"), N_("Asia"), N_("Africa"), N_("Australia"), N_("Pacific"), N_("Atlantic"), N_("Indian")
)  # fmt: skip
"""The first parts of IANA names; "Indian" is the ocean."""
MOST = 8


def regions() -> tuple[str, ...]:
    return REGIONS


@cache
def _available() -> frozenset[str]:
    """IANA's names, asked for once: each time the whole directory of the database is read."""
    return frozenset(available_timezones())


@cache
def of_region(region: str) -> tuple[str, ...]:
    """IANA names of a region in order; none for a region that there is not."""
    return tuple(sorted(name for name in _available() if region in REGIONS and name.startswith(f"{region}/")))


def city(name: str) -> str:
    """ "Europe/Vienna" as "Vienna", or as "Wien" in German."""
    return _city(name, language())


def _city(name: str, tag: str) -> str:
    """English keeps to the names of IANA; other languages have their own for some."""
    return _cities(tag).get(name) or name.rpartition("/")[2].replace("_", " ")


@cache
def _cities(tag: str) -> dict[str, str]:
    """By zone. Unicode's tables have the oldest name of each, such as Asia/Calcutta."""
    there = {} if tag == "en" else Locale.parse(tag).time_zones
    names = {name: get_global("zone_aliases").get(name, name) for name in there}
    return {names[name]: str(known["city"]) for name, known in there.items() if "city" in known}


def find(query: str) -> list[str]:
    """At most eight IANA names whose city (or whole name, or country) is like `query`, the likeliest first.

    In every language of the bot: a club is spoken to in English, and its people know their city by another name.
    """
    wanted = _fold(query)
    if not wanted:
        return []
    called = _called()
    by_city = {each: name for name, cities in reversed(called.items()) for each in cities}
    exact = [name for name, cities in called.items() if wanted in cities or _fold(name) == wanted]
    there = [name for code in _codes(wanted) for name in _of_country(code)]
    inside = [name for name, cities in called.items() if any(wanted in each for each in (_fold(name), *cities))]
    near = [by_city[each] for each in difflib.get_close_matches(wanted, by_city, n=MOST, cutoff=0.75)]
    return list(dict.fromkeys([*exact, *there, *inside, *near]))[:MOST]


@cache
def _called() -> dict[str, frozenset[str]]:
    """Every zone of the regions, and what its city is called."""
    names = [name for region in REGIONS for name in of_region(region)]
    return {name: frozenset(_fold(_city(name, tag)) for tag in available()) for name in names}


def _codes(wanted: str) -> list[str]:
    """Of the countries that are called or written so: "germany", "de", "usa"."""
    written = get_global("territory_aliases").get(wanted.upper(), [wanted.upper()])
    return [*(_countries(tag).get(wanted, "") for tag in sorted(available())), *written]


@cache
def _countries(tag: str) -> dict[str, str]:
    """ISO 3166 codes by the countries' names in that language."""
    return {_fold(name): code for code, name in Locale.parse(tag).territories.items()}


def _of_country(code: str) -> list[str]:
    """Its zones, the common ones and those where most people live first; none without a code."""
    names = [name for country, name in _inhabited() if country == code]
    return sorted(names, key=lambda name: name not in COMMON)


@cache
def _inhabited() -> tuple[tuple[str, str], ...]:
    """Each country's code and zone, in the order of the time zone database's own table."""
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return tuple((row[0], row[2]) for row in rows if row[2] in _available())


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())
