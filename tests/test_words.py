"""Words after /rate, /top and /digest: what is obvious is done, the rest is named."""

import pytest

from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB
from handlers import digest_words, keyboards, top_words
from handlers.callback_data import Top
from handlers.i18n import available, speaking
from handlers.rate_words import said, said_alone
from storage.values import Period
from tests.conversations import Stage

GENRES = ("Drama", "Comedy", "Horror", "Sci-Fi", "Documentary", "Docu", "Romance", "Animation", "Action")


@pytest.mark.parametrize(
    ("words", "chosen", "odd"),
    [
        ("week", Top(here=True, period=Period.WEEK), ""),
        ("this month", Top(here=True, period=Period.MONTH), ""),
        ("everyone YEAR", Top(here=False, period=Period.YEAR), ""),
        ("horror", Top(here=True, genre="Horror"), ""),
        ("sci-fi 1980s", Top(here=True, genre="Sci-Fi", decade=1980), ""),
        ("docu", Top(here=True, genre="Docu"), ""),
        ("docum 1994", Top(here=True, genre="Documentary", decade=1990), ""),
        ("science fiction 90s", Top(here=True, genre="Sci-Fi", decade=1990), ""),
        ("year 2024", Top(here=True, decade=2020), ""),
        ("year horror 1985", Top(here=True, period=Period.YEAR, genre="Horror", decade=1980), ""),
        ("00s", Top(here=True, decade=2000), ""),
        ("all time", Top(here=True), ""),
        ("last 30 days", Top(here=True, period=Period.MONTH), ""),
        ("comedies of the eighties", Top(here=True, genre="Comedy", decade=1980), ""),
        ("documentaries", Top(here=True, genre="Documentary"), ""),
        ("horror movies", Top(here=True, genre="Horror"), ""),
        ("romcom", Top(here=True, genre="Romance"), ""),
        ("week bananas", Top(here=True, period=Period.WEEK), "bananas"),
        ("dr 3000", Top(here=True), "dr 3000"),
    ],
)
def test_a_top_list_is_what_the_words_ask_for(words: str, chosen: Top, odd: str) -> None:
    assert top_words.understood(words.split(), GENRES, here=True) == (chosen, odd)


@pytest.mark.parametrize(
    ("words", "genre"),
    [
        ("komödie", "Comedy"),
        ("COMEDY", "Comedy"),
        ("doku", "Documentary"),
        ("Komödien", "Comedy"),
        ("horrorfilme", "Horror"),
        ("dokumentarfilme", "Documentary"),
        ("zeichentrick", "Animation"),
        ("romantik", "Romance"),
        ("Romanzen", "Romance"),
    ],
)
def test_a_genre_has_its_name_in_the_readers_language_too(words: str, genre: str) -> None:
    with speaking("de"):
        assert top_words.understood(words.split(), GENRES, here=True) == (Top(here=True, genre=genre), "")


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("diese Woche", Top(here=True, period=Period.WEEK)),
        ("monat horror 1980er", Top(here=True, period=Period.MONTH, genre="Horror", decade=1980)),
        ("diesen monat", Top(here=True, period=Period.MONTH)),
        ("letzte 7 Tage", Top(here=True, period=Period.WEEK)),
        ("alle 90er", Top(here=False, decade=1990)),
        ("actionfilme der 80er", Top(here=True, genre="Action", decade=1980)),
        ("science fiction 90er jahre", Top(here=True, genre="Sci-Fi", decade=1990)),
        ("jahr 1994", Top(here=True, decade=1990)),
        ("die besten der Achtziger", Top(here=True, decade=1980)),
        ("everyone year", Top(here=False, period=Period.YEAR)),
    ],
)
def test_a_top_list_is_asked_for_in_german_or_english(words: str, chosen: Top) -> None:
    with speaking("de"):
        assert top_words.understood(words.split(), GENRES, here=True) == (chosen, "")


def test_where_english_is_spoken_german_is_understood_too() -> None:
    assert top_words.understood(["komödien", "der", "80er"], GENRES, here=True)[0].genre == "Comedy"
    assert digest_words.understood(["freitag", "um", "18", "uhr"])[0]["minute"] == 1080
    assert digest_words.understood(["freitag", "quatsch"]) == ({}, "freitag quatsch")


