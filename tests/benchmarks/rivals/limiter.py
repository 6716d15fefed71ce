"""Messages through python-telegram-bot's AIORateLimiter as its documentation shows it: `limiter.py URL FIRST COUNT`.

Prints the seconds of CPU that each message took.
"""

import asyncio
import sys
import time

from telegram.ext import AIORateLimiter, ExtBot

TOKEN = "1000000001:bench"


async def main(url: str, first: int, count: int) -> None:
    async with ExtBot(TOKEN, base_url=f"{url}/bot", rate_limiter=AIORateLimiter(max_retries=5)) as bot:
        chats = range(first, first + count)
        spent = time.process_time()
        await asyncio.gather(*(bot.send_message(chat, "The week: ...") for chat in chats), return_exceptions=True)
        print((time.process_time() - spent) / count)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
