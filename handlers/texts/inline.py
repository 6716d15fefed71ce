"""What stands beside a chat while somebody types after the bot's name: plain text, no HTML."""

from handlers.i18n import _
from handlers.texts.words import LONGEST_NAME, decimal, plain, ratings
from storage.values import Card, Movie


def inline_title(movie: Movie) -> str:
    """Never empty: Telegram would refuse all the results for one without a title."""
    title = plain(movie.title) or "?"
    return f"{title} ({movie.year})" if movie.year else title


def inline_description(card: Card) -> str:
    """Who made it and what everyone thinks of it."""
    score = card.everyone
    thought = f"{decimal(score.mean)} ★ · {ratings(score.count)}" if score else _("no ratings yet")
    return " · ".join([*(plain(name, LONGEST_NAME) for name in card.movie.directors[:2]), thought])


def nothing_inline() -> str:
    """On a button that leads into the private chat."""
    return _("Nothing found. Search in our chat")


def type_inline() -> str:
    """The same, before anything was typed and while there is no top list."""
    return _("Type a title, or open our chat")


def what_to_call(username: str) -> str:
    """The bot's bare name was called where it is no member."""
    return _("Which film? Write <code>@{name}</code> and a few words of its title.").format(name=username)


def what_to_type() -> str:
    return _("Send me a few words of a title: typos, half words, a year or an IMDb link will do.")
