"""What happens before all handlers."""

from telegram import Update
from telegram.ext import ApplicationHandlerStop

from handlers import errors, i18n, texts
from handlers.context import Context, is_group
from handlers.flood import Verdict


async def speak(update: Update, context: Context) -> None:
    """What the chat has chosen; else in private one's own language, and where others read too one for all.

    The answer to a press is its presser's alone, and `Context.answer` makes it in theirs.
    """
    user, chat = update.effective_user, update.effective_chat
    chosen = context.storage.languages.of(chat.id) if chat else None
    shared = chat is None or is_group(chat)
    i18n.speak(chosen or (None if user is None or shared else user.language_code))


async def slow_down(update: Update, context: Context) -> None:
    """Hold back who floods. What tells of chats and members is always heard: it comes from Telegram."""
    user = update.effective_user
    if user is None or not (update.callback_query or (update.message and update.message.text)):
        return
    verdict = context.bot_data.flood.judge(user.id)
    if verdict is Verdict.HEAR:
        return
    if verdict is Verdict.ASK:
        await errors.tell(update, context, texts.slow_down)
    raise ApplicationHandlerStop
