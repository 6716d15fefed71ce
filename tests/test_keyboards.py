"""Keyboards: Telegram takes every one of them, and no button is dead, whatever films and chats are called."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup

from bot.sandbox.markup import Markup, check_data, checked_for, read_markup
from bot.sandbox.params import Params
from bot.sandbox.state import Chat
from handlers import callback_data as carry
from handlers import digest_keyboards, i18n, keyboards, settings_keyboards, zones
from handlers.parts import Shape
from handlers.refusals import StaleButton
from storage.values import (
    Card,
    Digest,
    DigestLine,
    DigestSetting,
    HistoryPage,
    Movie,
    MovieLine,
    MyOrder,
    MyPage,
    MyRating,
    Period,
    Privacy,
    Rated,
    SearchPage,
    TopPage,
    TopQuery,
)

LANGUAGES = sorted(i18n.available())
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SHAPES = [each for each in vars(carry).values() if isinstance(each, type) and issubclass(each, Shape) and each != Shape]
FOREIGN = st.one_of(
    st.text(max_size=60), st.sampled_from(["\N{CLAPPER BOARD}" * 60, "<b>&amp;", "\u202eDune", "a\nb", "x" * 300])
)


@dataclass(frozen=True)
class World:
    """What others have typed, the largest numbers, and how much of everything there is."""

    text: str
    movie_id: int
    person_id: int
    chat_id: int
    stars: int | None
    page: int
    more: bool
    count: int
    genre: str | None = "Science Fiction"

    @property
    def flag(self) -> bool:
        return self.count % 2 == 0

    @property
    def order(self) -> MyOrder:
        return MyOrder.BEST if self.flag else MyOrder.NEWEST

    @property
    def lines(self) -> tuple[MovieLine, ...]:
        return (MovieLine(id=self.movie_id, title=self.text, year=2021),) * self.count

    @property
    def chosen(self) -> carry.Top:
        return carry.Top(here=self.flag, period=Period.MONTH, genre=self.genre, decade=1980, page=self.page)

    def card(self) -> Card:
        movie = Movie(id=self.movie_id, title=self.text, imdb_id="tt0068646" if self.more else None)
        return Card(movie=movie, everyone=None, here=None, my_stars=self.stars)

    def opened(self, back: carry.Back | None) -> InlineKeyboardMarkup:
        return keyboards.card(self.card(), private=self.flag, rated=self.rated(), person_id=self.person_id, back=back)

    def rated(self) -> Rated:
        return Rated(self.card(), self.stars, 7)

    def mine(self) -> MyPage:
        ratings = tuple(MyRating(line, 8, NOON) for line in self.lines)
        return MyPage(ratings, self.order, self.page, total=self.count, mean=8, more=self.more)

    def found(self) -> SearchPage:
        return SearchPage(self.text, self.lines, self.page, more=self.more, clear=None)

    def top(self) -> TopPage:
        return TopPage(TopQuery(scope=-1, page=self.page), self.lines, more=self.more, minimum=5)

    def digest(self) -> Digest:
        best = [DigestLine(id=self.movie_id + at, title=self.text, year=2021, mean=7, count=2) for at in range(4)]
        return Digest(
            chat_id=self.chat_id, start=NOON, end=NOON, zone="UTC", films=self.count, people=1, ratings=1,
            best=tuple(best[:3]), most_rated=best[3], most_argued=best[0],
        )  # fmt: skip

    def setting(self) -> DigestSetting:
        thread = self.movie_id % 2**31 if self.more else None
        return DigestSetting(chat_id=self.chat_id, enabled=self.flag, minute=self.count * 60, thread_id=thread)

    def privacy(self) -> Privacy:
        return Privacy(self.flag, ((self.chat_id, self.text),) * self.count, 1)


Draw = Callable[[World], InlineKeyboardMarkup | None]
DRAWN: dict[str, Draw] = {
    "card": lambda w: keyboards.card(w.card(), private=w.flag, rated=w.rated(), person_id=w.person_id),
    "opened": lambda w: w.opened(keyboards.other_hits(w.found())),
    "suggestion": lambda w: keyboards.suggestion(w.card(), w.person_id),
    "found": lambda w: keyboards.found(w.found()),
    "found to rate": lambda w: keyboards.found_to_rate(w.found(), w.stars or 1, w.person_id),
    "mine": lambda w: keyboards.mine(w.mine(), w.person_id),
    "my movie": lambda w: w.opened(carry.My(w.order, w.page, w.person_id)),
    "top": lambda w: keyboards.top(w.top(), w.chosen, club=w.flag),
    "genres": lambda w: keyboards.top_genres(["Drama", "x" * 24, "x" * 25] * 8, w.chosen),
    "decades": lambda w: keyboards.top_decades(range(1870, 2030, 10), w.chosen),
    "history": lambda w: keyboards.history(HistoryPage((), w.page, w.more), w.person_id),
    "digest": lambda w: keyboards.digest(w.digest()),
    "start": lambda _: keyboards.start("matinee_bot"),
    "privacy": lambda w: keyboards.privacy(w.privacy(), w.person_id),
    "in private": lambda _: keyboards.in_private("matinee_bot", "history"),
    "languages": lambda w: settings_keyboards.languages(None if w.flag else "de", private=w.more),
    "settings": lambda _: settings_keyboards.settings(),
    "setting": lambda w: digest_keyboards.setting(w.setting(), topic=w.count),
    "weekdays": lambda w: digest_keyboards.weekdays(w.setting()),
    "hours": lambda w: digest_keyboards.hours(w.setting()),
    "common zones": lambda w: digest_keyboards.common_zones(w.setting()),
    "region": lambda w: digest_keyboards.region(zones.REGIONS[w.count % 8], w.page % 9),
    "found zones": lambda w: digest_keyboards.found_zones(zones.find(w.text[:40])),
}
WORLDS = st.builds(
    World,
    FOREIGN,
    movie_id=st.integers(1, 10**18 - 9),
    person_id=st.integers(1, 2**52),
    chat_id=st.integers(-(2**52), 2**52),
    stars=st.none() | st.integers(1, 10),
    page=st.integers(0, carry.LARGEST_PAGE),
    more=st.booleans(),
    count=st.integers(0, 10),
    genre=st.sampled_from([None, "Drama", "x" * 24]),
)
WIDEST = World("\N{CLAPPER BOARD}" * 60, 10**18 - 9, 2**52, -(2**52), 10, 998, True, 10)


def taken(keyboard: InlineKeyboardMarkup | None) -> Markup:
    """What Telegram makes of a keyboard. Raises ApiError for what it would refuse, or drop in silence."""
    read = read_markup(Params({"reply_markup": keyboard.to_json()} if keyboard else {}), pedantic=True)
    markup = checked_for(read, Chat({"id": 1, "type": "private"}))
    check_data(markup)
    return markup


def meant(data: str) -> list[Shape]:
    """The values that pressing such a button means."""
    found = []
    for shape in SHAPES:
        try:
            found.append(shape.decode(data))
        except StaleButton:
            continue
    return found


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("language", LANGUAGES)
@given(world=WORLDS)
@example(WIDEST)
@settings(deadline=None, max_examples=25)
def test_telegram_takes_every_keyboard(language: str, name: str, world: World) -> None:
    with i18n.speaking(language):
        markup = taken(DRAWN[name](world))

    assert all(len(button["text"]) <= 70 for button in markup.buttons())


@pytest.mark.parametrize("name", DRAWN)
@given(world=WORLDS)
@example(WIDEST)
@settings(deadline=None, max_examples=15)
def test_no_button_is_dead(name: str, world: World) -> None:
    buttons = taken(DRAWN[name](world)).buttons()
    carried = [button["callback_data"] for button in buttons if "callback_data" in button]

    assert [data for data in carried if len(meant(data)) != 1] == []


def longest(row: list[dict[str, str]]) -> int:
    return max(len(button["text"]) for button in row)


def test_a_card_keeps_its_rows_short_enough_for_a_phone() -> None:
    card = replace(WIDEST, stars=8)
    share = {"text": "↗ Share", "switch_inline_query": "m_1"}
    drawn = keyboards.card(card.card(), private=True, rated=card.rated(), person_id=1, share=share)

    assert [len(row) for row in drawn.rows] == [5, 5, 2, 2]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["genres", "common zones", "region", "digest"])
def test_long_labels_stand_in_short_rows(name: str, language: str) -> None:
    with i18n.speaking(language):
        rows = taken(DRAWN[name](replace(WIDEST, text="Everything Everywhere", page=0, count=9))).inline

    assert [row for row in rows if longest(row) > {1: 64, 2: 16, 3: 9}[len(row)]] == []


def test_a_genre_with_a_colon_works() -> None:
    keyboard = keyboards.top_genres(["Docu: Nature"], WIDEST.chosen)

    assert all(len(meant(button["callback_data"])) == 1 for button in taken(keyboard).buttons())


def test_a_long_genre_of_another_script_fits() -> None:
    taken(keyboards.top_genres(["ภาพยนตร์วิทยาศาสตร์"], replace(WIDEST, genre=None).chosen))


def test_a_film_without_a_visible_title_can_be_opened() -> None:
    taken(keyboards.digest(replace(WIDEST, text="\N{IDEOGRAPHIC SPACE}").digest()))
