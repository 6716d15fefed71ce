"""The demo's past: weeks of ratings by the people of the local Telegram, so that lists and digest live."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.config import Settings
from bot.database import open_storage
from bot.demo_films import FILMS, LATELY
from storage.service import Storage
from storage.values import Actor, NewFilm

WEEKS = 5
CROWD = 40
ZONE = "Europe/Berlin"
FRIDAY, EVENING = 4, 18
KEY = "demo.seeded"


@dataclass(frozen=True, slots=True)
class Past:
    """A rating that was made before the demo began."""

    at: datetime
    actor: Actor
    movie_id: int
    stars: int


async def seed(storage: Storage, settings: Settings, world: dict[str, Any]) -> None:
    """Fill the demo's database, once; `world` is the local Telegram's state, with its people and chats."""
    if await storage.state.get(KEY):
        return
    now, movies, members = storage.now(), await _movies(storage), _members(world)
    dice = random.Random(1972)
    past = [each for actor in members for each in _evenings(dice, now - timedelta(weeks=1), actor, movies)]
    past += [each for actor in _crowd() for each in _evenings(dice, now, actor, movies)]
    await _hang_posters(storage, settings.api_url)
    await _live_through(settings, past + _lately(now, members, movies))
    await storage.digests.change(members[0], enabled=True, weekday=FRIDAY, minute=60 * EVENING, zone=ZONE)
    await storage.state.set(KEY, "yes")


async def _movies(storage: Storage) -> dict[str, int]:
    """Ids by IMDb id; a catalogue that was made smaller may lack some."""
    pages = {imdb_id: await storage.movies.find(imdb_id) for imdb_id, _ in FILMS}
    return {imdb_id: page.clear for imdb_id, page in pages.items() if page.clear is not None}


async def _hang_posters(storage: Storage, address: str) -> None:
    """Drawn by the local Telegram: the starter catalogue has none, and the page loads nothing from elsewhere."""
    films = []
    for imdb_id, _ in FILMS:
        for line in (await storage.movies.find(imdb_id)).lines:
            poster = f"{address}/posters/{quote(line.title, safe='')}.svg"
            films.append(NewFilm(title=line.title, year=line.year, imdb_id=imdb_id, poster=poster))
    await storage.catalogue.take_up(films, "demo")


def _members(world: dict[str, Any]) -> list[Actor]:
    """The people of the largest group, who runs it first."""
    clubs = [chat for chat in world["chats"] if chat["type"] in {"group", "supergroup"}]
    club = max(clubs, key=lambda chat: len(chat["members"]))
    users = {user["id"]: user for user in world["users"] if not user.get("is_bot")}
    ranks = ("creator", "administrator", "member")
    ranked = [member for member in club["members"] if member["user_id"] in users and member["status"] in ranks]
    ranked.sort(key=lambda member: ranks.index(member["status"]))
    return [_actor(users[member["user_id"]], club) for member in ranked]


def _actor(user: dict[str, Any], chat: dict[str, Any]) -> Actor:
    return Actor(
        person_id=user["id"],
        name=" ".join(filter(None, (user["first_name"], user.get("last_name")))),
        chat_id=chat["id"],
        chat_type=chat["type"],
        chat_title=chat.get("title") or "",
        language=user.get("language_code"),
    )


def _crowd() -> list[Actor]:
    """People who rate in their private chats, so that everyone's scores are more than the club's."""
    ids = range(7_000_000_001, 7_000_000_001 + CROWD)
    return [Actor(person_id=id_, name=f"Guest {id_ % 100}", chat_id=id_) for id_ in ids]


def _evenings(dice: random.Random, end: datetime, actor: Actor, movies: Mapping[str, int]) -> list[Past]:
    """Eighteen films on evenings of the weeks before `end`; the club keeps what it will see lately for then."""
    taste = dice.gauss(0, 0.6)
    kept = {imdb_id for imdb_id, _ in LATELY} if actor.in_club else set()
    seen = dice.sample([film for film in FILMS if film[0] in movies.keys() - kept], 18)
    return [
        Past(_evening(dice, end), actor, movies[imdb_id], _stars(dice, mean + taste - 0.4)) for imdb_id, mean in seen
    ]


def _evening(dice: random.Random, end: datetime) -> datetime:
    """An hour at which people watch films; ratings of the same hour are written together."""
    return end - timedelta(days=dice.randint(0, 7 * WEEKS), hours=dice.choice((1, 2, 3)))


def _stars(dice: random.Random, mean: float) -> int:
    return min(max(round(dice.gauss(mean, 1.3)), 1), 10)


def _lately(now: datetime, members: Sequence[Actor], movies: Mapping[str, int]) -> list[Past]:
    """The club's ratings since its last digest, spread over the time from then to now."""
    local = now.astimezone(ZoneInfo(ZONE))
    friday = local.replace(hour=EVENING, minute=0, second=0) - timedelta(days=(local.weekday() - FRIDAY) % 7)
    since = friday if friday < local else friday - timedelta(weeks=1)
    step = (local - since) / (len(LATELY) + 1)
    return [
        Past(now - step * (number + 1), actor, movies[imdb_id], stars)
        for number, (imdb_id, by_member) in enumerate(LATELY)
        for actor, stars in zip(members, by_member, strict=False)
        if stars and imdb_id in movies
    ]


async def _live_through(settings: Settings, past: Sequence[Past]) -> None:
    """Make the ratings in their order, through a storage whose clock shows the hour of each."""
    moments = sorted({rating.at for rating in past})
    clock = [moments[0]]
    storage = await open_storage(settings, lambda: clock[0])
    try:
        for moment in moments:
            clock[0] = moment
            then = [each for each in past if each.at == moment]
            await asyncio.gather(*(storage.ratings.rate(each.movie_id, each.stars, each.actor) for each in then))
    finally:
        await storage.close()
