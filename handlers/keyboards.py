"""Values in, buttons out. No queries, no words from outside but titles; rows chosen by eye."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from urllib.parse import quote

from telegram import Bot
from telegram.constants import KeyboardButtonStyle

from handlers import callback_data as carry
from handlers.buttons import Button, Keyboard, even, flowing, marked
from handlers.i18n import _
from handlers.texts.genres import genre
from handlers.texts.words import decade, plain
from storage.values import (
    PAGE,
    Card,
    Digest,
    HistoryPage,
    MovieLine,
    MyOrder,
    MyPage,
    Period,
    Privacy,
    Rated,
    SearchPage,
    TopPage,
)

LONGEST_LABEL = 42


def card(
    shown: Card,
    *,
    private: bool,
    rated: Rated | None = None,
    person_id: int = 0,
    share: Button | None = None,
    back: carry.Back | None = None,
) -> Keyboard:
    """Ten stars in two rows of five; in a private chat one's own are marked. After a change: undo. Last the way back.

    What changes a rating and what leads elsewhere have a row each: a phone cuts the labels of four in one.
    """
    mine = shown.my_stars if private else None
    rates = _rates(shown.movie.id) if back is None else _rates_from(shown.movie.id, back)
    stars = [_star(n, mine, rates[n]) for n in range(1, 11)]
    change, lead = [], []
    if rated is not None and rated.changed:
        before = rated.before or 0
        # Beside the person there is no room for the way back; in private nobody else presses.
        undo = rates[before] if private else carry.Undo(shown.movie.id, before, person_id).encode()
        change.append(Button(text="↶ " + _("Undo"), callback_data=undo))
    if mine or not private:
        change.append(Button(text="✕ " + _("Remove"), callback_data=rates[0]))
    if shown.movie.imdb_id:
        lead.append(Button(text="IMDb", url=f"https://www.imdb.com/title/{shown.movie.imdb_id}/"))
    if share is not None:
        lead.append(share)
    ways = [_way_back(back)] if back is not None else []
    return Keyboard([row for row in (stars[:5], stars[5:], change, lead, ways) if row])


@lru_cache(4096)
def _rates(movie_id: int) -> tuple[str, ...]:
    """What gives so many stars, 0 to 10. Kept, for what one rates is often what others rate."""
    return tuple(carry.Rate(movie_id, stars).encode() for stars in range(11))


def _rates_from(movie_id: int, back: carry.Back) -> tuple[str, ...]:
    """The same on a card that leads back; not kept, for it holds what somebody searched."""
    if isinstance(back, carry.Search):
        back = carry.Search(back.page, carry.fit_query(back.query, carry.STAR_QUERY_BYTES))
    return tuple(carry.RateFrom(movie_id, stars, back).encode() for stars in range(11))


def _way_back(back: carry.Back) -> Button:
    label = "🔎 " + _("More hits") if isinstance(back, carry.Search) else "‹ " + _("Your ratings")
    return Button(text=label, callback_data=back.encode())


def other_hits(page: SearchPage) -> carry.Search | None:
    """The way from a card that a search opened by itself to its other hits."""
    query = carry.fit_query(page.query)
    return carry.Search(page.page, query) if len(page.lines) > 1 and query else None


def share(movie_id: int, bot: Bot) -> Button:
    """Send a film's card to another chat, where its stars work for everybody. Without inline mode, its link."""
    label = "↗ " + _("Share")
    if bot.supports_inline_queries:
        return Button(text=label, switch_inline_query=f"m_{movie_id}")
    link = quote(f"https://t.me/{bot.username}?start=m_{movie_id}", safe="")
    return Button(text=label, url=f"https://t.me/share/url?url={link}")


def back_to_chat() -> Keyboard:
    """For those who came from a chat where they typed the bot's name."""
    return Keyboard([[Button(text="‹ " + _("Back to the chat"), switch_inline_query="")]])


