"""What Telegram shows of the bot: command lists for each scope and language, name cards. Set only when changed."""

import hashlib
import json

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from handlers import i18n, texts
from handlers.i18n import _
from storage.service import Storage

KEY = "commands"
PRIVATE = (
    "search", "rate", "my", "top", "week", "digest", "lang", "settings", "history",
    "privacy", "import", "export", "forgetme", "help",
)  # fmt: skip
GROUP = ("search", "rate", "top", "week", "help")
ADMINS = (*GROUP[:-1], "digest", "lang", "help")
SCOPES: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
    (BotCommandScopeAllPrivateChats(), PRIVATE),
    (BotCommandScopeAllGroupChats(), GROUP),
    (BotCommandScopeAllChatAdministrators(), ADMINS),
)


async def publish(bot: Bot, storage: Storage) -> bool:
    """Tell Telegram the command lists and descriptions, unless it knows just these; true if it was told."""
    wanted = _fingerprint(bot.id)
    if await storage.state.get(KEY) == wanted:
        return False
    for language in sorted(i18n.available()):
        with i18n.speaking(language):
            await _publish(bot, None if language == "en" else language)
    await storage.state.set(KEY, wanted)
    return True


async def _publish(bot: Bot, language: str | None) -> None:
    """English is what everybody sees whose language there is not."""
    for scope, names in SCOPES:
        await bot.set_my_commands(_commands(names), scope=scope, language_code=language)
    await bot.set_my_short_description(_short_description(), language_code=language)
    await bot.set_my_description(_description(), language_code=language)


def _commands(names: tuple[str, ...]) -> list[BotCommand]:
    described = dict(texts.COMMANDS)
    return [BotCommand(name, _(described[name])) for name in names]


def _short_description() -> str:
    return _("Search any film, rate it with one tap, and see what your club thinks of it.")


def _description() -> str:
    return _(
        "I remember what you think of films.\n\n"
        "Send me a title, spelled as you remember it, and tap your stars. "
        "Add me to a group, and your film club gets its own top list and a weekly digest."
    )


def _fingerprint(bot_id: int) -> str:
    said = []
    for language in sorted(i18n.available()):
        with i18n.speaking(language):
            lists = [
                (scope.type, [(each.command, each.description) for each in _commands(names)]) for scope, names in SCOPES
            ]
            said.append((language, lists, _short_description(), _description()))
    return hashlib.sha256(json.dumps([bot_id, said]).encode()).hexdigest()
