"""/audit: operators read everybody's changes, by person, film and day; for all others it is not there."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB
from handlers.callback_data import Audit
from tests.conversations import Stage, staged


@pytest.fixture
async def operated(starter: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """Ann is the operator; Ben and Chiara have rated."""
    shutil.copytree(starter, tmp_path / "data")
    async with staged(tmp_path / "data", operators=(ANN,)) as stage:
        club = await stage.client.open(BEN, CLUB)
        await club.asks("/rate the matrix 9")
        await club.asks("/rate alien 1979 8")
        await (await club.asks("/search the matrix")).press("7", by=CHIARA)
        yield stage


async def test_the_newest_changes_say_who_when_what_and_where(operated: Stage) -> None:
    shown = await (await operated.client.open()).asks("/audit")
    lines = shown.text.splitlines()

    assert "Chiara Russo · rating.create · The Matrix rated 7 ★ · Friday Film Club" in lines[2]
    assert "Ben Okafor · rating.create · Alien rated 8 ★ · Friday Film Club" in lines[3]
    assert "Matinee · catalogue.import · catalogue:starter" in shown.text


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (f"person {BEN}", 2), ("person okafor", 2), ("film alien 1979", 1), ("film the matrix person chiara", 1),
        ("day 2001-01-01", 0), (f"film alien 1979 person {CHIARA}", 0),
    ],
)  # fmt: skip
async def test_filters_can_be_combined(operated: Stage, words: str, count: int) -> None:
    shown = await (await operated.client.open()).asks(f"/audit {words}")

    assert shown.text.count("rating.create") == count


async def test_what_the_program_did_itself_is_named_as_a_filter_too(operated: Stage) -> None:
    shown = await (await operated.client.open()).asks("/audit person 0")

    assert shown.text.splitlines()[0] == "🧾 Audit trail · person 0"
    assert "catalogue.import" in shown.text
    assert "rating.create" not in shown.text


async def test_a_day_is_one_of_utc(operated: Stage) -> None:
    shown = await (await operated.client.open()).asks(f"/audit day {operated.clock.now():%Y-%m-%d}")

    assert shown.text.count("rating.create") == 3


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("person", "I know nobody"), ("person nobody of that name", "I know nobody"), ("day yesterday", "/audit day"),
        ("what", "/audit person"), ("film qqqqqqqqqqqqqqqqqqqq", "I know nobody"),
    ],
)  # fmt: skip
async def test_a_filter_that_leads_nowhere_says_how_it_goes(operated: Stage, words: str, answer: str) -> None:
    assert answer in (await (await operated.client.open()).asks(f"/audit {words}")).text


async def test_pages_go_back_to_the_first_entry_and_forward_again(operated: Stage) -> None:
    ben = await operated.client.open(BEN)
    for stars in (1, 2, 3, 4, 5, 6, 7, 9, 10, 1, 2, 3):
        await ben.asks(f"/rate alien 1979 {stars}")
    shown = await (await operated.client.open()).asks("/audit")
    await shown.press("Older ›")
    older = await shown.now()
    await older.press("« Newest")

    assert "catalogue.import" in older.text
    assert older.buttons == ["« Newest"]
    assert (await shown.now()).text == shown.text


async def test_for_others_it_is_an_unknown_command_and_its_buttons_are_none(operated: Stage) -> None:
    ben = await operated.client.open(BEN)
    answer = await ben.asks("/audit")
    toast = await answer.forge(Audit(0, None, None, None).encode())

    assert answer.text == (await ben.asks("/nonsense")).text.replace("/nonsense", "/audit")
    assert "too old" in toast.text
    club = await operated.client.open(ANN, CLUB)
    await club.says("/audit")
    assert await club.stays_silent()


async def test_help_tells_operators_of_their_commands_where_they_work(operated: Stage) -> None:
    ann, ben = await operated.client.open(), await operated.client.open(BEN)
    club = await operated.client.open(ANN, CLUB)
    both = "\n/audit – everything that anybody changed\n/addmovie – add a film that is missing\n"

    assert both in (await ann.asks("/help")).text
    assert "Did you mean /audit?" in (await ann.asks("/audti")).text
    assert "mean" not in (await ben.asks("/audti")).text
    assert "/audit" not in (await ben.asks("/help")).text
    assert "/audit" not in (await club.asks("/help")).text


async def test_who_was_erased_is_named_no_more(operated: Stage) -> None:
    ben = await operated.client.open(BEN)
    await (await ben.asks("/forgetme")).press("🗑 Forget me for good")
    shown = await (await operated.client.open()).asks("/audit")

    assert shown.text.count("erased") == 2
    assert "Ben" not in shown.text
    assert any(line.endswith("· person.erase") for line in shown.text.splitlines())


async def test_an_operator_adds_a_film_that_all_find_at_once(operated: Stage) -> None:
    ann, ben = await operated.client.open(), await operated.client.open(BEN)
    card = await ann.asks("/addmovie Our Summer Holiday (2024)")
    again = await ann.asks("/addmovie our summer holiday (2024)")
    vague = await ann.asks("/addmovie Our Summer Holiday")
    noise = await ann.asks("/addmovie \x07 (2024)")
    found = await ben.asks("our sumer holiday")

    assert card.text.startswith("Added.")
    assert again.text.startswith("I know this one:")
    assert "the title and the year" in vague.text
    assert noise.text == vague.text
    assert found.text.startswith("🎬 Our Summer Holiday (2024)")
    unknown = (await ben.asks("/nonsense")).text
    assert unknown == "I do not know /nonsense.\n/help lists what I know."
    assert (await ben.asks("/addmovie Something (2024)")).text == unknown.replace("/nonsense", "/addmovie")


@pytest.mark.parametrize(
    ("film", "answer"),
    [
        ("Home Video (3021)", "3021 is no year of a film: I take 1870 to 2099."),
        ("x" * 400 + " (2021)", "This title has 400 characters, and I take 200 at most."),
    ],
)
async def test_a_film_that_cannot_be_is_refused_with_the_reason(operated: Stage, film: str, answer: str) -> None:
    assert (await (await operated.client.open()).asks(f"/addmovie {film}")).text == answer
