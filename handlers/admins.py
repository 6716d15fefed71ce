"""Who may change what concerns a whole chat: checked at every press, and believed for a minute at most."""

import time

from telegram import Bot, Chat, ChatMember, Update
from telegram.error import BadRequest

from handlers.context import Context, acts_as_chat, is_group, viewer_of
from handlers.refusals import StaleButton

ADMINS = {ChatMember.ADMINISTRATOR, ChatMember.OWNER}
FRESH_S = 60
"""How long a person is taken for an admin without asking Telegram again."""


async def may_change(update: Update, context: Context) -> bool:
    """In a private chat everybody; in a group its admins, also those who write as the group itself."""
    chat = chat_of(update)
    if not is_group(chat):
        return chat.type == Chat.PRIVATE
    if acts_as_chat(update):
        sender = update.message.sender_chat if update.message else None
        return sender is not None and sender.id == chat.id
    return await _is_admin(context, chat.id, viewer_of(update).person_id)


async def _is_admin(context: Context, chat_id: int, person_id: int) -> bool:
    admins, key, now = context.bot_data.admins, (chat_id, person_id), time.monotonic()
    if now - admins.get(key, -FRESH_S) < FRESH_S:
        return True
    if not await _ask_admin(context.bot, chat_id, person_id):
        admins.pop(key, None)
        return False
    admins[key] = now
    return True


async def _ask_admin(bot: Bot, chat_id: int, person_id: int) -> bool:
    try:
        return (await bot.get_chat_member(chat_id, person_id)).status in ADMINS
    except BadRequest:  # Telegram promises this only to admins; the list of admins it gives to members too
        return any(admin.user.id == person_id for admin in await bot.get_chat_administrators(chat_id))


def chat_of(update: Update) -> Chat:
    """Raises StaleButton for a press on a card that was sent by inline mode: nobody knows where it is."""
    if update.effective_chat is None:
        raise StaleButton(None)
    return update.effective_chat
