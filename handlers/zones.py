"""Time zones by city: the common ones, by region, and by a name that somebody typed."""

import difflib
import unicodedata
from functools import cache
from zoneinfo import available_timezones

COMMON = (
    "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Kyiv",
    "Europe/Istanbul", "Europe/Moscow", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Shanghai",
    "Asia/Tokyo", "Australia/Sydney", "America/Sao_Paulo", "America/New_York", "America/Chicago",
    "America/Denver", "America/Los_Angeles", "Africa/Lagos", "Africa/Johannesburg", "UTC",
)  # fmt: skip
REGIONS = ("Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian")
MOST = 8


def regions() -> tuple[str, ...]:
    return REGIONS


@cache
def of_region(region: str) -> tuple[str, ...]:
    """IANA names of a region in order; none for a region that there is not."""
    return tuple(sorted(name for name in available_timezones() if region in REGIONS and name.startswith(f"{region}/")))


def city(name: str) -> str:
    """ "America/New_York" as "New York"."""
    return name.rpartition("/")[2].replace("_", " ")


def find(query: str) -> list[str]:
    """At most eight IANA names whose city (or whole name) is like `query`, the likeliest first."""
    wanted = _fold(query)
    if not wanted:
        return []
    names = [name for region in REGIONS for name in of_region(region)]
    by_city = {_fold(city(name)): name for name in reversed(names)}
    exact = [name for name in names if _fold(city(name)) == wanted or _fold(name) == wanted]
    inside = [name for name in names if wanted in _fold(name)]
    near = [by_city[each] for each in difflib.get_close_matches(wanted, by_city, n=MOST, cutoff=0.75)]
    return list(dict.fromkeys([*exact, *inside, *near]))[:MOST]


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())
