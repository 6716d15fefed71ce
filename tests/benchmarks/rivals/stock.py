"""A bot with python-telegram-bot as its documentation shows it: arguments are port, API address, database, at once."""

import sys

from films import Films
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

STARS = InlineKeyboardMarkup(
    [[InlineKeyboardButton(str(n), callback_data=f"r:1:{n}") for n in range(first, first + 5)] for first in (1, 6)]
)


def main(port: str, api: str, file: str, at_once: str) -> None:
    films = Films(file)

    async def pressed(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        assert query.data is not None
        _, movie, stars = query.data.split(":")
        card = await films.rate(query.from_user.id, int(movie), int(stars))
        await query.answer(f"You gave {stars}")
        await query.edit_message_text(card, reply_markup=STARS)

    async def begin(_application: Application) -> None:
        await films.open()

    builder = Application.builder().token("1000000001:bench").base_url(f"{api}/bot").post_init(begin)
    application = builder.concurrent_updates(int(at_once) if int(at_once) > 1 else False).build()
    application.add_handler(CallbackQueryHandler(pressed))
    application.run_webhook("127.0.0.1", int(port), "telegram", webhook_url=f"http://127.0.0.1:{port}/telegram")


if __name__ == "__main__":
    main(*sys.argv[1:])
