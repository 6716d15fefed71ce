"""/my: one's own ratings, ten a page; each opens to be changed or removed. Private: others need not watch."""

from telegram import Update

from handlers import keyboards, texts
from handlers.callback_data import My, MyMovie, data_of
from handlers.cards import show_card
from handlers.context import Context, actor_of, is_group, owner_of
from handlers.screen import send, show


async def on_my(update: Update, context: Context) -> None:
    if is_group(update.effective_chat):
        await send(update, context, texts.in_private(), keyboards.in_private(context.bot.username, "my"))
        return
    actor = actor_of(update)
    page = await context.storage.ratings.mine(actor.person_id)
    await send(update, context, texts.mine(page), keyboards.mine(page, actor.person_id))


async def on_page(update: Update, context: Context) -> None:
    """Another page or the other order, in the same message."""
    tap = My.decode(data_of(update))
    actor = owner_of(update, tap.person_id)
    page = await context.storage.ratings.mine(actor.person_id, order=tap.order, page=tap.page)
    await show(update, context, texts.mine(page), keyboards.mine(page, actor.person_id))


async def on_movie(update: Update, context: Context) -> None:
    """One of them, in place of the list, with the way back."""
    tap = MyMovie.decode(data_of(update))
    owner = owner_of(update, tap.person_id)
    await show_card(update, context, tap.movie_id, back=My(tap.order, tap.page, owner.person_id))
