"""What is said of the weekly digest, word by word."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers import texts
from storage.service import StorageSettings
from storage.values import Digest, DigestSetting

AT = datetime(2026, 11, 28, 17, tzinfo=UTC)


def test_help_explains_the_mark_in_a_digest() -> None:
    digest = Digest(chat_id=1, start=AT, end=AT, zone="UTC", films=1, people=1, ratings=1, seal="K7QD-2MFX-9ATP-RW4C")
    mark = texts.digest(digest).splitlines()[-1].split()[0]

    assert f"{mark} in a digest marks a fingerprint" in texts.help_page(StorageSettings(data_dir=Path()), "matinee_bot")


@pytest.mark.parametrize(("chat_id", "figures"), [(17, "3 films"), (-1, "3 films · 1 person · 3 ratings")])
def test_one_persons_week_counts_films_only(chat_id: int, figures: str) -> None:
    digest = Digest(chat_id=chat_id, start=AT, end=AT, zone="UTC", films=3, people=1, ratings=3)

    assert texts.digest(digest).splitlines()[1] == figures


@pytest.mark.parametrize(("chat_id", "what"), [(17, "I send you what you rated."), (-1, "I post what was rated here.")])
def test_a_digest_that_is_off_says_what_it_would_tell(chat_id: int, what: str) -> None:
    assert texts.digest_setting(DigestSetting(chat_id=chat_id)).endswith(what)


def test_a_digest_comes_next_at_the_hour_that_was_set() -> None:
    setting = DigestSetting(chat_id=1, enabled=True, weekday=4, minute=1080, zone="Europe/Berlin", next_run_at=AT)

    assert texts.digest_setting(setting).splitlines()[1:] == [
        "Friday, 18:00, Europe/Berlin",
        "Next digest: Saturday, 28 November 2026, 18:00",
    ]
