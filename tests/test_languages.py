"""Every language of the bot: all is translated, nothing lost or too long, and people are spoken to in theirs."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.sandbox.methods.commands import visible_to
from bot.sandbox.seed import ANN, BEN, CLUB
from handlers import commands, digest_words, i18n, texts, top_words
from handlers.buttons import Keyboard
from handlers.i18n import LOCALES, speaking
from handlers.texts import words
from handlers.texts.genres import KNOWN
from handlers.texts.talk import OPERATORS_COMMANDS
from storage.values import Digest, DigestSetting
from tests.conversations import Stage
from tests.sandbox_talk import PATIENCE_S
from tests.test_keyboards import DRAWN, LANGUAGES, Draw, World

FOREIGN = [each for each in LANGUAGES if each != "en"]
SATURDAY = datetime(2026, 11, 28, 17, tzinfo=UTC)
DE, AT = 5_000_000_101, 5_000_000_102
KEPT = re.compile(r"<code>(?!/(?:top|digest|rate) ).*?</code>|</?[a-z]+[^<>]*>|&\w+;|\{\w*\}|(?<![\w/<}])/[a-z]+|★|🔏")
"""What a translation must not change: tags, entities, what is filled in, commands and most of what is typed."""
TYPED = re.compile(r"<code>/(top|digest) (.+?)</code>")
"""What a text tells people to type, of words that differ between languages."""
ROOM = {1: 40, 2: 16, 3: 12, 4: 10, 5: 5}
"""Characters of the longest of our own labels in a row of so many buttons; three short ones need not be cut."""

FULL = World("Dune", 17, ANN, CLUB, stars=7, page=3, more=True, count=9, genre="Drama")


def catalogue(language: str) -> Catalog:
    with i18n.path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def forms(said: object) -> list[str]:
    return [str(each) for each in said] if isinstance(said, (tuple, list)) else [str(said)]


def texts_of(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def kept(text: str) -> list[str]:
    return sorted(KEPT.findall(text))


@pytest.mark.parametrize("language", FOREIGN)
def test_every_text_of_the_template_is_translated_and_no_other(language: str) -> None:
    with (LOCALES / "matinee.pot").open("rb") as file:
        wanted = {message.id for message in read_po(file) if message.id}
    translated = {
        message.id for message in texts_of(language) if all(forms(message.string)) and not message.fuzzy
    }  # fmt: skip

    assert (wanted - translated, translated - wanted) == (set(), set()), "run: make locales, and translate"
    assert catalogue(language).obsolete == {}


@pytest.mark.parametrize("language", FOREIGN)
def test_plurals_have_as_many_forms_as_the_language(language: str) -> None:
    plurals = [message for message in texts_of(language) if message.pluralizable]

    assert plurals
    assert {len(message.string) for message in plurals} == {catalogue(language).num_plurals}


@pytest.mark.parametrize("language", FOREIGN)
def test_what_is_filled_in_typed_or_marked_up_stays(language: str) -> None:
    changed = [
        (message.id, form)
        for message in texts_of(language)
        for form in forms(message.string)
        if kept(form) != kept(forms(message.id)[-1])
    ]

    assert changed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_are_told_to_type_is_understood(language: str) -> None:
    with speaking(language):
        told = TYPED.findall(texts.odd_digest("?") + texts.odd_top("?"))
        heard = [
            top_words.understood(said.split(), ["Horror"], here=True)[1]
            if command == "top"
            else digest_words._understood(said.split())[1]
            for command, said in told
            if not said.startswith("zone ")
        ]

    assert heard == [""] * 4


@pytest.mark.parametrize("language", FOREIGN)
def test_no_space_or_line_break_at_an_end_is_added_or_lost(language: str) -> None:
    said = [(forms(message.id)[-1], form) for message in texts_of(language) for form in forms(message.string)]

    assert [form for text, form in said if form != form.strip() or text.count("\n") != form.count("\n")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_telegram_shows_of_the_bot_fits(language: str) -> None:
    with speaking(language):
        described = [i18n._(what) for _, what in (*texts.COMMANDS, *OPERATORS_COMMANDS)]
        short, long, box = commands._short_description(), commands._description(), texts.a_few_words()

    assert all(1 <= len(each.encode()) <= 256 for each in described)
    assert (len(short) <= 120, len(long) <= 512, len(box) <= 64) == (True, True, True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sentence", [texts.nothing_inline, texts.type_inline])
def test_a_button_above_inline_results_is_short(language: str, sentence: Callable[[], str]) -> None:
    with speaking(language):
        assert len(sentence()) <= 64


def own_rows(draw: Draw, world: World) -> list[list[str]]:
    """The labels of a keyboard's rows of more than one button."""
    drawn = draw(world)
    return [[each["text"] for each in row] for row in drawn.rows if len(row) > 1] if isinstance(drawn, Keyboard) else []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in DRAWN if name != "digest"])
