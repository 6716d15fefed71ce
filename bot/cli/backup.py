"""`matinee backup` and `matinee restore`: the whole database as one file, and back."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import ratings_and_entries, settings, storage_of, wait_for, wall_clock
from bot.errors import Halt


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write everything into one file and check it, also while the bot runs. Exit code 1: nothing was written."""
    if os.path.isfile(file) and not force:  # which is no question that fails
        raise Halt(f"{file} is there already: name another file, or write over it with --force")

    async def work() -> None:
        from bot.progress import progress_bars
        from storage.backup import back_up

        async with storage_of(settings()) as storage:
            with progress_bars() as progress:
                written = await back_up(storage, file, progress)
        what = ratings_and_entries(written.ratings, written.audit_entries)
        typer.echo(f"{file}: {written.size / 1e6:,.1f} MB, {what}, checked by restoring it")

    wait_for(work())


def restore(
    file: Annotated[Path, typer.Argument(help="What 'matinee backup' wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Set a SQLite file aside that holds something.")] = False,
) -> None:
    """Make a backup the database, all of it or nothing; stop the bot first. Exit code 1: nothing was changed."""

    async def work() -> None:
        from bot.database import storage_settings
        from bot.progress import progress_bars
        from storage.backup import restore

        given = storage_settings(settings())
        with progress_bars() as progress:
            done = await restore(given, file, replace=replace, now=wall_clock, progress=progress)
        typer.echo(f"restored: {ratings_and_entries(done.ratings, done.audit_entries)}, the trail verified")
        if done.kept:
            typer.echo(f"the database that was there is kept as {done.kept}")

    wait_for(work())
