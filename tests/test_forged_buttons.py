"""Five hundred forged or garbage buttons: each is answered, nothing of anybody else's changes, the bot lives."""

import random
import string

from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB
from tests.conversations import Stage

SHAPES = (
    "r:{n}:{n}", "u:{n}:{n}:{n}", "q:{n}:{n}:{n}", "c:{n}", "n:{n}", "m:best:{n}:{n}", "o:{n}:newest:{n}:{n}",
    "h:{n}:{n}", "f:erase:{n}:{n}", "f:keep:{n}:{n}", "a:{n}:::", "a:{n}:{n}:{n}:{n}",
    "t:here:week:{s}:{n}:{n}", "kg{s}", "kdt:all:all:::{n}", "d:on:{n}", "d:weekday:{n}", "d:minute:{n}", "d:zone:{s}",
    "d:topic:{n}", "d:show:{s}", "d:region:{s}-{n}", "p:leave:{n}:{n}", "p:hide:0:{n}", "x:{s}", "s:{n}:{s}", "{s}",
    "v:{n}:{n}:m:best:{n}:{n}", "v:{n}:{n}:{s}", "b:{n}:{n}:{s}", "g:{n}:{n}:{n}", "w:{n}:{n}:{n}:{s}",
)  # fmt: skip
NUMBERS = ("0", "-1", "1", "8", "11", "999", str(ANN), str(BEN), str(CLUB), "9" * 17, "9" * 25, "٣", "１", "1e9", "")


def forged(count: int) -> list[str]:
    """The same each time; at most 64 bytes, as Telegram delivers."""
    chance = random.Random(7)
    letters = string.printable + "äß🎬\u202e\x00"

    def word() -> str:
        return "".join(chance.choices(letters, k=chance.randint(0, 20)))

    made = []
    while len(made) < count:
        data = chance.choice(SHAPES)
        for _ in range(4):
            data = data.replace("{n}", chance.choice(NUMBERS), 1).replace("{s}", word(), 1)
        if data and len(data.encode()) <= 64:
            made.append(data)
    return made


async def test_five_hundred_forged_presses_change_nothing_of_anyone_elses(stage: Stage) -> None:
    for person, words in ((ANN, "/rate the matrix 9"), (BEN, "/rate alien 1979 8")):
        club = await stage.client.open(person, CLUB)
        shown = await club.asks(words)
    setting = await stage.storage.digests.setting(CLUB)

    for data in forged(500):
        await shown.forge(data, by=CHIARA)  # raises if it is not answered

    assert {entry.actor for entry in await stage.trail("")} <= {ANN, BEN, CHIARA, 0}
    assert [(entry.actor, entry.after) for entry in await stage.trail() if entry.actor != CHIARA] == [
        (ANN, {"stars": 9}), (BEN, {"stars": 8})
    ]  # fmt: skip
    assert await stage.storage.digests.setting(CLUB) == setting
    assert "The Matrix" in (await club.asks("/search the matrix")).text
