"""The same bot with aiogram as its documentation shows it: arguments are port, API address, database, at once."""

import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web
from films import Films

STARS = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text=str(n), callback_data=f"r:1:{n}") for n in range(first, first + 5)]
        for first in (1, 6)
    ]
)


def main(port: str, api: str, file: str, _at_once: str) -> None:
    films, dispatcher = Films(file), Dispatcher()

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        assert query.data is not None
        _, movie, stars = query.data.split(":")
        card = await films.rate(query.from_user.id, int(movie), int(stars))
        await query.answer(f"You gave {stars}")
        await query.message.edit_text(card, reply_markup=STARS)  # type: ignore[union-attr]

    dispatcher.startup.register(films.open)
    bot = Bot("1000000001:bench", session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    application = web.Application()
    SimpleRequestHandler(dispatcher, bot).register(application, path="/telegram")
    setup_application(application, dispatcher, bot=bot)
    web.run_app(application, host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
