"""/history: one's own part of the audit trail. In private: it is nobody else's."""

from telegram import Update

from handlers import keyboards, texts
from handlers.callback_data import History, data_of
from handlers.context import Context, actor_of, is_group, owner_of
from handlers.screen import send, show


async def on_history(update: Update, context: Context) -> None:
    if is_group(update.effective_chat):
        await send(update, context, texts.in_private(), keyboards.in_private(context.bot.username, "history"))
        return
    actor = actor_of(update)
    page = await context.storage.audit.history(actor.person_id)
    await send(update, context, texts.history(page), keyboards.history(page, actor.person_id))


async def on_page(update: Update, context: Context) -> None:
    tap = History.decode(data_of(update))
    actor = owner_of(update, tap.person_id)
    page = await context.storage.audit.history(actor.person_id, page=tap.page)
    await show(update, context, texts.history(page), keyboards.history(page, actor.person_id))
