"""Rating: a tap on a star, undo, /rate with a title and stars, stars in reply to a card, the round of known films."""

from functools import partial

from telegram import Update

from handlers import keyboards, texts
from handlers.callback_data import Back, Give, Rate, RateFrom, SearchToRate, Suggest, Undo, data_of, fit_query
from handlers.cards import face, show_below, show_card
from handlers.context import Context, Say, actor_of, acts_as_chat, is_group, owner_of, viewer_of
from handlers.rate_words import Said, names_a_film, said
from handlers.reply import stars_for
from handlers.screen import send, show
from handlers.search import find, scope_of
from storage.values import Actor, Rated, SearchPage, Source

MOST_SEQUELS = 5
"""A number up to which a film of a series may be meant as well as stars; above it, only where that film is certain."""


async def on_rate(update: Update, context: Context) -> None:
    """A star on a card: store it, confirm it, redraw the card."""
    tap = Rate.decode(data_of(update))
    await _show_rated(update, context, await _set(context, tap.movie_id, tap.stars, actor_of(update)))


async def on_rate_from(update: Update, context: Context) -> None:
    """The same on a card that came from a list, which it leads back to."""
    tap = RateFrom.decode(data_of(update))
    await _show_rated(update, context, await _set(context, tap.movie_id, tap.stars, actor_of(update)), tap.back)


async def on_undo(update: Update, context: Context) -> None:
    """One person's way back to the stars they had before."""
    tap = Undo.decode(data_of(update))
    await _show_rated(update, context, await _set(context, tap.movie_id, tap.stars, owner_of(update, tap.person_id)))


async def on_given(update: Update, context: Context) -> None:
    """The film that was meant by /rate and stars. Only who wrote them gives them: in a club others press too."""
    tap, actor = Give.decode(data_of(update)), actor_of(update)
    if actor.person_id == tap.person_id:
        await _show_rated(update, context, await _set(context, tap.movie_id, tap.stars, actor))
    else:
        await show_below(update, context, tap.movie_id)


async def on_page(update: Update, context: Context) -> None:
    """Another page of what may be meant, for the same person's stars."""
    tap = SearchToRate.decode(data_of(update))
    page = await context.storage.movies.find(tap.query, page=tap.page, scope=scope_of(update))
    await _ask(update, context, page, tap.stars, tap.person_id)


async def on_command(update: Update, context: Context) -> None:
    """/rate alone begins the round; with a title it opens the card, with stars it rates."""
    words = " ".join(context.args or ())
    if not words:
        await on_suggest(update, context)
        return
    if await _rate_replied(update, context, words):
        return
    meant = said(words)
    if not names_a_film(words):
        await send(update, context, texts.what_to_rate())
    elif meant is None:
        await _open(update, context, await find(update, context, fit_query(words)))
    elif meant.stars is None:
        await _open_unrated(update, context, words, meant)
    else:
        await _rate_or_open(update, context, words, meant, meant.stars)


async def on_reply(update: Update, context: Context) -> None:
    """Stars in reply to a card are for its film."""
    await _rate_replied(update, context, (update.message and update.message.text) or "")


async def on_suggest(update: Update, context: Context) -> None:
    """The round of well-known films, in private: one card after another."""
    if is_group(update.effective_chat):
        markup = keyboards.in_private(context.bot.username, "rate")
        await send(update, context, texts.round_in_private(), markup)
        return
    actor = actor_of(update)
    await _show_suggestion(update, context, actor, None)


async def on_suggested(update: Update, context: Context) -> None:
    """Stars in the round, or "haven't seen": store, and go on to the next film."""
    tap = Suggest.decode(data_of(update))
    actor = owner_of(update, tap.person_id)
    toast = None
    if tap.stars:
        toast = partial(texts.rated, await context.storage.ratings.rate(tap.movie_id, tap.stars, actor))
    await _show_suggestion(update, context, actor, tap.movie_id, toast)


