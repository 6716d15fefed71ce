"""A short run of replicas under load, one of them killed; `python -m tests.faults.replicas` is the long one."""

from pathlib import Path

from storage.service import Storage, StorageSettings
from tests.databases import Clock, add_films, new_database
from tests.faults.replicas import options_of, run


async def test_a_replica_that_is_killed_loses_doubles_and_disorders_nothing(
    postgres: str, migrated_template: str, tmp_path: Path
) -> None:
    url = await new_database(postgres, migrated_template)
    storage = await Storage.open(StorageSettings(data_dir=tmp_path / "made", url=url), now=Clock())
    await add_films(storage)
    await storage.close()
    words = ["--presses", "400", "--people", "40", "--replicas", "2", "--kills", "1", "--think-s", "0.3"]
    report = await run(url, tmp_path, options_of(words))

    assert report.broken == []
