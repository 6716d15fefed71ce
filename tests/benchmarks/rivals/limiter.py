"""Messages through python-telegram-bot's AIORateLimiter as its documentation shows it: `limiter.py URL FIRST COUNT`."""

import asyncio
import sys

from telegram.ext import AIORateLimiter, ExtBot

TOKEN = "1000000001:bench"


async def main(url: str, first: int, count: int) -> None:
    async with ExtBot(TOKEN, base_url=f"{url}/bot", rate_limiter=AIORateLimiter(max_retries=5)) as bot:
        chats = range(first, first + count)
        await asyncio.gather(*(bot.send_message(chat, "The week: ...") for chat in chats), return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
