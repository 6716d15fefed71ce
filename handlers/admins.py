"""Who may change a group's settings, asked of Telegram and remembered for a minute."""

import time

from telegram import Bot
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest

FOR_S = 60.0
MOST = 10_000
ADMINS = {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}


class Admins:
    """Answers by (chat, user) with the instant at which they are too old."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[float, bool]] = {}

    async def include(self, bot: Bot, chat_id: int, user_id: int) -> bool:
        now = time.monotonic()
        until, answer = self._known.get((chat_id, user_id), (0.0, False))
        if now < until:
            return answer
        if len(self._known) >= MOST:
            self._known.clear()
        answer = await _is_admin(bot, chat_id, user_id)
        self._known[chat_id, user_id] = (now + FOR_S, answer)
        return answer


async def _is_admin(bot: Bot, chat_id: int, user_id: int) -> bool:
    try:
        return (await bot.get_chat_member(chat_id, user_id)).status in ADMINS
    except BadRequest:  # where the bot is no admin itself, Telegram promises only the list of admins
        admins = await bot.get_chat_administrators(chat_id)
        return any(admin.user.id == user_id for admin in admins)
