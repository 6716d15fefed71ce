"""Stars in reply to a card, as one answers among friends: "8", "8 stars", a row of stars."""

from telegram import InlineKeyboardMarkup, Message
from telegram.ext import filters

from handlers.callback_data import Rate, RateFrom, Suggest
from handlers.rate_words import Said, said_alone

STARS = (Rate, RateFrom, Suggest)
"""The buttons that make a card of a message."""


class _Stars(filters.MessageFilter):
    """Whatever else is replied is a search, or talk among people."""

    def filter(self, message: Message) -> bool:
        return stars_for(message, message.text or "") is not None


TO_CARD = filters.TEXT & _Stars()


def stars_for(message: Message | None, words: str) -> tuple[int, Said] | None:
    """The film of the card that was replied to, and what it gets. Null where it is no such reply."""
    said = said_alone(words)
    movie_id = film_of(message) if message and said else None
    return (movie_id, said) if movie_id and said else None


def film_of(message: Message) -> int | None:
    """The film on the bot's card that is replied to: its buttons name it, also after a restart and after a year.

    Only the bot's own message counts: nobody else can put buttons there.
    """
    card = message.reply_to_message
    if card is None or card.from_user is None or card.from_user.id != message.get_bot().id:
        return None
    keyboard = card.reply_markup if isinstance(card.reply_markup, InlineKeyboardMarkup) else None
    rows = keyboard.inline_keyboard if keyboard else ()
    films = {_film(button.callback_data) for row in rows for button in row} - {None}
    return films.pop() if len(films) == 1 else None


def _film(data: object) -> int | None:
    for shape in STARS:
        if isinstance(data, str) and shape.pattern().fullmatch(data):
            return shape.decode(data).movie_id
    return None