async def _show_suggestion(
    update: Update, context: Context, actor: Actor, after: int | None, toast: Say | None = None
) -> None:
    card = await context.storage.movies.suggest(actor, after)
    if card is None:
        await show(update, context, texts.no_more_suggestions(), toast=toast)
    else:
        keyboard = keyboards.suggestion(card, actor.person_id)
        await show(update, context, texts.suggestion(card), keyboard, toast=toast, poster=card.movie.poster)


async def _set(context: Context, movie_id: int, stars: int, actor: Actor) -> Rated:
    ratings = context.storage.ratings
    return await (ratings.rate(movie_id, stars, actor) if stars else ratings.remove(movie_id, actor))


async def _show_rated(update: Update, context: Context, rated: Rated, back: Back | None = None) -> None:
    actor = actor_of(update)
    text, keyboard = face(context, rated.card, actor, rated, back)
    await show(update, context, text, keyboard, toast=partial(texts.rated, rated), poster=rated.card.movie.poster)


async def _rate_replied(update: Update, context: Context, words: str) -> bool:
    """Whether that was stars in reply to a card."""
    replied = stars_for(update.message, words)
    if replied is None:
        return False
    movie_id, meant = replied
    if meant.stars is None:
        await send(update, context, texts.not_rated(meant.what))
    else:
        await _give(update, context, movie_id, meant.stars)
    return True


async def _rate_or_open(update: Update, context: Context, words: str, meant: Said, stars: int) -> None:
    if not names_a_film(meant.title):  # or the number would be taken for a title
        await send(update, context, texts.what_to_rate())
        return
    whole = await context.storage.movies.find(fit_query(words))
    if meant.signed:
        await _rate(update, context, meant.title, stars)
    elif whole.exact:  # "Alien 3" is a film
        await _open(update, context, whole, texts.taken_for_title(meant.title, stars))
    elif whole.numbered and (whole.clear is not None or stars <= MOST_SEQUELS):  # "Kill Bill 2", "Godfather 2"
        await _open(update, context, whole, texts.may_be_title(meant.title, stars))
    else:
        await _rate(update, context, meant.title, stars)


async def _open_unrated(update: Update, context: Context, words: str, meant: Said) -> None:
    """What is clear without the number, or else with it, for it may be a mistyped title's."""
    whole = await context.storage.movies.find(fit_query(words))
    if whole.exact:  # "Apollo 13"
        await _open(update, context, whole)
        return
    page = await find(update, context, fit_query(meant.title))
    chosen = whole if whole.clear is not None and not page.exact else page
    await _open(update, context, chosen, texts.not_rated(meant.what))


async def _open(update: Update, context: Context, page: SearchPage, note: str = "") -> None:
    if page.clear is not None:
        await show_card(update, context, page.clear, note=note, back=keyboards.other_hits(page))
    else:
        await send(update, context, "\n\n".join(filter(None, [note, texts.found(page)])), keyboards.found(page))


async def _rate(update: Update, context: Context, title: str, stars: int) -> None:
    page = await find(update, context, fit_query(title))
    if acts_as_chat(update):
        await _open(update, context, page, texts.as_yourself())
    elif page.clear is None:
        await _ask(update, context, page, stars, actor_of(update).person_id)
    else:
        await _give(update, context, page.clear, stars, keyboards.other_hits(page))


async def _ask(update: Update, context: Context, page: SearchPage, stars: int, person_id: int) -> None:
    """Which film is meant; in private, where nobody else reads, with the stars that each has from the reader."""
    reader, movies = viewer_of(update), [line.id for line in page.lines]
    private = reader.present and not reader.in_club
    own = await context.storage.ratings.given(reader.person_id, movies) if private else None
    await show(update, context, texts.found(page, stars, own), keyboards.found_to_rate(page, stars, person_id))


async def _give(update: Update, context: Context, movie_id: int, stars: int, back: Back | None = None) -> None:
    """Stars that were written: stored, and said above the card."""
    actor = actor_of(update)
    rated = await context.storage.ratings.rate(movie_id, stars, actor, Source.COMMAND)
    text, keyboard = face(context, rated.card, actor, rated, back)
    text = f"{texts.rated(rated)}\n\n{text}"
    await send(update, context, text, keyboard, poster=rated.card.movie.poster)
