"""/export: everything that is held about a person, as a zip in their private chat."""

import asyncio
import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from telegram import InputFile, Update
from telegram.constants import ChatAction, FileSizeLimit, ParseMode

from handlers import keyboards, texts
from handlers.context import Context, actor_of, is_group
from handlers.screen import send
from storage.values import PersonalData

README = """\
Everything that this Matinee held about you on {at}.

ratings.csv      a line for each film you rated
history.csv      every change you made: the audit trail
everything.json  all of it, with your profile, clubs, settings, and messages and updates that wait

Times are in UTC. To have all of it erased, send /forgetme.
"""
RATINGS = ("title", "year", "imdb_id", "stars", "rated_at", "created_at", "source", "club", "chat_id", "movie_id")
HISTORY = ("id", "at", "action", "subject", "before", "after", "chat_id", "update_id")
JSON = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS  # names of columns are a kind of str
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of cells that a spreadsheet would run."""


async def on_export(update: Update, context: Context) -> None:
    chat = update.effective_chat
    if is_group(chat):
        await send(update, context, texts.in_private(), keyboards.in_private(context.bot.username, "export"))
        return
    actor = actor_of(update)
    await context.bot.send_chat_action(actor.chat_id, ChatAction.UPLOAD_DOCUMENT)
    data = await context.storage.personal.data(actor.person_id)
    packed = await asyncio.to_thread(pack, data)
    if len(packed) > FileSizeLimit.FILESIZE_UPLOAD:
        await send(update, context, texts.export_too_large())
        return
    held = await context.storage.personal.held(actor.person_id)
    document = InputFile(packed, filename=f"matinee-{data.at:%Y-%m-%d}.zip")
    caption = texts.export_caption(held)
    await context.bot.send_document(actor.chat_id, document, caption=caption, parse_mode=ParseMode.HTML)


def pack(data: PersonalData) -> bytes:
    """A zip of a readme, two tables that a spreadsheet opens, and everything as JSON."""
    files = {
        "README.txt": README.format(at=f"{data.at:%Y-%m-%d %H:%M} UTC").encode(),
        "ratings.csv": table(RATINGS, data.ratings),
        "history.csv": table(HISTORY, data.history),
        "everything.json": orjson.dumps(data, option=JSON),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, data.at.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """CSV with a byte order mark, which spreadsheets need to read UTF-8."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(columns)
    lines.writerows([_cell(row[column]) for column in columns] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return orjson.dumps(value).decode()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
