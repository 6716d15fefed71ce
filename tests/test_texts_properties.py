"""What the bot says: valid Telegram HTML of a size that Telegram takes, whatever films, people and chats are called."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.sandbox.entities import trim
from bot.sandbox.html_tags import parse_html
from bot.sandbox.utf16 import utf16_length
from handlers import i18n, texts
from handlers.context import TOAST
from handlers.errors import EXPLAINED
from handlers.texts import words
from storage.audit import AuditAction
from storage.cards import MOST_VOICES
from storage.service import StorageSettings
from storage.values import (
    AuditEntry,
    Brought,
    Card,
    Comparison,
    Digest,
    DigestLine,
    DigestSetting,
    HistoryLine,
    HistoryPage,
    Movie,
    MovieLine,
    MyOrder,
    MyPage,
    MyRating,
    Period,
    Privacy,
    Rated,
    Recognised,
    Score,
    SearchPage,
    TopPage,
    TopQuery,
    Unreadable,
    Voice,
)

LONGEST_MESSAGE = 4096
LANGUAGES = sorted(i18n.available())
START = datetime(2000, 1, 1, tzinfo=UTC)
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["<b>", "</b>", "&", "&lt;", "&#0;", '"', "\0", "\n\n", "\u202e", "\N{ARABIC LETTER ALEF}", "👩‍🚀", "x" * 150]
    ),
)
FOREIGN = st.lists(PIECES, max_size=6).map("".join)


@dataclass(frozen=True)
class World:
    """What others have typed, and how much of everything there is."""

    one: str
    other: str
    count: int
    year: int | None
    stars: int | None
    days: int

    @property
    def at(self) -> datetime:
        return START + timedelta(days=self.days)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.one, self.other) * self.count

    @property
    def score(self) -> Score | None:
        return Score(self.count, self.count * 7, 7.0) if self.count else None

    def lines(self) -> tuple[MovieLine, ...]:
        line = MovieLine(id=1, title=self.one, year=self.year, directors=self.names, score=self.score)
        return (line,) * self.count

    def hits(self) -> SearchPage:
        return SearchPage(self.other, self.lines(), 0, more=True, clear=None, good=self.year is not None)

    def card(self) -> Card:
        movie = Movie(
            id=1, title=self.one, original_title=self.other, year=self.year, runtime=self.year, genres=self.names,
            directors=self.names, cast=self.names, countries=("DE", *self.names),
        )  # fmt: skip
        voices = tuple(Voice(name, 8) for name in self.names)[:MOST_VOICES]
        return Card(movie=movie, everyone=self.score, here=self.score, my_stars=self.stars, voices=voices)

    def digest(self) -> Digest:
        line = DigestLine(id=1, title=self.one, year=self.year, mean=7.5, count=self.count, spread=9)
        there = line if self.count else None
        newcomer = (1, MovieLine(id=1, title=self.other, year=self.year)) if self.count else None
        return Digest(
            chat_id=-1, start=self.at, end=self.at, zone="Asia/Kolkata", films=self.count, people=self.count,
            ratings=self.count, best=(line,) * min(self.count, 3), most_rated=there, most_argued=there,
            newcomer=newcomer,
        )  # fmt: skip

    def history(self) -> HistoryPage:
        before = None if self.stars is None else {"stars": self.stars}
        entries = [
            AuditEntry(
                id=1, at=self.at, actor=1, chat_id=1, action=action, subject=self.other, before=before, after=before,
                update_id=None,
            )
            for action in (*AuditAction, self.other, None)[: self.count]
        ]  # fmt: skip
        title = self.one if self.year else None
        return HistoryPage(tuple(HistoryLine(each, title, self.year) for each in entries), page=0, more=True)

    def comparison(self) -> Comparison:
        there = tuple(Brought(stars=10, title=name, year=self.year) for name in self.names)
        other = tuple(Recognised(1, each, self.stars) for each in there)
        return Comparison(other, other, other, there, there)

    def unreadable(self) -> tuple[Unreadable, ...]:
        return tuple(Unreadable(name, name[:20]) for name in self.names)

    def mine(self) -> MyPage:
        ratings = tuple(MyRating(line, 8, self.at) for line in self.lines())
        return MyPage(ratings, MyOrder.BEST, 99, total=self.count, mean=self.stars, more=True)

    def top(self) -> TopPage:
        query = TopQuery(scope=-1, period=Period.YEAR, genre=self.other, decade=self.year, page=self.days % 3)
        return TopPage(query, self.lines(), more=True, minimum=5)

    def setting(self) -> DigestSetting:
        known = {"next_run_at": self.at, "thread_id": 7} if self.year else {}
        return DigestSetting(chat_id=-1, enabled=self.count > 0, zone="Asia/Kolkata", **known)

    def privacy(self) -> Privacy:
        return Privacy(self.year is None, tuple(enumerate(self.names)), self.count, known=self.stars is not None)


SAID: dict[str, Callable[[World], str]] = {
    "card": lambda world: texts.card(world.card(), private=True),
    "club card": lambda world: texts.card(world.card(), private=False),
    "suggestion": lambda world: texts.suggestion(world.card()),
    "found": lambda world: texts.found(world.hits(), world.stars, {1: 10}),
    "brought": lambda world: texts.brought(world.comparison(), world.unreadable(), world.other),
    "imported": lambda world: texts.imported(world.comparison(), world.unreadable(), world.count),
    "mine": lambda world: texts.mine(world.mine()),
    "top": lambda world: texts.top(world.top(), title=world.one),
    "history": lambda world: texts.history(world.history()),
    "digest": lambda world: texts.digest(world.digest()),
    "digest setting": lambda world: texts.digest_setting(world.setting()),
    "zones found": lambda world: texts.zones_found(world.one, world.count),
    "start": lambda world: texts.start(world.one),
    "settings": lambda world: texts.settings(world.setting(), world.privacy()),
    "group settings": lambda world: texts.settings(world.setting()),
    "language": lambda world: texts.own_language("de" if world.year else None, "en" if world.stars else None),
    "club language": lambda _: texts.club_language(),
    "odd language": lambda world: texts.odd_language(world.one, ["de", "en"]),
    "privacy": lambda world: texts.privacy(world.privacy()),
    "help": lambda _: texts.help_page(StorageSettings(data_dir=Path()), "matinee_bot", operator=True),
    "hello club": lambda _: texts.hello_club(),
    "choose zone": lambda _: texts.choose_zone(),
    "what to rate": lambda _: texts.what_to_rate(),
    "which film": lambda _: texts.which_film(),
    "in private": lambda _: texts.in_private(),
    "no more suggestions": lambda _: texts.no_more_suggestions(),
}
WORLDS = st.builds(
    World,
    FOREIGN,
    FOREIGN,
    count=st.integers(0, 10),
    year=st.none() | st.integers(1874, 2100),
    stars=st.none() | st.integers(1, 10),
    days=st.integers(0, 40_000),
)
WIDEST = World("\N{CLAPPER BOARD}" * 500, "<&>\N{CLAPPER BOARD}" * 500, count=10, year=2021, stars=None, days=0)
RATED = st.builds(Rated, st.just(WIDEST.card()), st.none() | st.integers(1, 10), st.none() | st.integers(1, 10))


@pytest.mark.parametrize("name", SAID)
@pytest.mark.parametrize("language", LANGUAGES)
@given(world=WORLDS)
@example(WIDEST)
@settings(deadline=None, max_examples=30)
def test_telegram_takes_what_is_said(language: str, name: str, world: World) -> None:
    with i18n.speaking(language):
        text, entities = trim(*parse_html(SAID[name](world)))

    assert text
    assert utf16_length(text) <= LONGEST_MESSAGE
    assert len(entities) <= 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_fits_with_many_clubs(language: str) -> None:
    clubs = tuple((number, "Friends of the Moving Picture, No. " + str(number)) for number in range(120))

    with i18n.speaking(language):
        text, _ = parse_html(texts.privacy(Privacy(False, clubs, 1)))

    assert utf16_length(text) <= LONGEST_MESSAGE


@given(text=FOREIGN, longest=st.integers(1, 200))
@settings(deadline=None, max_examples=300)
def test_foreign_text_stays_one_plain_line(text: str, longest: int) -> None:
    shown, entities = parse_html(words.escape(text, longest))

    assert entities == []
    assert len(shown) <= longest
    assert shown == "" or shown.isprintable()


@pytest.mark.parametrize("language", LANGUAGES)
@given(outcome=RATED)
@settings(deadline=None, max_examples=100)
def test_the_toast_of_a_tap_is_plain_and_short(language: str, outcome: Rated) -> None:
    with i18n.speaking(language):
        toast = texts.rated(outcome)

    assert parse_html(toast) == (toast, [])
    assert 0 < len(toast) <= TOAST


@pytest.mark.parametrize("language", LANGUAGES)
@given(club=FOREIGN)
@example("x" * 99)
@settings(deadline=None, max_examples=50)
def test_the_toast_of_leaving_is_short(language: str, club: str) -> None:
    with i18n.speaking(language):
        assert 0 < len(texts.club_left(club)) <= TOAST


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "sentence",
    [*EXPLAINED.values(), texts.saved, texts.digest_for_admins, lambda: texts.our_fault("0a1b2c3d")],
)
def test_every_alert_is_plain_and_short(sentence: Callable[[], str], language: str) -> None:
    with i18n.speaking(language):
        alert = sentence()

    assert parse_html(alert) == (alert, [])
    assert 0 < len(alert) <= TOAST
