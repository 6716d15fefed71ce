"""Stars in reply to a card."""

import pytest

from bot.sandbox.seed import ANN, BEN, CLUB
from storage.values import Source
from tests.conversations import Stage


@pytest.mark.parametrize(("said", "stars"), [("8", 8), ("8 Sterne", 8), ("⭐⭐⭐", 3), ("/rate 8", 8), ("9 of 10", 9)])
async def test_stars_in_reply_to_a_card_are_for_its_film(stage: Stage, said: str, stars: int) -> None:
    talk = await stage.client.open()
    card = await talk.asks("the matrix")
    answer = await talk.asks(said, reply_to=card.id)

    assert answer.text.startswith(f"{stars} ★ saved\n\n🎬 The Matrix (1999)")
    assert [(entry.actor, entry.after) for entry in await stage.trail()] == [(ANN, {"stars": stars})]


async def test_in_a_club_they_are_of_who_replied_and_can_be_undone(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    card = await ann.asks("/search alien")
    answer = await ann.as_(BEN).asks("8", reply_to=card.id)
    again = await ann.asks("9", reply_to=answer.id)
    toast = await again.press("↶ Undo", by=ANN)

    assert "Ben Okafor\N{NO-BREAK SPACE}8" in answer.text
    assert toast.text == "Rating removed."
    assert [(entry.actor, entry.after) for entry in await stage.trail()] == [
        (BEN, {"stars": 8}), (ANN, {"stars": 9}), (ANN, None),
    ]  # fmt: skip


async def test_they_are_kept_as_what_was_written(stage: Stage) -> None:
    talk = await stage.client.open()
    await talk.asks("8", reply_to=(await talk.asks("the matrix")).id)
    kept = await stage.storage.personal.data(ANN)

    assert [each["source"] for each in kept.ratings] == [Source.COMMAND]


async def test_a_card_of_the_round_takes_them_too(stage: Stage) -> None:
    talk = await stage.client.open()
    first = await talk.asks("/rate")
    answer = await talk.asks("7", reply_to=first.id)

    assert answer.text.splitlines()[2] == first.text.splitlines()[0]


@pytest.mark.parametrize("said", ["11", "8.5", "4/5", "/rate 4 out of 5"])
async def test_what_is_no_stars_is_said_in_reply_too(stage: Stage, said: str) -> None:
    talk = await stage.client.open(ANN, CLUB)
    card = await talk.asks("/search the matrix")
    told = await talk.asks(said, reply_to=card.id)

    assert told.text.startswith("Nothing was rated: ")
    assert await stage.trail() == []


async def test_an_anonymous_admin_is_told_to_write_as_themselves(stage: Stage) -> None:
    talk = await stage.client.open(ANN, CLUB)
    card = await talk.asks("/search the matrix")
    told = await talk.asks("8", reply_to=card.id, as_chat=CLUB)

    assert told.text.startswith("You write as a chat here, and this needs a person.")
    assert await stage.trail() == []


async def test_a_number_in_reply_to_anything_else_is_what_it_was(stage: Stage) -> None:
    ann, club = await stage.client.open(), await stage.client.open(ANN, CLUB)
    hits, shared = await ann.asks("dune"), await club.asks("/search dune")
    assert "8 (2008)" in (await ann.asks("8", reply_to=hits.id)).text
    await club.says("8", reply_to=shared.id)
    assert await club.stays_silent()
    mine = await club.says("the matrix")
    await club.as_(BEN).says("8", reply_to=mine["message_id"])

    assert await club.stays_silent()
    assert await stage.trail() == []


async def test_a_year_in_reply_to_a_card_is_a_search(stage: Stage) -> None:
    talk = await stage.client.open()
    card = await talk.asks("the matrix")

    assert "1917" in (await talk.asks("1917", reply_to=card.id)).text


async def test_talk_about_a_card_in_a_club_is_left_alone(stage: Stage) -> None:
    talk = await stage.client.open(ANN, CLUB)
    card = await talk.asks("/search the matrix")
    for words in ("ten", "8 of us saw it"):
        await talk.says(words, reply_to=card.id)
        assert await talk.stays_silent()