def test_a_period_is_understood_as_its_button_is_called() -> None:
    for language in available():
        with speaking(language):
            found = [
                top_words.understood(name.split(), (), here=True)[0].period for name, _ in keyboards._periods()[:3]
            ]
        assert found == [Period.WEEK, Period.MONTH, Period.YEAR]


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("aus", {"enabled": False}),
        ("jeden Freitag um 18 Uhr", {"enabled": True, "weekday": 4, "minute": 1080}),
        ("sonntags 9.30", {"enabled": True, "weekday": 6, "minute": 570}),
        ("on friday", {"enabled": True, "weekday": 4}),
        ("fr 18", {"enabled": True, "weekday": 4, "minute": 1080}),
        ("so 20.30", {"enabled": True, "weekday": 6, "minute": 1230}),
        ("Do., 18h", {"enabled": True, "weekday": 3, "minute": 1080}),
    ],
)
def test_a_digest_is_set_in_german_or_english(words: str, change: dict[str, object]) -> None:
    with speaking("de"):
        assert digest_words.understood(words.split()) == (change, "")


@pytest.mark.parametrize(
    ("words", "change", "odd"),
    [
        ("", {}, ""),
        ("on", {"enabled": True}, ""),
        ("OFF", {"enabled": False}, ""),
        ("friday", {"enabled": True, "weekday": 4}, ""),
        ("every Sun at 9:30", {"enabled": True, "weekday": 6, "minute": 570}, ""),
        ("off mondays", {"enabled": False, "weekday": 0}, ""),
        ("25:00 never", {}, "25:00 never"),
        ("6pm", {"enabled": True, "minute": 1080}, ""),
        ("fri 12:30 AM", {"enabled": True, "weekday": 4, "minute": 30}, ""),
        ("12pm", {"enabled": True, "minute": 720}, ""),
        ("9.30", {"enabled": True, "minute": 570}, ""),
        ("18h", {"enabled": True, "minute": 1080}, ""),
        ("tu 18 uhr", {"enabled": True, "weekday": 1, "minute": 1080}, ""),
        ("sunday 20", {"enabled": True, "weekday": 6, "minute": 1200}, ""),
        ("13pm", {}, "13pm"),
        ("24", {}, "24"),
        ("pm", {}, "pm"),
        ("not friday", {}, "not"),
        ("never on sunday", {}, "never"),
        ("fri 9:5", {}, "9:5"),
    ],
)
def test_a_digest_is_set_as_the_words_ask(words: str, change: dict[str, object], odd: str) -> None:
    assert digest_words.understood(words.split()) == (change, odd)


@pytest.mark.parametrize(
    ("words", "title", "stars"),
    [
        ("heat 9", "heat", 9),
        ("the godfather 10!", "the godfather", 10),
        ("the godfather 8 stars", "the godfather", 8),
        ("the godfather 1 Star.", "the godfather", 1),
        ("the godfather 8 ★", "the godfather", 8),
        ("der pate 8 Sterne", "der pate", 8),
        ("der pate 1 Stern!", "der pate", 1),
        ("the godfather 8*", "the godfather", 8),
        ("heat 9/10 ⭐\N{VARIATION SELECTOR-16}!", "heat", 9),
        ("alien 3 7", "alien 3", 7),
        ("pulp fiction 7 of 10", "pulp fiction", 7),
        ("the godfather 6 von 10", "the godfather", 6),
        ("der pate 8 von 10 Sternen", "der pate", 8),
        ("the matrix 9 out of ten", "the matrix", 9),
        ("heat 8.0", "heat", 8),
        ("heat 8,0 / 10", "heat", 8),
        ("heat 8 points", "heat", 8),
        ("heat 8 Punkte", "heat", 8),
        ("heat ⭐⭐⭐⭐⭐⭐⭐⭐", "heat", 8),
        ("apollo 13⭐\N{VARIATION SELECTOR-16} ⭐\N{VARIATION SELECTOR-16}!", "apollo 13", 2),
        ("borg 7 of 9 10", "borg 7 of 9", 10),
    ],
)
def test_stars_end_the_words_after_rate(words: str, title: str, stars: int) -> None:
    found = said(words)

    assert found is not None
    assert (found.title, found.stars) == (title, stars)


