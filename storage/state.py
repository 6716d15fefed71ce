"""Small facts the bot keeps between runs, such as which command lists Telegram has."""

import sqlalchemy as sa

from storage.database import Database
from storage.dialects import put
from storage.models import bot_state


class State:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        query = sa.select(bot_state.c.value).where(bot_state.c.key == key)
        return await self._database.read(lambda connection: connection.execute(query).scalar())

    async def set(self, key: str, value: str) -> None:
        row = {"key": key, "value": value}
        await self._database.write(lambda connection: put(connection, bot_state, row))
