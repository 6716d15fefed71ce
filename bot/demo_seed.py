"""The demo's past: weeks of ratings by the people of the local Telegram, so that lists and digest live."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.config import Settings
from bot.database import open_storage
from storage.service import Storage
from storage.values import Actor

# fmt: off
FILMS: tuple[tuple[str, float], ...] = (
    ("tt0068646", 9.2), ("tt0111161", 9.2), ("tt0071562", 9.0), ("tt0468569", 8.9), ("tt0050083", 9.0),
    ("tt0108052", 8.9), ("tt0110912", 8.7), ("tt0060196", 8.6), ("tt0109830", 8.5), ("tt0137523", 8.4),
    ("tt1375666", 8.5), ("tt0133093", 8.5), ("tt0099685", 8.6), ("tt0073486", 8.6), ("tt0114369", 8.4),
    ("tt0102926", 8.5), ("tt0245429", 8.7), ("tt0047478", 8.8), ("tt6751668", 8.5), ("tt0816692", 8.4),
    ("tt0110413", 8.3), ("tt0054215", 8.4), ("tt0078748", 8.2), ("tt0078788", 8.3), ("tt0034583", 8.5),
    ("tt0047396", 8.3), ("tt0064116", 8.4), ("tt0103064", 8.2), ("tt0088763", 8.2), ("tt0253474", 8.2),
    ("tt0211915", 8.1), ("tt0062622", 8.0), ("tt0083658", 8.0), ("tt0113277", 8.1), ("tt1160419", 7.9),
    ("tt15398776", 8.2), ("tt0095327", 8.4), ("tt0105236", 7.9), ("tt0338013", 8.2), ("tt0118715", 8.0),
    ("tt0116282", 8.0), ("tt2582802", 8.3), ("tt1049413", 8.0), ("tt3783958", 7.4), ("tt0120338", 7.3),
    ("tt1517268", 6.4), ("tt0120737", 8.6), ("tt0167260", 8.7), ("tt2278388", 7.8), ("tt0335266", 7.4),
    ("tt6710474", 7.5), ("tt1392190", 8.0), ("tt4975722", 7.3), ("tt7286456", 7.6), ("tt0435761", 7.9),
    ("tt0910970", 8.1), ("tt5311514", 8.1), ("tt0119698", 8.2), ("tt0096283", 7.9), ("tt0084787", 8.0),
)
# fmt: on
"""IMDb ids of well-known films, and about how many stars people give them."""

WEEKS = 5
CROWD = 40
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
    movies = await _movies(storage)
    dice = random.Random(1972)
    club = _club_of(world)
    past = [rating for actor in _members(world, club) for rating in _evenings(dice, storage.now(), actor, movies)]
    past += [rating for actor in _crowd() for rating in _evenings(dice, storage.now(), actor, movies)]
    await _live_through(settings, past)
    admin = _members(world, club)[0]
    await storage.digests.change(admin, enabled=True, weekday=4, minute=18 * 60, zone="Europe/Berlin")
    await storage.state.set(KEY, "yes")


async def _movies(storage: Storage) -> list[tuple[int, float]]:
    found = [(await storage.movies.find(imdb_id), mean) for imdb_id, mean in FILMS]
    return [(page.clear, mean) for page, mean in found if page.clear is not None]


def _club_of(world: dict[str, Any]) -> dict[str, Any]:
    clubs = [chat for chat in world["chats"] if chat["type"] in {"group", "supergroup"}]
    return max(clubs, key=lambda chat: len(chat["members"]))


def _members(world: dict[str, Any], club: dict[str, Any]) -> list[Actor]:
    """The people of the club, its admins first."""
    users = {user["id"]: user for user in world["users"] if not user.get("is_bot")}
    ranks = {"creator": 0, "administrator": 1, "member": 2}
    members = [member for member in club["members"] if member["user_id"] in users and member["status"] in ranks]
    members.sort(key=lambda member: ranks[member["status"]])
    return [_actor(users[member["user_id"]], club) for member in members]


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


def _evenings(dice: random.Random, now: datetime, actor: Actor, movies: Sequence[tuple[int, float]]) -> list[Past]:
    """About twenty films on evenings of the last weeks; a club has seen some in common in the last one."""
    taste = dice.gauss(0, 0.6)
    seen = dice.sample(movies, 18)
    ratings = [_rating(dice, _evening(dice, now, 1, 7 * WEEKS), actor, movie, taste) for movie in seen]
    if actor.in_club:
        lately = [movie for movie in movies[28:37] if movie not in seen and dice.random() < 0.8]
        ratings += [_rating(dice, _evening(dice, now, 0, 6), actor, movie, taste) for movie in lately]
    return ratings


def _evening(dice: random.Random, now: datetime, first_day: int, last_day: int) -> datetime:
    """An hour at which people watch films; ratings of the same hour are written together."""
    ago = timedelta(days=dice.randint(first_day, last_day), hours=dice.choice((1, 2, 3)))
    return now - ago


def _rating(dice: random.Random, at: datetime, actor: Actor, movie: tuple[int, float], taste: float) -> Past:
    movie_id, mean = movie
    stars = round(dice.gauss(mean + taste - 0.4, 1.3))
    return Past(at, actor, movie_id, min(max(stars, 1), 10))


async def _live_through(settings: Settings, past: Sequence[Past]) -> None:
    """Make the ratings in their order, through a storage whose clock shows the hour of each."""
    moments = sorted({rating.at for rating in past})
    clock = [moments[0]]
    storage = await open_storage(settings, lambda: clock[0])
    try:
        for moment in moments:
            clock[0] = moment
            ratings = [rating for rating in past if rating.at == moment]
            await asyncio.gather(*(storage.ratings.rate(each.movie_id, each.stars, each.actor) for each in ratings))
    finally:
        await storage.close()