@pytest.mark.parametrize(
    "words",
    ["heat", "heat 1995", "heat 9 starship", "2 fast 2 furious", "8½", "alien 1979 ★", "9", "9 stars", "7 of 10", "⭐"],
)
def test_other_words_are_a_title_or_stars_without_one(words: str) -> None:
    assert said(words) is None


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("heat 11 stars", "11"),
        ("heat 7.5!", "7.5"),
        ("heat 8,5 von 10", "8,5 von 10"),
        ("heat 11/10", "11/10"),
        ("heat eight out of 10", "eight out of 10"),
        ("heat zehn von 5", "zehn von 5"),
        ("heat 0 ★", "0"),
        ("heat 4/5", "4/5"),
        ("heat 4 out of 5 stars", "4 out of 5"),
        ("heat 4 von 5", "4 von 5"),
        ("heat 10 of 100", "10 of 100"),
        ("heat nine", "nine"),
        ("heat zehn", "zehn"),
        ("heat FÜNF", "FÜNF"),
        ("heat " + "⭐" * 11, "⭐" * 11),
    ],
)
def test_what_was_meant_for_stars_is_told_apart(words: str, meant: str) -> None:
    found = said(words)

    assert found is not None
    assert (found.title, found.stars, found.what) == ("heat", None, meant)


@pytest.mark.parametrize(
    ("words", "stars"),
    [
        ("8", 8),
        (" 8 Sterne! ", 8),
        ("⭐⭐⭐", 3),
        ("10/10", 10),
        ("7 of 10", 7),
        ("8.0", 8),
        ("8.5", None),
        ("4/5", None),
    ],
)
def test_stars_can_be_said_without_a_title(words: str, stars: int | None) -> None:
    found = said_alone(words)

    assert found is not None
    assert found.stars == stars


@pytest.mark.parametrize("words", ["", "great", "eight", "1917", "heat 8", "8 heat", "8 8"])
def test_other_replies_are_no_stars(words: str) -> None:
    assert said_alone(words) is None


async def test_words_after_top_choose_the_list_and_odd_ones_are_named(stage: Stage) -> None:
    talk = await stage.client.open()
    chosen = await talk.asks("/top month horror 1980s")
    odd = await talk.asks("/top week bananas")

    assert chosen.text.startswith("🏆 Everyone · last 30 days · Horror · 1980s")
    assert odd.text.startswith("I did not understand “bananas”.")
    assert "🏆 Everyone · last 7 days" in odd.text
    for words, decade in (("1985", "1980s"), ("year 2024", "2020s")):
        year = (await talk.asks(f"/top {words}")).text
        assert year.startswith(
            f"No list of a single year, but of its decade: {decade}.\n\n🏆 Everyone · all time · {decade}"
        )
    assert (await talk.asks("/top 1980s")).text.startswith("🏆")
    assert (await talk.asks("/start top")).text.startswith("🏆 Everyone · all time")


async def test_words_after_digest_set_it_for_admins_only(stage: Stage) -> None:
    ben = await stage.client.open(BEN, CLUB)
    assert "Tuesday, 20:30, UTC" in (await ben.asks("/digest tuesday 20:30")).text
    assert "Only admins" in (await ben.as_(CHIARA).asks("/digest off")).text
    assert (await ben.asks("/digest whenever")).text.startswith("I did not understand “whenever”.")
    assert "It is off" in (await ben.asks("/digest off")).text
    changes = await stage.trail("digest.")

    assert [(each.actor, (each.after or {})["enabled"]) for each in changes] == [(BEN, True), (BEN, False)]


async def test_zone_alone_offers_the_well_known_cities(stage: Stage) -> None:
    talk = await stage.client.open()
    cities = await talk.asks("/digest zone")
    assert cities.text.startswith("Choose the city nearest to you")
    await cities.press("Berlin")

    assert (await stage.storage.digests.setting(ANN)).zone == "Europe/Berlin"


async def test_an_anonymous_admin_sets_a_digest_by_its_buttons(stage: Stage) -> None:
    ann = await stage.client.open(ANN, CLUB)
    told = await ann.asks("/digest on", as_chat=CLUB)

    assert told.text.startswith("You write as a chat here, and this needs a person.")
    await told.press("✅ Switch on", by=ANN)
    assert (await stage.storage.digests.setting(CLUB)).enabled


@pytest.mark.parametrize("word", ["s" * 4000, "movies" * 600, "'" * 4000])
def test_what_is_too_long_for_a_genre_is_not_looked_at(word: str) -> None:
    chosen, odd = top_words.understood([word], ["Comedy", "Horror"], here=True)

    assert (chosen.genre, odd) == (Top(here=True).genre, word)


@pytest.mark.parametrize("words", ["⭐" * 4000, "9 of " * 800, "heat" + " ⭐" * 2000 + "x", "8 " * 2000])
def test_what_is_too_long_for_a_title_says_no_stars(words: str) -> None:
    """The patterns would be at it for minutes, and everybody would wait."""
    assert (said(words), said_alone(words)) == (None, None)
