"""/history: what changed, in words that need no explanation."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers import texts
from storage.values import AuditEntry, HistoryLine, HistoryPage

AT = datetime(2026, 11, 28, 17, tzinfo=UTC)


def told(action: str, before: Any, after: Any, title: str | None = None) -> str:
    """A line of /history, without its instant."""
    entry = AuditEntry(
        id=1, at=AT, actor=1, chat_id=1, action=action, subject=None, before=before, after=after, update_id=None
    )
    page = HistoryPage((HistoryLine(entry, title, 2001),), page=0, more=False)
    return texts.history(page).splitlines()[-1].partition("</tg-time> · ")[2]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(None, 8, "rated 8 ★"), (3, 8, "3 → 8 ★"), (3, None, "3 ★ → removed")],
)
def test_history_says_what_became_of_stars(before: int | None, after: int | None, said: str) -> None:
    stars = [None if value is None else {"stars": value} for value in (before, after)]

    assert told("rating.update", *stars, "Amélie") == f"Amélie (2001) · {said}"


def test_history_says_which_settings_changed() -> None:
    off = {"enabled": False, "weekday": 4, "minute": 1080, "zone": "UTC", "thread_id": None}
    on = {"enabled": True, "weekday": 0, "minute": 1200, "zone": "Asia/Tokyo", "thread_id": 7}

    assert told("digest.update", off, on) == "Digest settings · on, Monday, 20:00, Asia/Tokyo, in a topic"
    assert told("digest.update", on, on | {"enabled": False}) == "Digest settings · off"
    assert told("person.update", {"name_hidden": False}, {"name_hidden": True}) == "Privacy settings · name hidden"


def test_history_names_the_month() -> None:
    entry = AuditEntry(
        id=1, at=AT, actor=1, chat_id=1, action="club.join", subject=None, before=None, after=None, update_id=None
    )

    assert 'format="Dt"' in texts.history(HistoryPage((HistoryLine(entry, None, None),), page=0, more=False))
