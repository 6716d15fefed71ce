"""Inline mode in whole conversations: typed in one chat, rated by everybody there, kept by nobody's inbox."""

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from telegram import Update

from bot.moments import MOST, Moments
from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB
from handlers import keyboards
from handlers.latest import REMEMBERED, Latest
from storage.models import inbox
from storage.service import Storage
from storage.values import Actor
from tests.conversations import Stage, staged
from tests.databases import ALIEN, DUNE, HEAT
from tests.databases import ANN as ANN_HERSELF
from tests.sandbox_talk import Shown

PRIVATE_BUTTON = {"text": "Nothing found. Search in our chat", "start_parameter": "find"}


async def friends(stage: Stage) -> int:
    """A group without the bot."""
    made = await stage.client.post("/sim/chat", type="group", title="Friends", admins=[ANN], members=[BEN, CHIARA],
                                   bot="left")  # fmt: skip
    return int(made["id"])


async def sent(stage: Stage, chat: int, words: str) -> Shown:
    """The first result for these words, sent by Ann."""
    return await stage.client.choose(ANN, chat, await stage.client.types(ANN, chat, words))


async def stored_updates(storage: Storage) -> int:
    """How many the inbox has ever taken."""
    count = sa.select(sa.func.count()).select_from(inbox)
    return int(await storage.database.read(lambda connection: connection.execute(count).scalar_one()))


async def test_results_name_year_director_and_score(stage: Stage) -> None:
    await (await (await stage.client.open()).asks("dune 2021")).press("8")
    found = await stage.client.types(BEN, CLUB, "dune")
    first = found["results"][0]

    assert (first["title"], first["description"]) == ("Dune (2021)", "Denis Villeneuve · 8.0 ★ · 1 rating")
    assert len(found["results"]) <= 50
    assert (await stage.client.outbox("answerInlineQuery"))[0]["params"].get("is_personal", False) is False


async def test_pages_go_on_by_offset_and_end(stage: Stage) -> None:
    first = await stage.client.types(ANN, CLUB, "harry")
    second = await stage.client.types(ANN, CLUB, "harry", offset=first["next_offset"])
    ids = [each["id"] for each in first["results"] + second["results"]]

    assert (len(first["results"]), first["next_offset"], second["next_offset"]) == (50, "50", "")
    assert len(ids) == len(set(ids)) > 50
    assert (await stage.client.types(ANN, CLUB, "harry", offset="x"))["results"] == []


async def test_a_card_sent_where_the_bot_is_not_is_rated_by_everybody_there(stage: Stage) -> None:
    card = await sent(stage, await friends(stage), "the matrix")
    assert card.text.startswith("🎬 The Matrix (1999)")
    assert "Here" not in card.text
    toast = await card.press("8", by=BEN)
    assert toast.text == "8 ★ saved"
    await card.changed()
    await card.press("9", by=CHIARA)
    shown = await card.changed()

    assert "Everyone: 8.5 ★ · 2 ratings" in shown.text
    assert not any(label.startswith("•") for label in shown.buttons)
    assert [(each.actor, each.chat_id) for each in await stage.trail()] == [(BEN, BEN), (CHIARA, CHIARA)]
    assert await stage.client.problems() == []


async def test_its_undo_is_the_pressers_and_remove_everybodys_own(stage: Stage) -> None:
    card = await sent(stage, await friends(stage), "the matrix")
    await card.press("8", by=BEN)
    shown = await card.changed()

    assert (await shown.press("↶ Undo", by=CHIARA)).text == "This button belongs to somebody else."
    assert (await shown.press("✕ Remove", by=CHIARA)).text == "You had not rated this."
    assert (await shown.press("↶ Undo", by=BEN)).text == "Rating removed."


