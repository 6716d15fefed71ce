"""Due instants through gaps, folds, missing days, odd offsets and the ends of years."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.calendar import iso_week, last_due, next_due, to_utc, week_before, zone_of
from storage.errors import UnknownZone

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("zone", "day", "minute", "utc"),
    [
        ("Europe/Berlin", "2026-07-03", 18 * 60, "2026-07-03T16:00"),
        ("Europe/Berlin", "2026-12-04", 18 * 60, "2026-12-04T17:00"),
        ("Europe/Berlin", "2026-03-29", 2 * 60 + 30, "2026-03-29T01:00"),  # gap: first instant after it
        ("Europe/Berlin", "2026-10-25", 2 * 60 + 30, "2026-10-25T00:30"),  # fold: first of the two
        ("America/New_York", "2026-03-08", 2 * 60 + 30, "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01", 1 * 60 + 30, "2026-11-01T05:30"),
        ("Africa/Cairo", "2026-04-24", 30, "2026-04-23T22:00"),  # the gap is at midnight
        ("Pacific/Apia", "2011-12-30", 9 * 60, "2011-12-30T10:00"),  # a day that never was
        ("Australia/Lord_Howe", "2026-10-04", 2 * 60 + 15, "2026-10-03T15:30"),  # clocks move by half an hour
        ("Asia/Kathmandu", "2026-01-02", 9 * 60, "2026-01-02T03:15"),
    ],
)
def test_local_time_becomes_the_stated_instant(zone: str, day: str, minute: int, utc: str) -> None:
    instant = to_utc(date.fromisoformat(day), minute, ZoneInfo(zone))

    assert instant == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_next_due_keeps_the_hour_across_a_change_of_clocks() -> None:
    before = datetime(2026, 10, 23, 16, 0, tzinfo=UTC)  # Friday 18:00 in summer
    after = next_due(4, 18 * 60, BERLIN, before)

    assert after == datetime(2026, 10, 30, 17, 0, tzinfo=UTC)
    assert week_before(after, BERLIN) == before


def test_cairo_loses_no_week_to_its_midnight_gap() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    due = datetime(2026, 4, 10, tzinfo=UTC)
    local_dates = []
    for _ in range(4):
        due = next_due(4, 30, cairo, due)
        local_dates.append(due.astimezone(cairo).date().isoformat())

    assert local_dates == ["2026-04-17", "2026-04-24", "2026-05-01", "2026-05-08"]


@pytest.mark.parametrize(
    ("instant", "week"),
    [("2026-12-31T12:00", "2026-W53"), ("2027-01-01T12:00", "2026-W53"), ("2027-01-04T12:00", "2027-W01")],
)
def test_iso_week_belongs_to_the_year_of_its_thursday(instant: str, week: str) -> None:
    assert iso_week(datetime.fromisoformat(instant).replace(tzinfo=UTC), BERLIN) == week


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "Europe", "../etc/passwd", "Europe/Berlin\0", "x" * 5000])
def test_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone_of(name)


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    weekday=st.integers(0, 6),
    minute=st.integers(0, 1439),
    after=st.datetimes(datetime(2000, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),
)
def test_next_due_is_later_at_most_a_week_and_a_day_away(zone: str, weekday: int, minute: int, after: datetime) -> None:
    due = next_due(weekday, minute, ZoneInfo(zone), after)
    last = last_due(weekday, minute, ZoneInfo(zone), due)

    assert after < due <= after + timedelta(days=8, hours=1)
    assert last == due
