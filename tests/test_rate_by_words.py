"""Stars in words after /rate, in whole conversations: what is stored at once, and what is asked first."""

import pytest

from bot.sandbox.seed import ANN, BEN, CLUB
from handlers.callback_data import SearchToRate
from tests.conversations import Stage


@pytest.mark.parametrize(
    ("said", "film", "stars"),
    [
        ("pulp fiction 7 of 10", "Pulp Fiction (1994)", 7),
        ("the matrix 9 out of 10", "The Matrix (1999)", 9),
        ("pulp fiction 6 von 10", "Pulp Fiction (1994)", 6),
        ("the matrix ⭐⭐⭐⭐⭐⭐⭐⭐", "The Matrix (1999)", 8),
        ("alien 3 ★", "Alien (1979)", 3),
        ("super 8 9", "Super 8 (2011)", 9),
        ("seven samurai 7", "Seven Samurai (1954)", 7),
        ("alien 1979 2/10", "Alien (1979)", 2),
    ],
)
async def test_stars_in_words_are_stored_at_once(stage: Stage, said: str, film: str, stars: int) -> None:
    talk = await stage.client.open()
    card = await talk.asks(f"/rate {said}")

    assert card.text.startswith(f"{stars} ★ saved\n\n🎬 {film}")
    assert [entry.after for entry in await stage.trail()] == [{"stars": stars}]


async def test_another_scale_is_no_stars(stage: Stage) -> None:
    talk = await stage.client.open()
    for said in ("4/5", "4 out of 5", "4 von 5", "8.5", "acht"):
        told = await talk.asks(f"/rate jaws {said}")
        assert told.text.startswith(f"Nothing was rated: “{said}” is none of the stars 1, 2, 3 … 10.\n\n🎬 Jaws (1975)")

    assert await stage.trail() == []


@pytest.mark.parametrize(("said", "film"), [("super 8", "Super 8"), ("district 9", "District 9"), ("9", "9 (2005)")])
async def test_a_title_that_ends_in_a_number_is_opened(stage: Stage, said: str, film: str) -> None:
    talk = await stage.client.open()
    shown = await talk.asks(f"/rate {said}")

    assert film in shown.text
    assert "gets" not in shown.text
    assert await stage.trail() == []


@pytest.mark.parametrize(
    ("said", "film"),
    [
        ("kill bill 2", "Kill Bill: Volume 2 (2004)"),
        ("godfather 2", "The Godfather Part II (1974)"),
        ("dune 2", "Dune: Part Two (2024)"),
    ],
)
async def test_a_number_of_a_sequel_is_not_taken_for_stars(stage: Stage, said: str, film: str) -> None:
    talk = await stage.client.open()
    shown = await talk.asks(f"/rate {said}")

    assert shown.text.startswith(
        f"Nothing was rated: the 2 may belong to the title. For stars write /rate {said}/10.\n\n"
    )
    assert film in shown.text
    if film in shown.buttons:
        await shown.press(film)
    assert await stage.trail() == []


async def test_the_stars_of_a_sequel_are_as_they_are_when_their_scale_is_said(stage: Stage) -> None:
    talk = await stage.client.open()

    assert (await talk.asks("/rate kill bill 2/10")).text.startswith("Which one gets 2 ★?")
    assert (await talk.asks("/rate godfather 9")).text.startswith("Which one gets 9 ★?")


async def test_a_title_that_was_not_found_is_said_beside_the_stars(stage: Stage) -> None:
    talk = await stage.client.open()
    hits = await talk.asks("/rate findet nemo 8")

    assert hits.text.startswith(
        "🔎 I found no “findet nemo”. Did you mean one of these?\n"
        "Which one gets 8 ★? Nothing is stored until you tap.\n\n1. "
    )


async def test_hits_for_stars_show_ones_own_in_private_only(stage: Stage) -> None:
    talk = await stage.client.open()
    await (await talk.asks("/rate dune 8")).press("Dune (1984)")
    again = await talk.asks("/rate dune 9")
    club = await (await stage.client.open(talk.user, CLUB)).asks("/rate dune 9")

    assert [line for line in again.text.splitlines() if line.endswith(" · yours: 8 ★")] != []
    assert again.text.count("yours") == 1
    assert "yours" not in club.text


async def test_a_forged_page_of_hits_shows_nobody_elses_stars(stage: Stage) -> None:
    ann, ben = await stage.client.open(ANN), await stage.client.open(BEN)
    await (await ann.asks("/rate dune 8")).press("Dune (1984)")
    hits = await ben.asks("/rate dune 9")
    await hits.forge(SearchToRate(9, ANN, 0, "dune").encode())

    assert "yours" not in (await hits.now()).text


async def test_stars_without_a_title_ask_for_one(stage: Stage) -> None:
    talk = await stage.client.open()

    assert (await talk.asks("/rate ⭐⭐⭐")).text == "Which film? Send its title before the stars: /rate heat 9."