async def test_in_a_club_such_a_card_says_nothing_of_the_club(stage: Stage) -> None:
    card = await sent(stage, CLUB, "the matrix")
    await card.press("8", by=BEN)

    assert "Ben" not in (await card.changed()).text
    assert (await stage.storage.people.privacy(Actor(person_id=BEN, name="Ben", chat_id=BEN))).clubs == ()


@pytest.mark.parametrize("chat", [ANN, CLUB])
async def test_a_card_that_somebody_sent_is_no_search(stage: Stage, chat: int) -> None:
    talk = await stage.client.open(ANN, chat)
    await sent(stage, chat, "the matrix")

    assert await talk.stays_silent()


async def test_nothing_typed_shows_the_top_of_everyone(stage: Stage) -> None:
    empty = await stage.client.types(ANN, CLUB, "")
    assert (empty["results"], empty["button"]["start_parameter"]) == ([], "find")
    for person in range(5):
        who = Actor(person_id=6_000_000_000 + person, name="P", chat_id=6_000_000_000 + person)
        await stage.storage.ratings.rate(17, 9, who)
    await stage.client.advance(61)  # what Telegram kept is forgotten

    assert [each["id"] for each in (await stage.client.types(ANN, CLUB, ""))["results"]] == ["17"]


async def test_nothing_found_leads_into_the_private_chat_and_back(stage: Stage) -> None:
    found = await stage.client.types(ANN, CLUB, "xqzwv")
    assert (found["results"], found["button"]) == ([], PRIVATE_BUTTON)
    reply = await (await stage.client.open()).asks("/start find")

    assert "a few words of a title" in reply.text
    assert reply.body["reply_markup"]["inline_keyboard"][0][0]["switch_inline_query"] == ""


async def test_the_share_button_finds_exactly_its_film(stage: Stage) -> None:
    card = await (await stage.client.open()).asks("the matrix")
    (share,) = [each for row in card.body["reply_markup"]["inline_keyboard"] for each in row if "Share" in each["text"]]
    found = await stage.client.types(ANN, CLUB, share["switch_inline_query"])

    assert [each["title"] for each in found["results"]] == ["The Matrix (1999)"]
    assert (await (await stage.client.open()).asks(f"/start {share['switch_inline_query']}")).text == card.text


def test_without_inline_mode_sharing_is_a_link() -> None:
    bot: Any = SimpleNamespace(supports_inline_queries=False, username="matinee_bot")

    assert (
        keyboards.share(17, bot).get("url")
        == "https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fmatinee_bot%3Fstart%3Dm_17"
    )


async def test_a_card_from_an_old_answer_is_brought_up_to_date(stage: Stage) -> None:
    await stage.client.post("/sim/inline-feedback", enabled=True)
    typed = await stage.client.types(ANN, CLUB, "the matrix")
    await (await (await stage.client.open(BEN)).asks("the matrix")).press("8")
    card = await stage.client.choose(ANN, CLUB, typed)

    assert "Everyone: 8.0 ★" in (await card.changed()).text


async def test_typing_is_no_flood_and_fills_no_inbox(starter: Path, tmp_path: Path) -> None:
    shutil.copytree(starter, tmp_path / "data")
    async with staged(tmp_path / "data", flood=2) as stage:
        for end in range(1, 8):
            await stage.client.types(ANN, CLUB, "godfather"[:end])
        talk = await stage.client.open()

        assert (await talk.asks("godfahter")).text.startswith("🎬 The Godfather")
        assert await stored_updates(stage.storage) == 1


async def test_a_rating_elsewhere_says_nothing_of_the_private_chat(storage: Storage) -> None:
    """The bot may be blocked there: an inline card's star does not mean that it is not."""
    await storage.clubs.set_active(ANN_HERSELF.chat_id, True, ANN_HERSELF)
    await storage.clubs.set_active(ANN_HERSELF.chat_id, False, ANN_HERSELF)
    elsewhere = Actor(person_id=ANN_HERSELF.person_id, name="Ann", chat_id=ANN_HERSELF.chat_id, present=False)
    await storage.ratings.rate(HEAT, 8, elsewhere)

    actions = [each.action async for each in storage.audit.export()]
    assert actions[-2:] == ["chat.deactivate", "rating.create"]