def test_a_phone_shows_all_of_our_own_labels(language: str, name: str) -> None:
    with speaking(language):
        rows = own_rows(DRAWN[name], FULL)

    assert [row for row in rows if max(map(len, row)) > ROOM[len(row)]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_buttons_of_a_page_are_called_alike(language: str) -> None:
    drawn = {name: draw for name, draw in DRAWN.items() if name != "digest"}  # whose labels are films
    with speaking(language):
        labels = [[label for row in own_rows(draw, FULL) for label in row] for draw in drawn.values()]

    assert [each for each in labels if len(each) != len(set(each))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_genres_have_short_names_of_their_own(language: str) -> None:
    with speaking(language):
        names = {texts.genre(each) for each in KNOWN}

    assert len(names) == len(KNOWN)
    assert [name for name in names if len(name) > ROOM[2]] == []


def test_numbers_and_dates_are_written_as_in_the_language() -> None:
    week = Digest(
        chat_id=DE, start=SATURDAY - timedelta(days=7), end=SATURDAY, zone="UTC", films=1, people=1, ratings=1
    )
    setting = DigestSetting(chat_id=DE, enabled=True, zone="Europe/Berlin", next_run_at=SATURDAY)
    with speaking("de"):
        assert (words.short_score(7.25, 3), words.number(123456), words.decade(1980)) == (
            "<b>7,2</b>\N{NO-BREAK SPACE}★\N{NO-BREAK SPACE}(3)", "123.456", "1980er"
        )  # fmt: skip
        assert texts.digest(week).startswith("🍿 <b>Die Filmwoche</b> · 21. Nov.\N{NO-BREAK SPACE}– 28. Nov.")
        assert texts.digest_setting(setting).endswith("Samstag, 28. November 2026, 18:00")


async def speakers(stage: Stage) -> None:
    """Two who speak German, also in the club."""
    for person, name, language in ((DE, "Dora", "de"), (AT, "Alma", "de-AT")):
        await stage.client.post("/sim/user", id=person, first_name=name, language_code=language, has_started=True)
        await stage.client.post("/sim/member", chat_id=CLUB, user_id=person, status="member")


@pytest.mark.parametrize("person", [DE, AT])
async def test_a_german_is_spoken_to_in_german(stage: Stage, person: int) -> None:
    await speakers(stage)
    talk = await stage.client.open(person)
    assert (await talk.asks("/start")).text.startswith("👋 Hallo ")
    card = await talk.asks("the matrix")
    toast = await card.press("9")

    assert toast.text == "9 ★ gespeichert"
    assert " Min. · Action, Sci-Fi, Superhelden, Thriller · Vereinigte Staaten" in card.text
    assert "\nDu: 9 ★" in (await card.now()).text
    assert (await card.now()).rows[2] == ["↶ Rückgängig", "✕ Entfernen"]
    assert (await talk.asks("/my")).text.startswith("⭐ Deine Bewertungen · 1 · ⌀ 9,0 ★")
    assert "1 Film\n" in (await talk.asks("/week")).text
    assert "· mit 9 ★ bewertet" in (await talk.asks("/history")).text
    assert "Freitag, 18:00, UTC" in (await talk.asks("/digest freitag 18:00")).text
    assert await stage.client.problems() == []


async def test_in_a_club_a_german_reads_what_everybody_reads(stage: Stage) -> None:
    await speakers(stage)
    talk = await stage.client.open(DE, CLUB)
    card = await talk.asks("/search the matrix")

    assert "\nHere: no ratings yet" in card.text
    assert (await card.press("9")).text == "9 ★ gespeichert"  # which only the presser reads
    assert (await card.press("9", by=BEN)).text == "9 ★ saved"
    assert (await (await card.now()).press("↶ Undo", by=DE)).text == "Dieser Button gehört jemand anderem."
    assert (await talk.asks("/top")).text.startswith("🏆 Friday Film Club · all time")


async def test_each_reads_the_menu_in_their_own_language(stage: Stage) -> None:
    await speakers(stage)
    world = stage.sandbox.world
    async with asyncio.timeout(PATIENCE_S):
        while await stage.storage.state.get(commands.KEY) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    menus = [visible_to(world, world.state.chats[person], person)[0]["description"] for person in (DE, AT, BEN)]

    german = "einen Film nach Wörtern aus dem Titel finden"
    assert menus == [german, german, "find a film by words of its title"]
    assert "Filmclub" in world.state.texts["description"]["de"]
