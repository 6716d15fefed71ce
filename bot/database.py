"""The storage that the settings describe."""

from bot.config import Settings
from storage.service import Storage, StorageSettings
from storage.values import DigestSetting, Now

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


async def open_storage(settings: Settings, now: Now, *, migrate: bool = False, create: bool = True) -> Storage:
    """As `Storage.open`."""
    return await Storage.open(storage_settings(settings), now=now, migrate=migrate, create=create)


def storage_settings(settings: Settings) -> StorageSettings:
    hour, minute = map(int, settings.digest_time.split(":"))
    digest = DigestSetting(
        chat_id=0,
        weekday=WEEKDAYS.index(settings.digest_weekday),
        minute=60 * hour + minute,
        zone=settings.digest_zone,
    )
    return StorageSettings(
        url=settings.database(),
        data_dir=settings.data_dir,
        everyone_prior=settings.everyone_prior,
        everyone_minimum=settings.everyone_minimum,
        club_prior=settings.club_prior,
        club_minimum=settings.club_minimum,
        prior_mean=settings.prior_mean,
        digest=digest,
    )
