"""/start with its deep links, /help, and the buttons that lead on from there."""

import re

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne
from telegram import Update

from handlers import keyboards, texts
from handlers.callback_data import Page, data_of
from handlers.cards import show_card
from handlers.context import Context, is_group, is_operator
from handlers.digest import on_digest
from handlers.export import on_export
from handlers.forgetme import on_forgetme
from handlers.history import on_history
from handlers.imports import on_import
from handlers.lang import on_lang
from handlers.my import on_my
from handlers.privacy import on_privacy
from handlers.rate import on_suggest
from handlers.screen import send
from handlers.top import on_best
from handlers.week import on_week

CARD = re.compile(r"m_([1-9][0-9]{0,17})", re.ASCII)
"""t.me/bot?start=m_17 opens the card of movie 17."""
ALMOST = 0.66
"""Of a command's letters are right: "tpo" is meant for "top"."""


async def on_find(update: Update, context: Context) -> None:
    """Somebody typed the bot's name in a chat and found nothing."""
    await send(update, context, texts.what_to_type(), keyboards.back_to_chat())


PAYLOADS = {
    "find": on_find,
    "my": on_my,
    "history": on_history,
    "privacy": on_privacy,
    "import": on_import,
    "export": on_export,
    "forgetme": on_forgetme,
    "rate": on_suggest,
    "top": on_best,
    "week": on_week,
}
"""t.me/bot?start=my answers /my. None of them names a club: a link can be passed on to anybody."""


async def on_start(update: Update, context: Context) -> None:
    """/start: where to begin, or what the deep link asks for."""
    payload = context.args[0] if context.args else ""
    if card := CARD.fullmatch(payload):
        await show_card(update, context, int(card[1]))
    elif payload in PAYLOADS and not is_group(update.effective_chat):
        await PAYLOADS[payload](update, context)
    elif is_group(update.effective_chat):
        await send(update, context, texts.hello_club())
    else:
        name = update.effective_user.first_name if update.effective_user else ""
        await send(update, context, texts.start(name), keyboards.start(context.bot.username))


async def on_help(update: Update, context: Context) -> None:
    """/help: the commands and the formula, with the numbers of this very bot."""
    operator = is_operator(update, context) and not is_group(update.effective_chat)
    page = texts.help_page(context.storage.settings, context.bot.username, operator=operator)
    await send(update, context, page)


async def on_unknown(update: Update, context: Context) -> None:
    """A command that there is not: say so, and which was meant; or one for another bot."""
    said = ((update.message and update.message.text) or "").split()
    name, _, whose = (said[0] if said else "").partition("@")
    if whose and whose.lower() != context.bot.username.lower():
        await send(update, context, texts.anothers_command(name, whose))
        return
    known = [*texts.COMMANDS, *(texts.OPERATORS_COMMANDS if is_operator(update, context) else ())]
    near = extractOne(
        name.lower().removeprefix("/"),
        [command for command, _what in known],
        scorer=OSA.normalized_similarity,
        score_cutoff=ALMOST,
    )
    await send(update, context, texts.unknown_command(name, near[0] if near else None))


PAGES = {
    "help": on_help,
    "rate": on_suggest,
    "top": on_best,
    "week": on_week,
    "my": on_my,
    "lang": on_lang,
    "digest": on_digest,
    "privacy": on_privacy,
}


async def on_page(update: Update, context: Context) -> None:
    """A button that stands for a command: its answer comes as a new message."""
    page = Page.decode(data_of(update))
    await context.answer(update)
    await PAGES[page.name](update, context)
