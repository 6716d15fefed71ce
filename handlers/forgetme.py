"""/forgetme: shows what will go, asks once, and erases. In private: it is nobody else's."""

from telegram import Update

from handlers import data_keyboards, keyboards, texts
from handlers.callback_data import Forget, data_of
from handlers.context import Context, actor_of, is_group, owner_of
from handlers.screen import send, show

ASKED_MINUTES = 15
"""How long the question stands. After that it is asked again, for there may be more to lose by then."""


async def on_forgetme(update: Update, context: Context) -> None:
    if is_group(update.effective_chat):
        await send(update, context, texts.in_private(), keyboards.in_private(context.bot.username, "forgetme"))
        return
    await _ask(update, context, actor_of(update).person_id)


async def on_answer(update: Update, context: Context) -> None:
    tap = Forget.decode(data_of(update))
    actor = owner_of(update, tap.person_id)
    if tap.what == "keep":
        await show(update, context, texts.kept())
    elif not 0 <= _minute(context) - tap.minute <= ASKED_MINUTES:
        await _ask(update, context, actor.person_id)
    elif (count := await context.storage.people.erase(actor)) is None:
        await show(update, context, texts.nothing_held())
    else:
        context.storage.languages.forget(actor.person_id)
        await show(update, context, texts.forgotten(count))


async def _ask(update: Update, context: Context, person_id: int) -> None:
    held = await context.storage.personal.held(person_id)
    if not (held.known or held.entries):
        await show(update, context, texts.nothing_held())
        return
    await show(update, context, texts.forget_what(held), data_keyboards.forget(person_id, _minute(context)))


def _minute(context: Context) -> int:
    return int(context.storage.now().timestamp()) // 60
