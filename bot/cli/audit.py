"""`matinee audit`: the audit trail for those who keep it elsewhere."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import counted, settings, storage_of, wait_for

if TYPE_CHECKING:
    from storage.values import AuditEntry, Verification

app = typer.Typer(help="The audit trail.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The audit trail: every change, before and after."""


@app.command()
def export() -> None:
    """Write every entry as a JSON line: id, at, actor, chat, action, subject, before, after, update_id."""

    async def work() -> None:
        async with storage_of(settings()) as storage:
            async for entry in storage.audit.export():
                sys.stdout.buffer.write(line_of(entry))
            sys.stdout.buffer.flush()

    wait_for(work())


@app.command()
def verify(
    anchor: Annotated[str | None, typer.Option(help="A fingerprint from a digest: its seal has to be there.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Read the whole trail against its commitments and seals. Exit code 1: it was changed, or lacks the anchor."""
    if anchor is not None:
        _refuse_what_is_no_fingerprint(anchor)

    async def work() -> int:
        async with storage_of(settings()) as storage:
            found = await storage.audit.verify(anchor)
        typer.echo(_as_json(found) if json else _in_words(found))
        return 1 if found.fault else 0

    wait_for(work())


@app.command()
def seal() -> None:
    """Seal what is not sealed yet, and show the fingerprint to keep. Exit code 1: there is no entry."""

    async def work() -> int:
        async with storage_of(settings()) as storage:
            newest = await storage.audit.seal()
        if newest is None:
            typer.echo("there is no entry to seal", err=True)
            return 1
        typer.echo(
            f"{newest.fingerprint}  seal {newest.id}, up to entry {newest.last_entry}, {newest.at:%Y-%m-%d %H:%M} UTC"
        )
        return 0

    wait_for(work())


def _refuse_what_is_no_fingerprint(anchor: str) -> None:
    from storage.seals import is_fingerprint

    if not is_fingerprint(anchor):
        raise typer.BadParameter(
            f"{anchor!r} is no fingerprint: expected are 16 letters and digits, such as K7QD-2MFX-5ATP-RW4C",
            param_hint="--anchor",
        )


def _in_words(found: "Verification") -> str:
    entries, seals = counted(found.entries, "entry", "entries"), counted(found.seals, "seal", "seals")
    read = f"{entries} ({found.erased:,} erased), {seals}"
    if found.unanchored:
        return f"NOT FOUND  {found.fault}; all that is there is intact in itself: {read}"
    if found.fault:
        return f"TAMPERED  {found.fault}; intact before it: {read}"
    newest = f", newest fingerprint {found.fingerprint}" if found.fingerprint else ""
    return f"intact  {read}{newest}"


def _as_json(found: "Verification") -> str:
    import orjson

    return orjson.dumps({"intact": found.fault is None, **asdict(found)}).decode()


def line_of(entry: "AuditEntry") -> bytes:
    """One JSON line; `at` is ISO 8601 in UTC. What was erased is null."""
    import orjson

    fields = asdict(entry)
    order = ("id", "at", "actor", "chat_id", "action", "subject", "before", "after", "update_id")
    named = {"chat" if name == "chat_id" else name: fields[name] for name in order}
    return orjson.dumps(named, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS)
