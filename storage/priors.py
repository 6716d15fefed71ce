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
    if await database.read(_weighted_with) == wanted:
        return

    def work(connection: sa.Connection) -> None:
        if connection.dialect.name == "postgresql":  # others rate meanwhile, or start and recount as well
            connection.exec_driver_sql("LOCK TABLE score IN SHARE ROW EXCLUSIVE MODE")
        if _weighted_with(connection) == wanted:
            return
        rebuild(connection, ranking)
        put(connection, bot_state, {"key": KEY, "value": wanted})

    await database.write(work)


def _weighted_with(connection: sa.Connection) -> str | None:
    """The priors of the last recount; null before the first."""
    return connection.execute(sa.select(bot_state.c.value).where(bot_state.c.key == KEY)).scalar()
