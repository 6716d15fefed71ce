"""What is said and noted when something cannot be done."""

from types import SimpleNamespace
from typing import Any

from telegram import Update
from telegram.error import Forbidden

from handlers.errors import on_error
from storage.errors import DatabaseUnavailable

SENT = {
    "update_id": 1,
    "message": {
        "message_id": 1, "date": 1, "text": "/my", "chat": {"id": 7, "type": "private", "first_name": "Ann"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ann"},
    },
}  # fmt: skip


async def test_who_blocked_the_bot_while_the_database_is_away_is_no_error() -> None:
    async def away(*_: object) -> bool:
        raise DatabaseUnavailable("away")

    storage = SimpleNamespace(clubs=SimpleNamespace(set_active=away))
    context: Any = SimpleNamespace(error=Forbidden("bot was blocked by the user"), storage=storage)

    assert await on_error(Update.de_json(SENT, None), context) is None
