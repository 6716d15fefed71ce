"""/week: the digest's text, now; at any time, and as often as one likes."""

from telegram import Update

from handlers import keyboards, texts
from handlers.context import Context
from handlers.screen import send


async def on_week(update: Update, context: Context) -> None:
    if update.effective_chat is None:
        return
    week = await context.storage.digests.week(update.effective_chat.id)
    await send(update, context, texts.digest(week), keyboards.digest(week))
