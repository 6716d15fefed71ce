"""/digest: when a chat gets its weekly post. By buttons or a few words, in groups for admins, checked every time."""

from telegram import Update

from handlers import digest_keyboards, texts, zones
from handlers.admins import chat_of, may_change
from handlers.callback_data import Digest, data_of
from handlers.context import Context, actor_of, acts_as_chat, topic_of
from handlers.digest_words import understood
from handlers.refusals import StaleButton
from handlers.screen import send, show


async def on_digest(update: Update, context: Context) -> None:
    """/digest shows the setting; `friday 18:00`, `on` and `off` change it, `zone berlin` looks for a time zone."""
    if not await may_change(update, context):
        await send(update, context, texts.digest_for_admins())
        return
    words = context.args or []
    if words and words[0].lower() == "zone":
        await _show_zones(update, context, " ".join(words[1:])[:40])
    else:
        await _show_setting(update, context, await _obey(update, context, words))


async def _show_zones(update: Update, context: Context, query: str) -> None:
    """Those that are like the query, or without one the well-known cities."""
    if query:
        names = zones.find(query)
        await send(update, context, texts.zones_found(query, len(names)), digest_keyboards.found_zones(names))
    else:
        setting = await context.storage.digests.setting(chat_of(update).id)
        await send(update, context, texts.choose_zone(), digest_keyboards.common_zones(setting))


async def _obey(update: Update, context: Context, words: list[str]) -> str:
    """Change what the words clearly ask for; what is to be said of the rest."""
    change, odd = understood(words)
    if change and acts_as_chat(update):
        return texts.as_yourself()
    if change:
        await context.storage.digests.change(actor_of(update), **change)
    return texts.odd_digest(odd) if odd else ""


async def _show_setting(update: Update, context: Context, note: str) -> None:
    setting = await context.storage.digests.setting(chat_of(update).id)
    unknown = await context.storage.digests.unknown(chat_of(update).id)
    warning = texts.perhaps_posted([week for _chat_id, week in unknown[-2:]])
    text = "\n\n".join(filter(None, [note, texts.digest_setting(setting), warning]))
    await send(update, context, text, digest_keyboards.setting(setting, topic=topic_of(update)))


async def on_change(update: Update, context: Context) -> None:
    """A setting to reach, or a choice to show."""
    tap = Digest.decode(data_of(update))
    if not await may_change(update, context):
        await context.answer(update, texts.digest_for_admins, alert=True)
    elif tap.what in {"show", "region"}:
        await _show_choices(update, context, tap)
    else:
        await _change(update, context, tap)


async def _change(update: Update, context: Context, tap: Digest) -> None:
    digests, actor = context.storage.digests, actor_of(update)
    if tap.what == "on":
        setting = await digests.change(actor, enabled=tap.number == 1)
    elif tap.what == "weekday":
        setting = await digests.change(actor, weekday=_within(tap, 6))
    elif tap.what == "minute":
        setting = await digests.change(actor, minute=_within(tap, 1439))
    elif tap.what == "zone":
        setting = await digests.change(actor, zone=tap.value)
    else:
        setting = await digests.change(actor, thread_id=tap.number or None)
    keyboard = digest_keyboards.setting(setting, topic=topic_of(update))
    await show(update, context, texts.digest_setting(setting), keyboard, toast=texts.saved)


async def _show_choices(update: Update, context: Context, tap: Digest) -> None:
    setting = await context.storage.digests.setting(chat_of(update).id)
    if tap.what == "region":
        region, _, page = tap.value.partition("-")
        keyboard = digest_keyboards.region(region, int(page) if page.isdecimal() and len(page) < 3 else 0)
    elif tap.value in digest_keyboards.CHOICES:
        keyboard = digest_keyboards.CHOICES[tap.value](setting)
    else:
        keyboard = digest_keyboards.setting(setting, topic=topic_of(update))
    text = texts.choose_zone() if tap.what == "region" or tap.value == "zone" else texts.digest_setting(setting)
    await show(update, context, text, keyboard)


def _within(tap: Digest, largest: int) -> int:
    if tap.number > largest:
        raise StaleButton(tap.encode())
    return tap.number
