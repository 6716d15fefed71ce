"""Telegram in and out. `register` is the routing table: read it from top to bottom, the first match wins."""

import re
from collections.abc import Callable
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    ChosenInlineResultHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from handlers import (
    addmovie,
    audit,
    cards,
    digest,
    errors,
    export,
    forgetme,
    guard,
    guest,
    history,
    imports,
    inline,
    lang,
    members,
    my,
    privacy,
    question,
    rate,
    reply,
    search,
    settings,
    start,
    top,
    week,
)
from handlers import callback_data as carry
from handlers.context import Context
from handlers.refusals import StaleButton

# An edited message runs no command again, and a card that a person sent by inline mode asks for nothing.
NEW = filters.UpdateType.MESSAGE & ~filters.VIA_BOT

COMMANDS = (
    ("start", start.on_start),
    ("help", start.on_help),
    (("search", "movie", "find"), search.on_search),
    ("rate", rate.on_command),
    ("my", my.on_my),
    ("top", top.on_top),
    ("week", week.on_week),
    ("digest", digest.on_digest),
    (("lang", "language", "sprache"), lang.on_lang),
    ("settings", settings.on_settings),
    ("history", history.on_history),
    ("privacy", privacy.on_privacy),
    ("import", imports.on_import),
    ("export", export.on_export),
    ("forgetme", forgetme.on_forgetme),
)
OPERATORS = (
    ("audit", audit.on_audit),
    ("addmovie", addmovie.on_addmovie),
)
BUTTONS = (
    (carry.Rate, rate.on_rate),
    (carry.RateFrom, rate.on_rate_from),
    (carry.OpenCard, cards.on_open),
    (carry.Hit, cards.on_hit),
    (carry.Undo, rate.on_undo),
    (carry.Suggest, rate.on_suggested),
    (carry.Search, search.on_page),
    (carry.SearchToRate, rate.on_page),
    (carry.Give, rate.on_given),
    (carry.My, my.on_page),
    (carry.MyMovie, my.on_movie),
    (carry.Top, top.on_switch),
    (carry.TopChoice, top.on_choice),
    (carry.History, history.on_page),
    (carry.Digest, digest.on_change),
    (carry.Language, lang.on_choice),
    (carry.Privacy, privacy.on_change),
    (carry.Import, imports.on_answer),
    (carry.Forget, forgetme.on_answer),
    (carry.Audit, audit.on_page),
    (carry.Page, start.on_page),
)


def register(application: "Application[Any, Any, Any, Any, Any, Any]") -> None:
    """Add every handler to the application."""
    add = application.add_handler
    add(TypeHandler(Update, guard.speak), group=-2)
    add(TypeHandler(Update, guard.slow_down), group=-1)
    # Presses first: a command looks for the message, and python-telegram-bot warns where only its place is known.
    for shape, on_press in BUTTONS:
        add(CallbackQueryHandler(on_press, pattern=_whole(shape.pattern())))
    add(CallbackQueryHandler(_on_unknown_button))  # what nobody claims is answered too
    for names, on_command in COMMANDS:
        add(CommandHandler(names, on_command, filters=NEW))
    for name, on_command in OPERATORS:
        add(CommandHandler(name, on_command, filters=NEW & filters.ChatType.PRIVATE))
    add(InlineQueryHandler(inline.on_query))
    add(ChosenInlineResultHandler(inline.on_chosen))
    add(MessageHandler(filters.UpdateType.GUEST_MESSAGE, guest.on_called))
    add(ChatMemberHandler(members.on_bot, ChatMemberHandler.MY_CHAT_MEMBER))
    add(ChatMemberHandler(members.on_member, ChatMemberHandler.CHAT_MEMBER))
    add(MessageHandler(NEW & filters.StatusUpdate.MIGRATE, members.on_migrated))
    add(MessageHandler(NEW & filters.StatusUpdate.LEFT_CHAT_MEMBER, members.on_left))
    add(MessageHandler(NEW & filters.ChatType.PRIVATE & filters.Document.ALL, imports.on_file))
    add(MessageHandler(NEW & filters.ChatType.PRIVATE & filters.COMMAND, start.on_unknown))
    add(MessageHandler(NEW & (filters.ChatType.PRIVATE | filters.ChatType.GROUPS) & reply.TO_CARD, rate.on_reply))
    add(MessageHandler(NEW & filters.ChatType.PRIVATE & filters.TEXT, search.on_text))
    add(MessageHandler(NEW & filters.ChatType.GROUPS & question.REPLY, search.on_text))
    application.add_error_handler(errors.on_error)


def _whole(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    """python-telegram-bot matches at the start only; a button must match to its end."""
    return lambda data: isinstance(data, str) and pattern.fullmatch(data) is not None


async def _on_unknown_button(update: Update, _context: Context) -> None:
    raise StaleButton(carry.data_of(update))