async def test_many_cards_are_read_in_the_order_that_was_asked_for(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, ANN_HERSELF)
    cards = await storage.movies.cards([HEAT, 999, DUNE, 2**70, ALIEN])

    assert [each.movie.id for each in cards] == [HEAT, DUNE, ALIEN]
    assert [each.everyone and each.everyone.count for each in cards] == [None, 1, None]
    assert cards[1] == await storage.movies.card(DUNE, Actor(person_id=7, name="x", chat_id=7))


def inline_query(number: int, person: int = ANN) -> dict[str, Any]:
    sender = {"id": person, "is_bot": False, "first_name": "Ann"}
    return {"update_id": number, "inline_query": {"id": str(number), "from": sender, "query": "dune", "offset": ""}}


class Desk:
    """An application that notes what it was given, and takes its time when told to."""

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.open = asyncio.Event()
        self.open.set()

    async def process_update(self, update: Update) -> None:
        await self.open.wait()
        self.handled.append(update.update_id)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def moments(desk: Desk) -> Moments:
    application: Any = desk
    bot: Any = None
    return Moments(application, bot, Latest())


async def settled(moments: Moments) -> None:
    while moments.waiting:  # noqa: ASYNC110 - nothing here waits for anything but the loop
        await asyncio.sleep(0)


async def test_only_the_newest_question_of_a_person_is_handled(moments: Moments, desk: Desk) -> None:
    for number, person in ((1, ANN), (2, ANN), (3, BEN), (4, ANN)):
        moments.put(inline_query(number, person))
    await settled(moments)

    assert desk.handled == [3, 4]


async def test_what_comes_again_is_handled_once(moments: Moments, desk: Desk) -> None:
    moments.put(inline_query(1))
    await settled(moments)
    moments.put(inline_query(1))
    await settled(moments)

    assert desk.handled == [1]


async def test_too_many_questions_are_dropped_not_queued(moments: Moments, desk: Desk) -> None:
    desk.open.clear()
    for number in range(MOST + 50):
        moments.put(inline_query(number, person=number + 1))
    assert moments.waiting == MOST
    desk.open.set()
    await settled(moments)

    assert desk.handled == list(range(MOST))


async def test_a_question_that_cannot_be_read_disturbs_nobody(moments: Moments, desk: Desk) -> None:
    moments.put({"update_id": 1, "inline_query": {"id": 7}})
    moments.put(inline_query(2))
    await settled(moments)

    assert desk.handled == [2]


def test_the_oldest_questions_are_forgotten() -> None:
    latest = Latest()
    for person in range(REMEMBERED + 1):
        latest.put(person, "new")

    assert (latest.has(0, "old"), latest.has(1, "old"), latest.has(1, "new")) == (True, False, True)


async def test_an_answer_that_a_newer_question_overtook_is_not_sent(stage: Stage) -> None:
    """The search of the first is still running when the second comes."""
    searching, go_on = asyncio.Event(), asyncio.Event()
    search = stage.storage.movies.search

    async def slow(query: str, limit: int = 100) -> Any:
        if query == "god":
            searching.set()
            await go_on.wait()
        return await search(query, limit)

    stage.storage.movies.search = slow  # type: ignore[method-assign]
    await stage.client.types(ANN, CLUB, "god", wait=0)
    await searching.wait()
    found = await stage.client.types(ANN, CLUB, "godfather")
    go_on.set()
    await stage.client.types(BEN, CLUB, "heat")

    answered = [call["params"]["inline_query_id"] for call in await stage.client.outbox("answerInlineQuery")]
    assert len(answered) == 2
    assert answered[0] == found["inline_query_id"]
    assert await stage.client.problems() == []