def suggestion(shown: Card, person_id: int) -> Keyboard:
    """Stars that lead to the next film, and one for those who have not seen it."""
    stars = [_star(n, None, carry.Suggest(shown.movie.id, n, person_id).encode()) for n in range(1, 11)]
    skip = carry.Suggest(shown.movie.id, 0, person_id)
    return Keyboard([stars[:5], stars[5:], [Button(text=_("Haven’t seen") + " ›", callback_data=skip.encode())]])


def found(page: SearchPage) -> Keyboard | None:
    """A button for each hit, which opens its card; then the pages."""
    query, short = (carry.fit_query(page.query, most) for most in (carry.QUERY_BYTES, carry.HIT_QUERY_BYTES))
    rows = [
        [_open(line, (carry.Hit(line.id, page.page, short) if short else carry.OpenCard(line.id)).encode())]
        for line in page.lines
    ]
    if query:
        rows += _pages(page.page, page.more, lambda number: carry.Search(number, query).encode())
    return Keyboard(rows) if rows else None


def found_to_rate(page: SearchPage, stars: int, person_id: int) -> Keyboard | None:
    """The same, and each hit gets this person's stars."""
    rows = [[_open(line, carry.Give(line.id, stars, person_id).encode())] for line in page.lines]
    query = carry.fit_query(page.query, carry.ASKED_QUERY_BYTES)
    if query:
        asked = partial(carry.SearchToRate, stars, person_id)
        rows += _pages(page.page, page.more, lambda number: asked(number, query).encode())
    return Keyboard(rows) if rows else None


def mine(page: MyPage, person_id: int) -> Keyboard | None:
    """The ratings by number, the other order, the pages."""
    if not page.total:
        return None
    numbers = [
        Button(
            text=str(page.page * PAGE + at),
            callback_data=carry.MyMovie(each.line.id, page.order, page.page, person_id).encode(),
        )
        for at, each in enumerate(page.ratings, 1)
    ]
    best = page.order is MyOrder.NEWEST
    other = carry.My(MyOrder.BEST if best else MyOrder.NEWEST, 0, person_id)
    rows = [
        numbers[:5],
        numbers[5:],
        [Button(text=_("Best first") if best else _("Newest first"), callback_data=other.encode())],
    ]
    rows += _pages(page.page, page.more, lambda number: carry.My(page.order, number, person_id).encode())
    return Keyboard([row for row in rows if row])


def top(page: TopPage, chosen: carry.Top, *, club: bool) -> Keyboard:
    """Films by number, then what the list can be switched to; the present choice carries a dot."""
    first = page.query.page * PAGE + 1
    numbers = [
        Button(text=str(first + at), callback_data=carry.OpenCard(line.id, below=True).encode())
        for at, line in enumerate(page.lines)
    ]
    scopes = [(_("Here"), True), (_("Everyone"), False)] if club else []
    rows = [
        numbers[:5],
        numbers[5:],
        [_choice(name, here == chosen.here, _with(chosen, here=here)) for name, here in scopes],
        [_choice(name, period is chosen.period, _with(chosen, period=period)) for name, period in _periods()],
        [
            Button(
                text=genre(chosen.genre) if chosen.genre else _("Genre"),
                callback_data=carry.TopChoice("g", _with(chosen)).encode(),
            ),
            Button(
                text=decade(chosen.decade) if chosen.decade else _("Decade"),
                callback_data=carry.TopChoice("d", _with(chosen)).encode(),
            ),
        ],
        *_pages(page.query.page, page.more, lambda number: _with(chosen, page=number).encode()),
    ]
    return Keyboard([row for row in rows if row])


def top_genres(genres: Sequence[str], chosen: carry.Top) -> Keyboard:
    choices = [
        _choice(genre(each), each == chosen.genre, _with(chosen, genre=each)) for each in genres if carry.is_genre(each)
    ]
    return Keyboard([[_choice(_("Any genre"), chosen.genre is None, _with(chosen, genre=None))], *flowing(choices)])


def top_decades(decades: Sequence[int], chosen: carry.Top) -> Keyboard:
    choices = [_choice(decade(each), each == chosen.decade, _with(chosen, decade=each)) for each in decades]
    return Keyboard([[_choice(_("Any decade"), chosen.decade is None, _with(chosen, decade=None))], *even(choices, 4)])


