"""`matinee audit`: the audit trail for those who keep it elsewhere."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from bot.cli.common import settings, storage_of, wait_for

if TYPE_CHECKING:
    from storage.values import AuditEntry

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


def line_of(entry: "AuditEntry") -> bytes:
    """One JSON line; `at` is ISO 8601 in UTC. What was erased is null."""
    import orjson

    fields = asdict(entry)
    order = ("id", "at", "actor", "chat_id", "action", "subject", "before", "after", "update_id")
    named = {"chat" if name == "chat_id" else name: fields[name] for name in order}
    return orjson.dumps(named, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
