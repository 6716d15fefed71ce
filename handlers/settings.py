"""/settings: what was chosen for this chat, and where to choose otherwise."""

from telegram import Update

from handlers import settings_keyboards, texts
from handlers.admins import chat_of
from handlers.context import Context, is_group, viewer_of
from handlers.screen import send


async def on_settings(update: Update, context: Context) -> None:
    chat = chat_of(update)
    digest = await context.storage.digests.setting(chat.id)
    if is_group(chat):
        await send(update, context, texts.settings(digest))
        return
    privacy = await context.storage.people.privacy(viewer_of(update))
    await send(update, context, texts.settings(digest, privacy), settings_keyboards.settings())