def history(page: HistoryPage, person_id: int) -> Keyboard | None:
    rows = _pages(page.page, page.more, lambda number: carry.History(number, person_id).encode())
    return Keyboard(rows) if rows else None


def digest(week: Digest) -> Keyboard | None:
    """Open the films that the digest names, and the top list, below: the digest stays, and with it its fingerprint."""
    named = {line.id: line.title for line in (*week.best, *week.others, week.most_rated, week.most_argued) if line}
    opens = [
        Button(text=_label(title), callback_data=carry.OpenCard(key, below=True).encode())
        for key, title in list(named.items())[:4]
    ]
    top_list = Button(text="🏆 " + _("Top list"), callback_data=carry.Page("top").encode())
    return Keyboard([*flowing(opens, 2), [top_list]]) if week.films else None


def start(bot_username: str) -> Keyboard:
    """Things to try at once."""
    add = f"https://t.me/{bot_username}?startgroup=hello"
    return Keyboard(
        [
            [Button(text="⭐ " + _("Rate well-known films"), callback_data=carry.Page("rate").encode())],
            [
                Button(text="🏆 " + _("Top list"), callback_data=carry.Page("top").encode()),
                Button(text="❓ " + _("Help"), callback_data=carry.Page("help").encode()),
            ],
            [Button(text="➕ " + _("Add me to a group"), url=add)],
        ]
    )


def privacy(chosen: Privacy, person_id: int) -> Keyboard:
    name = carry.Privacy("show" if chosen.name_hidden else "hide", 0, person_id)
    label = _("Show my name") if chosen.name_hidden else _("Hide my name")
    leave = [[_leave(key, title, person_id)] for key, title in chosen.clubs[:10]]
    return Keyboard([[Button(text=label, callback_data=name.encode())], *leave])


def _leave(chat_id: int, title: str, person_id: int) -> Button:
    data = carry.Privacy("leave", chat_id, person_id).encode()
    return Button(text=_("Leave") + f" {_label(title, 30)}", callback_data=data, style=KeyboardButtonStyle.DANGER)


def in_private(bot_username: str, command: str) -> Keyboard:
    return Keyboard([[Button(text=_("Open our chat"), url=f"https://t.me/{bot_username}?start={command}")]])


def _star(number: int, mine: int | None, data: str) -> Button:
    if number == mine:
        return Button(text=f"• {number}", callback_data=data, style=KeyboardButtonStyle.SUCCESS)
    return Button(text=str(number), callback_data=data)


def _open(line: MovieLine, data: str) -> Button:
    year = f" ({line.year})" if line.year else ""
    return Button(text=_label(line.title) + year, callback_data=data)


def _choice(name: str, present: bool, to: carry.Top) -> Button:
    return Button(text=marked(name, present), callback_data=to.encode())


def _with(chosen: carry.Top, **change: object) -> carry.Top:
    """The same list with one thing changed, from its first page on."""
    values = {"here": chosen.here, "period": chosen.period, "genre": chosen.genre, "decade": chosen.decade, "page": 0}
    return carry.Top(**{**values, **change})  # type: ignore[arg-type]


def _periods() -> list[tuple[str, Period]]:
    return [
        (_("7 days"), Period.WEEK),
        (_("30 days"), Period.MONTH),
        (_("365 days"), Period.YEAR),
        (_("All time"), Period.ALL),
    ]


def _pages(page: int, more: bool, to: Callable[[int], str]) -> list[list[Button]]:
    row = []
    if page:
        row.append(Button(text="‹ " + _("Previous"), callback_data=to(page - 1)))
    if more and page < carry.LARGEST_PAGE:
        row.append(Button(text=_("Next") + " ›", callback_data=to(page + 1)))
    return [row] if row else []


def _label(title: str, longest: int = LONGEST_LABEL) -> str:
    return plain(title, longest) or "?"  # Telegram drops a button without a text
