"""When a weekly post is due: local wall-clock times turned into UTC instants, through every change of clocks.

The rule: a time that a gap skips moves to the first instant after the gap; one that comes twice is its first.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from storage.errors import UnknownZone


def zone_of(name: str) -> ZoneInfo:
    """Raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (
        KeyError,
        ValueError,
        OSError,
    ):  # OSError: the name of a directory of the database, such as "Europe"
        raise UnknownZone(name) from None


def known_zone(name: str) -> str:
    """The name, or "UTC" for one that this machine does not know, or no longer: that must not stop every digest."""
    try:
        zone_of(name)
    except UnknownZone:
        return "UTC"
    return name


@lru_cache(1024)
def to_utc(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant at which the zone's clocks show `minute` (0..1439) of `day`, by the rule above.

    Kept, for of thousands of chats that are due most have the same day and hour.
    """
    local = datetime.combine(day, time(minute // 60, minute % 60))
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    return _end_of_gap(local, zone)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """Clocks never show `local`: find the instant at which they jump over it, to the second."""
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).replace(tzinfo=None) < local:
            before = middle
        else:
            after = middle
    return after


def next_due(weekday: int, minute: int, zone: ZoneInfo, after: datetime) -> datetime:
    """The first instant past `after` that is `minute` of `weekday` (0 Monday) in the zone."""
    today = after.astimezone(zone).date()
    first = today + timedelta(days=(weekday - today.weekday()) % 7)
    # Two weeks: a gap may push one week's instant below `after`, and Apia once had no Friday at all.
    candidates = (to_utc(first + timedelta(weeks=week), minute, zone) for week in range(-1, 3))
    return next(instant for instant in candidates if instant > after)


def last_due(weekday: int, minute: int, zone: ZoneInfo, until: datetime) -> datetime:
    """The last such instant at or before `until`."""
    today = until.astimezone(zone).date()
    last = today - timedelta(days=(today.weekday() - weekday) % 7)
    candidates = (to_utc(last - timedelta(weeks=week), minute, zone) for week in range(-1, 3))
    return next(instant for instant in candidates if instant <= until)


def week_before(due: datetime, zone: ZoneInfo) -> datetime:
    """Seven local days earlier at the same wall-clock time, so that a change of clocks leaves no hole."""
    local = due.astimezone(zone)
    return to_utc(local.date() - timedelta(days=7), local.hour * 60 + local.minute, zone)


def iso_week(instant: datetime, zone: ZoneInfo) -> str:
    """The ISO week of the zone's local date: "2026-W53" for the first days of January 2027."""
    year, week, _ = instant.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"
