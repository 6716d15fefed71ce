"""/audit: the whole audit trail, for operators alone; whoever else asks learns nothing of it."""

from datetime import date

from telegram import Update

from handlers import data_keyboards, texts
from handlers.callback_data import Audit, data_of
from handlers.context import Context, is_operator
from handlers.refusals import StaleButton
from handlers.screen import send, show
from handlers.start import on_unknown
from storage.values import AuditFilter

KEYS = ("person", "film", "day")


class Unclear(Exception):
    """A filter that leads nowhere; the message is what to tell the operator."""


async def on_audit(update: Update, context: Context) -> None:
    if not is_operator(update, context):
        await on_unknown(update, context)  # as for any command that there is not
        return
    try:
        wanted = await _filter(context, context.args or [])
    except Unclear as unclear:
        await send(update, context, str(unclear))
        return
    await _show(update, context, wanted, None)


async def on_page(update: Update, context: Context) -> None:
    if not is_operator(update, context):
        raise StaleButton(data_of(update))
    tap = Audit.decode(data_of(update))
    await _show(update, context, tap.wanted, tap.before or None)


async def _show(update: Update, context: Context, wanted: AuditFilter, before: int | None) -> None:
    trail = context.storage.audit
    page, seal = await trail.entries(wanted, before), await trail.newest_seal()
    words = [
        f"{name} {value}"
        for name, value in (("person", wanted.person_id), ("film", wanted.movie_id))
        if value is not None
    ]
    words += [f"{wanted.day:%Y-%m-%d}"] if wanted.day else []
    keyboard = data_keyboards.audit(page, wanted, first=before is None)
    await show(update, context, texts.audit_page(page, words, seal.fingerprint if seal else None), keyboard)


async def _filter(context: Context, words: list[str]) -> AuditFilter:
    """`person Ann film dune 2021 day 2026-11-20`, in any order. Raises Unclear."""
    if words and words[0].lower() not in KEYS:
        raise Unclear(texts.audit_help())
    given: dict[str, list[str]] = {}
    key = ""
    for word in words:
        if word.lower() in KEYS:
            key = word.lower()
            given[key] = []
        else:
            given[key].append(word)
    return AuditFilter(
        await _person(context, " ".join(given["person"])) if "person" in given else None,
        await _film(context, " ".join(given["film"])) if "film" in given else None,
        _day(" ".join(given["day"])) if "day" in given else None,
    )


async def _person(context: Context, text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 16:
        return int(text)
    found = await context.storage.people.named(text) if text else []
    if len(found) > 1:
        raise Unclear(texts.several_people(found))
    if not found:
        raise Unclear(texts.nobody_found())
    return found[0][0]


async def _film(context: Context, text: str) -> int:
    found = await context.storage.movies.search(text, limit=1)
    if not found.hits:
        raise Unclear(texts.nobody_found())
    return found.hits[0].movie_id


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unclear(texts.audit_help()) from None
