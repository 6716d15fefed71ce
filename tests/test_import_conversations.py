"""Bringing ratings from elsewhere, in whole conversations: the file, what it would change, and the change."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.sandbox.seed import ANN, BEN, CLUB
from storage.values import MyOrder
from tests.browser import PHONE, needs_chromium, opened
from tests.conversations import Stage

FILE = b"""\
Date,Name,Year,Letterboxd URI,Rating
2021-11-02,The Godfather,1972,https://boxd.it/1,4.5
2021-11-03,Alien,1979,https://boxd.it/2,5
2021-11-04,The Matrix,1999,https://boxd.it/3,4
2021-11-05,A Film Of Nobody,2003,https://boxd.it/4,3
"""
ADD, BOTH, LEAVE = "➕ Add 1 film", "🔁 Add 1, change 1", "Leave everything as it is"


async def mine(stage: Stage, person: int = ANN) -> dict[str, int]:
    page = await stage.storage.ratings.mine(person, order=MyOrder.BEST)
    return {each.line.title: each.stars for each in page.ratings}


async def test_a_file_is_looked_at_and_only_a_button_changes_something(stage: Stage) -> None:
    talk = await stage.client.open()
    await talk.asks("/rate the godfather 9")
    await talk.asks("/rate alien 7")
    shown = await talk.gives("ratings.csv", FILE)
    before = await mine(stage)

    assert shown.text == (
        "📥 ratings.csv: 4 ratings\n\n"
        "➕ 1 film you have not rated here\n• The Matrix (1999) 8\N{NO-BREAK SPACE}★\n"
        "🔁 1 film with other stars than yours here\n• Alien (1979) 7 → 10\N{NO-BREAK SPACE}★\n"
        "✓ 1 film with the same stars\n"
        "❓ 1 film I do not know: A Film Of Nobody (2003)\n\nNothing is changed yet."
    )
    assert shown.rows == [[ADD], [BOTH], [LEAVE]]
    assert before == {"The Godfather": 9, "Alien": 7}


@pytest.mark.parametrize(
    ("button", "left", "said"),
    [
        (ADD, {"The Godfather": 9, "The Matrix": 8, "Alien": 7}, "✅ 1 rating taken over. /my shows them."),
        (BOTH, {"Alien": 10, "The Godfather": 9, "The Matrix": 8}, "✅ 2 ratings taken over. /my shows them."),
        (LEAVE, {"The Godfather": 9, "Alien": 7}, "Nothing was changed."),
    ],
)
async def test_what_was_chosen_is_done(stage: Stage, button: str, left: dict[str, int], said: str) -> None:
    talk = await stage.client.open()
    await talk.asks("/rate the godfather 9")
    await talk.asks("/rate alien 7")
    shown = await talk.gives("ratings.csv", FILE)
    await shown.press(button)
    done = await shown.changed()

    assert done.text.startswith(said)
    assert done.buttons == []
    assert await mine(stage) == left


async def test_pressed_twice_it_is_done_once(stage: Stage) -> None:
    talk = await stage.client.open()
    shown = await talk.gives("ratings.csv", FILE)
    for _ in range(2):
        await shown.press("➕ Add 3 films")
        await shown.changed()

    assert len(await stage.trail()) == 3
    assert (await shown.now()).text.startswith("✅ These films all have their stars here already. /my shows them.\n❓")


async def test_the_file_that_the_answer_was_to_is_gone(stage: Stage) -> None:
    talk = await stage.client.open()
    shown = await talk.gives("ratings.csv", FILE)
    stage.sandbox.world.state.files.clear()
    toast = await shown.press("➕ Add 3 films")

    assert await mine(stage) == {}
    assert toast.text == "I look them all up."
    assert (await shown.changed()).text == "I cannot see the file any more. Please send it again."


async def test_a_press_that_comes_without_its_message_is_answered(stage: Stage) -> None:
    talk = await stage.client.open()
    shown = await talk.gives("ratings.csv", FILE)
    talk.begin_here()
    await stage.client.forge(ANN, ANN, 999, shown.data_of("➕ Add 3 films"))

    assert (await talk.reply()).text == "I cannot see the file any more. Please send it again."


@pytest.mark.parametrize(
    ("name", "content"), [("holiday.jpg", b"\xff\xd8\xff"), ("empty.csv", b""), ("<b>.zip", b"PK\x03\x04")]
)
async def test_any_other_file_is_answered(stage: Stage, name: str, content: bytes) -> None:
    shown = await (await stage.client.open()).gives(name, content)

    assert shown.text == f"I find no ratings of films in {name}. /import says which files I can read, up to 20 MB."


async def test_nothing_to_do_says_so(stage: Stage) -> None:
    talk = await stage.client.open()
    await talk.asks("/rate the godfather 9")
    shown = await talk.gives("ratings.csv", b"Title,Year,Rating\nThe Godfather,1972,9\n")

    assert shown.text.endswith("✓ 1 film with the same stars\n\nIt is all here already. There is nothing to do.")
    assert shown.buttons == []


async def test_what_is_not_taken_is_named_before_and_after(stage: Stage) -> None:
    rows = b"Heat,,9\nNobody,2003,9\n<b>Parasite</b>,2019,11\nHeat,1995,nine\n,1979,8\nAlien,1979,8\n"
    left = [
        "❓ 1 film I do not know: Nobody (2003)",
        "🔍 1 film of which I am not certain: Heat. Search for the title and rate by hand.",
        "⚠️ 3 rows could not be read: <b>Parasite</b> (11 ★), Heat (nine ★) and 1 more",
    ]
    shown = await (await stage.client.open()).gives("ratings.csv", b"Title,Year,Rating\n" + rows)
    await shown.press("➕ Add 1 film")

    assert shown.text.splitlines()[2:-2] == [
        "➕ 1 film you have not rated here",
        "• Alien (1979) 8\N{NO-BREAK SPACE}★",
        *left,
    ]
    assert (await shown.changed()).text.splitlines()[1:] == left


async def test_a_file_of_nothing_but_faults_says_so(stage: Stage) -> None:
    shown = await (await stage.client.open()).gives("ratings.csv", b"Title,Rating\nHeat,11\n")

    assert shown.text.splitlines()[2:] == ["⚠️ 1 row could not be read: Heat (11 ★)", "", "There is nothing to do."]
    assert shown.buttons == []


async def test_of_many_changes_the_first_are_shown(stage: Stage) -> None:
    titles = [
        "Heat,1995",
        "Alien,1979",
        "The Matrix,1999",
        "The Godfather,1972",
        "Pulp Fiction,1994",
        "Fight Club,1999",
    ]
    rows = "".join(f"{each},9\n" for each in titles)
    shown = await (await stage.client.open()).gives("ratings.csv", f"Title,Year,Rating\n{rows}".encode())

    assert shown.text.splitlines()[-4:] == [
        "• Pulp Fiction (1994) 9\N{NO-BREAK SPACE}★", "• … and 1 more", "", "Nothing is changed yet.",
    ]  # fmt: skip


async def test_anothers_button_changes_nothing(stage: Stage) -> None:
    shown = await (await stage.client.open()).gives("ratings.csv", FILE)
    ben = await stage.client.open(BEN)
    card = await ben.asks("heat")
    toast = await card.forge(shown.data_of("➕ Add 3 films"), by=BEN)

    assert toast.is_alert
    assert await mine(stage) == await mine(stage, BEN) == {}


async def test_in_a_group_it_leads_to_the_private_chat(stage: Stage) -> None:
    talk = await stage.client.open(ANN, CLUB)

    assert (await talk.asks("/import")).buttons == ["Open our chat"]
    assert "Letterboxd" in (await (await stage.client.open()).asks("/start import")).text


async def test_many_ratings_of_trakt_are_taken_over(stage: Stage, starter: Path) -> None:
    query = "SELECT title, year FROM movie WHERE year IS NOT NULL ORDER BY popularity DESC LIMIT 300"
    with closing(sqlite3.connect(starter / "matinee.db")) as database:
        films = database.execute(query).fetchall()
    rated = [{"rating": 7, "movie": {"title": title, "year": year, "ids": {}}} for title, year in films]
    talk = await stage.client.open()
    shown = await talk.gives("ratings-movies.json", json.dumps(rated).encode())
    await shown.press("Add")
    done = await shown.talk.edit(shown.id, timeout_s=30)

    assert "❓" not in shown.text
    assert shown.text.endswith("Nothing is changed yet. Taking it over may take a minute.")
    assert done.text.startswith(f"✅ {len(films)} ratings taken over.")


@needs_chromium
async def test_on_the_page_a_file_is_attached(stage: Stage) -> None:
    async with opened(stage.sandbox.address, viewport=PHONE, has_touch=True) as screen:
        await screen.at(f"chat-{ANN}").click()
        await screen.send("/import")
        await screen.at("file").set_input_files([{"name": "ratings.csv", "mimeType": "text/csv", "buffer": FILE}])
        await screen.button("➕ Add 3 films").click()

        await expect(screen.says("3 ratings taken over")).to_be_visible()
        assert await screen.overflow() == 0
