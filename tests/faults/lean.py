"""The least of Telegram that a bot under load needs: updates from a generator, and a yes to everything else.

The sandbox remembers every message and every press, which is its purpose; over hundreds of thousands of updates that
costs more than the bot that is to be measured.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.world import BOT_ID, BOT_USERNAME
from tests.faults.plan import FILMS, PEOPLE, WORDS

Json = dict[str, Any]

BOT: Json = {"id": BOT_ID, "is_bot": True, "first_name": "Matinee", "username": BOT_USERNAME}
CLUBS = tuple(range(-1_001_100_000_010, -1_001_100_000_000))
CARDS = 10
"""In each club."""
BACKLOG = 500
"""So many updates the bot has at most that it has not answered."""
BATCH = 100
EMPTY_POLL_S = 1.0


class Lean:
    """`given` updates went to the bot, `answered` of them came back."""

    def __init__(self, updates: int) -> None:
        self._source = islice(_updates(random.Random(0)), updates)
        self._waiting: list[Json] = []
        self._news = asyncio.Condition()
        self.given = self.answered = 0

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/bot{token}/getUpdates", self._poll)
        app.router.add_post("/bot{token}/{method}", self._call)
        return app

    async def _poll(self, request: web.Request) -> web.Response:
        offset = int(str((await request.json())["offset"]))
        self._waiting = [update for update in self._waiting if update["update_id"] >= offset]
        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(lambda: self.given - self.answered < BACKLOG), EMPTY_POLL_S)
            except TimeoutError:
                return _ok(self._waiting)
        fresh = list(islice(self._source, BATCH))
        self._waiting += fresh
        self.given += len(fresh)
        if not self._waiting:
            await asyncio.sleep(EMPTY_POLL_S)
        return _ok(self._waiting)

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if method in {"answerCallbackQuery", "sendMessage"}:
            async with self._news:
                self.answered += 1
                self._news.notify_all()
        if method == "getMe":
            return _ok(BOT)
        if method in {"sendMessage", "editMessageText"}:
            chat = int(str((await request.json())["chat_id"]))
            return _ok(_message(chat, 1, BOT, "as you wish"))
        return _ok(True)


@asynccontextmanager
async def serving(lean: Lean) -> AsyncIterator[str]:
    """Its address, on this machine only."""
    runner = web.AppRunner(lean.application(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _ok(result: Any) -> web.Response:
    return web.Response(body=orjson.dumps({"ok": True, "result": result}), content_type="application/json")


def _updates(dice: random.Random) -> Iterator[Json]:
    """Mostly stars in clubs, where a press costs no edit of its own: in private, Telegram's 30 a second would rule."""
    number = 1_000_000
    while True:
        number += 1
        person = dice.choice(PEOPLE)
        if dice.random() < 0.005:
            text = dice.choice(WORDS)
            yield {"update_id": number, "message": _message(person, number, _user(person), text)}
        else:
            yield {"update_id": number, "callback_query": _press(dice, person, number)}


def _press(dice: random.Random, person: int, number: int) -> Json:
    chat = dice.choice(CLUBS)
    data = f"r:{dice.choice(FILMS)}:{dice.randint(0, 10)}"
    query = {"id": str(number), "from": _user(person), "chat_instance": "1", "data": data}
    return {**query, "message": _message(chat, dice.randint(1, CARDS), BOT, "a card")}


def _user(person: int) -> Json:
    return {"id": person, "is_bot": False, "first_name": f"P{person % 1000}", "language_code": "en"}


def _message(chat: int, number: int, sender: Json, text: str) -> Json:
    kind: Json = {"type": "supergroup", "title": "A club"} if chat < 0 else {"type": "private", "first_name": "P"}
    return {
        "message_id": number, "from": sender, "chat": {"id": chat, **kind}, "date": int(time.time()), "text": text,
    }  # fmt: skip
