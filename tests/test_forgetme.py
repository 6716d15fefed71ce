"""/forgetme: what goes is shown, asked about once, and gone from every table; the trail still verifies."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.sandbox.seed import ANN, BEN, CLUB
from handlers.callback_data import Forget
from storage.models import metadata
from storage.service import Storage
from tests.conversations import Stage
from tests.databases import ALIEN, DUNE, in_club
from tests.databases import ANN as ANN_HERSELF
from tests.databases import BEN as BEN_HIMSELF


async def mentions(storage: Storage, *needles: str) -> list[str]:
    """The columns, of all tables, in which one of these texts can be read."""

    def look(connection: sa.Connection) -> list[str]:
        return [
            f"{table.name}.{name}"
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table)).mappings()
            for name, value in row.items()
            if any(needle in _readable(value) for needle in needles)
        ]

    return sorted(set(await storage.database.read(look)))


def _readable(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


async def test_nothing_of_a_person_is_left_in_any_table(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 9, in_club(ANN_HERSELF))
    await storage.ratings.rate(ALIEN, 4, ANN_HERSELF)
    await storage.ratings.rate(DUNE, 7, in_club(BEN_HIMSELF))
    await storage.people.hide_name(ANN_HERSELF, True)
    await storage.digests.change(ANN_HERSELF, enabled=True)
    await storage.clubs.set_active(ANN_HERSELF.chat_id, False, None)
    await storage.inbox.take([(1, ANN_HERSELF.person_id, f'{{"id": {ANN_HERSELF.person_id}}}'.encode())])
    await storage.audit.seal()
    who = str(ANN_HERSELF.person_id), ANN_HERSELF.name
    assert await mentions(storage, *who)

    assert await storage.people.erase(ANN_HERSELF) == 2
    assert await mentions(storage, *who) == []
    assert (await storage.audit.verify()).fault is None
    card = await storage.movies.card(DUNE, in_club(BEN_HIMSELF))
    assert (card.here.count if card.here else 0, [voice.stars for voice in card.voices]) == (1, [7])
    assert await storage.people.erase(ANN_HERSELF) is None
    assert await storage.inbox.undone() == []

    await storage.clubs.set_active(ANN_HERSELF.chat_id, False, ANN_HERSELF)  # and then they block the bot
    assert await mentions(storage, *who) == []


async def test_it_is_shown_and_asked_and_done_once(stage: Stage) -> None:
    club = await stage.client.open(ANN, CLUB)
    await (await club.asks("/search the matrix")).press("9")
    ann = await stage.client.open()
    question = await ann.asks("/forgetme")
    await question.press("🗑 Forget me for good")
    done = await question.now()
    again = await question.forge(Forget("erase", _minute(stage), ANN).encode())

    assert "• 1 rating\n• your place in 1 club" in question.text
    assert "I have forgotten you and 1 rating" in done.text
    assert done.buttons == []
    assert again.text == ""
    assert "I know nothing about you" in (await question.now()).text
    assert await stage.trail("rating.") == []
    assert "Here: no ratings yet" in (await club.asks("/search the matrix")).text
    assert (await stage.storage.audit.verify()).fault is None


def _minute(stage: Stage) -> int:
    return int(stage.clock.now().timestamp()) // 60


async def test_a_posted_card_keeps_a_name_until_a_press_and_the_question_says_so(stage: Stage) -> None:
    club = await stage.client.open(ANN, CLUB)
    card = await club.asks("/search the matrix")
    await card.press("9")
    question = await (await stage.client.open()).asks("/forgetme")
    await question.press("🗑 Forget me for good")
    assert "Ann Hart" in (await card.now()).text
    await card.press("7", by=BEN)

    assert "until somebody presses a star on them" in question.text
    assert "Here: 7.0 ★ · 1 rating\nBen Okafor\N{NO-BREAK SPACE}7\n" in (await card.now()).text


async def test_what_there_is_none_of_is_not_listed(stage: Stage) -> None:
    ann = await stage.client.open()
    await ann.asks("/digest on")

    assert (await ann.asks("/forgetme")).text.splitlines()[2:6] == [
        "This goes, at once and for good:",
        "• your name, your language and your settings, your own weekly digest",
        "• the content of 1 log entry",
        "",
    ]


async def test_keeping_keeps_everything(stage: Stage) -> None:
    ann = await stage.client.open()
    await ann.asks("/rate the matrix 9")
    question = await ann.asks("/forgetme")
    await question.press("Keep everything")

    assert "Nothing was changed" in (await question.now()).text
    assert "You: 9" in (await ann.asks("the matrix")).text


async def test_an_old_question_is_asked_again(stage: Stage) -> None:
    ann = await stage.client.open()
    await ann.asks("/rate the matrix 9")
    question = await ann.asks("/forgetme")
    await ann.asks("/rate alien 1979 8")
    stage.clock.move(timedelta(hours=1))
    await question.press("🗑 Forget me for good")
    asked = await question.now()

    assert "• 2 ratings" in asked.text
    await asked.press("🗑 Forget me for good")
    assert "forgotten you and 2 ratings" in (await asked.now()).text


@pytest.mark.parametrize("what", ["erase", "keep"])
async def test_nobody_forgets_anybody_else(stage: Stage, what: str) -> None:
    ann = await stage.client.open()
    await ann.asks("/rate the matrix 9")
    question = await ann.asks("/forgetme")
    toast = await question.forge(Forget(what, _minute(stage), BEN).encode())

    assert (toast.is_alert, len(await stage.trail("rating."))) == (True, 1)
    assert "Forget everything about you?" in (await question.now()).text


async def test_a_stranger_has_nothing_to_forget(stage: Stage) -> None:
    ann = await stage.client.open()

    assert "I know nothing about you" in (await ann.asks("/forgetme")).text
    assert "I know nothing about you" in (await ann.asks("/privacy")).text
    await ann.asks("/rate the matrix 9")
    assert "your ratings (1 rating)" in (await ann.asks("/privacy")).text


async def test_in_a_group_it_leads_to_the_private_chat(stage: Stage) -> None:
    club = await stage.client.open(ANN, CLUB)

    assert (await club.asks("/forgetme")).buttons == ["Open our chat"]
    assert "I know nothing about you" in (await (await stage.client.open()).asks("/start forgetme")).text
