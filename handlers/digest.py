"""/digest: when a chat gets its weekly post. By buttons or a few words, in groups for admins, checked every time."""

import time

from telegram import Bot, Chat, ChatMember, Update
from telegram.error import BadRequest

from handlers import digest_keyboards, texts, zones
from handlers.callback_data import Digest, data_of
from handlers.context import Context, actor_of, acts_as_chat, is_group, topic_of, viewer_of
from handlers.digest_words import understood
from handlers.refusals import StaleButton
from handlers.screen import send, show

ADMINS = {ChatMember.ADMINISTRATOR, ChatMember.OWNER}
FRESH_S = 60
"""How long a person is taken for an admin without asking Telegram again."""


async def on_digest(update: Update, context: Context) -> None:
    """/digest shows the setting; `friday 18:00`, `on` and `off` change it, `zone berlin` looks for a time zone."""
    if not await _may_change(update, context):
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
        setting = await context.storage.digests.setting(_chat(update).id)
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
    setting = await context.storage.digests.setting(_chat(update).id)
    unknown = await context.storage.digests.unknown(_chat(update).id)
    warning = texts.perhaps_posted([week for _chat_id, week in unknown[-2:]])
    text = "\n\n".join(filter(None, [note, texts.digest_setting(setting), warning]))
    await send(update, context, text, digest_keyboards.setting(setting, topic=topic_of(update)))


async def on_change(update: Update, context: Context) -> None:
    """A setting to reach, or a choice to show."""
    tap = Digest.decode(data_of(update))
    if not await _may_change(update, context):
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
    setting = await context.storage.digests.setting(_chat(update).id)
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


async def _may_change(update: Update, context: Context) -> bool:
    """In a private chat everybody; in a group its admins, also those who write as the group itself."""
    chat = _chat(update)
    if not is_group(chat):
        return chat.type == Chat.PRIVATE
    if acts_as_chat(update):
        sender = update.message.sender_chat if update.message else None
        return sender is not None and sender.id == chat.id
    return await _is_admin(context, chat.id, viewer_of(update).person_id)


async def _is_admin(context: Context, chat_id: int, person_id: int) -> bool:
    admins, key, now = context.bot_data.admins, (chat_id, person_id), time.monotonic()
    if now - admins.get(key, -FRESH_S) < FRESH_S:
        return True
    if not await _ask_admin(context.bot, chat_id, person_id):
        admins.pop(key, None)
        return False
    admins[key] = now
    return True


async def _ask_admin(bot: Bot, chat_id: int, person_id: int) -> bool:
    try:
        return (await bot.get_chat_member(chat_id, person_id)).status in ADMINS
    except BadRequest:  # Telegram promises this only to admins; the list of admins it gives to members too
        return any(admin.user.id == person_id for admin in await bot.get_chat_administrators(chat_id))


def _chat(update: Update) -> Chat:
    if update.effective_chat is None:
        raise StaleButton(None)
    return update.effective_chat
