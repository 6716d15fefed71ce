"""/privacy: what is kept, whether clubs see one's name, and which clubs count one's ratings."""

from functools import partial

from telegram import Update

from handlers import keyboards, texts
from handlers.callback_data import Privacy, data_of
from handlers.context import Context, actor_of, is_group, owner_of
from handlers.screen import send, show


async def on_privacy(update: Update, context: Context) -> None:
    if is_group(update.effective_chat):
        await send(update, context, texts.in_private(), keyboards.in_private(context.bot.username, "privacy"))
        return
    actor = actor_of(update)
    chosen = await context.storage.people.privacy(actor)
    await send(update, context, texts.privacy(chosen), keyboards.privacy(chosen, actor.person_id))


async def on_change(update: Update, context: Context) -> None:
    """Show or hide the name, or leave a club."""
    tap = Privacy.decode(data_of(update))
    actor, toast = owner_of(update, tap.person_id), None
    if tap.what == "leave":
        if await context.storage.clubs.leave(actor, tap.chat_id):
            toast = partial(texts.club_left, await context.storage.clubs.title(tap.chat_id))
        chosen = await context.storage.people.privacy(actor)
    else:
        chosen = await context.storage.people.hide_name(actor, tap.what == "hide")
    await show(update, context, texts.privacy(chosen), keyboards.privacy(chosen, actor.person_id), toast=toast)
