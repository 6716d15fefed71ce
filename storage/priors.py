"""The priors that kept scores were weighted with: other ones in the configuration mean a recount."""

import sqlalchemy as sa

from storage.database import Database
from storage.dialects import put
from storage.models import bot_state
from storage.ranking import Ranking
from storage.scores import rebuild

KEY = "ranking"


async def adopt(database: Database, ranking: Ranking) -> None:
    """Recount every score if it was weighted with other priors than `ranking`'s."""
    wanted = repr((ranking.everyone.count, ranking.everyone.mean, ranking.club.count, ranking.club.mean))
    query = sa.select(bot_state.c.value).where(bot_state.c.key == KEY)
    if await database.read(lambda connection: connection.execute(query).scalar()) == wanted:
        return

    def work(connection: sa.Connection) -> None:
        rebuild(connection, ranking)
        put(connection, bot_state, {"key": KEY, "value": wanted})

    await database.write(work)
