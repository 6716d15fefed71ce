"""A short run of replicas under load, one of them killed; `python -m tests.faults.replicas` is the long one."""

from pathlib import Path

from tests.databases import new_database
from tests.faults.replicas import options_of, run, with_films


async def test_a_replica_that_is_killed_loses_doubles_and_disorders_nothing(
    postgres: str, migrated_template: str, tmp_path: Path
) -> None:
    url = await with_films(await new_database(postgres, migrated_template), tmp_path)
    words = ["--presses", "400", "--people", "40", "--replicas", "2", "--kills", "1", "--think-s", "0.3"]
    report = await run(url, tmp_path, options_of(words))

    assert report.broken == []
