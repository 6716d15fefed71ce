"""What is said of the weekly digest, word by word."""

from datetime import UTC, datetime

from handlers import texts
from storage.values import DigestSetting

AT = datetime(2026, 11, 28, 17, tzinfo=UTC)


def test_a_digest_comes_next_at_the_hour_that_was_set() -> None:
    setting = DigestSetting(chat_id=1, enabled=True, weekday=4, minute=1080, zone="Europe/Berlin", next_run_at=AT)

    assert texts.digest_setting(setting).splitlines()[1:] == [
        "Friday, 18:00, Europe/Berlin",
        "Next digest: Saturday, 28 November 2026, 18:00",
    ]
