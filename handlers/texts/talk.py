"""What the bot says of itself: welcome, help, privacy, and what went wrong."""

from handlers.i18n import N_, _
from handlers.texts.words import escape, number, plain, ratings
from storage.service import StorageSettings
from storage.values import Privacy


def start(name: str) -> str:
    return "\n".join(
        [
            _("👋 Hello, {name}! I remember what you think of films.").format(name=escape(name, 40)),
            _("Send me a title, spelled as you remember it, and tap your stars."),
            _("Add me to a group, and your film club gets its own top list and a weekly digest."),
        ]
    )


def hello_club() -> str:
    return _(
        "🍿 Hello! Send <code>/search</code> and a title, and rate it together. "
        "<code>/top</code> shows your list, and an admin can switch on a weekly digest with <code>/digest</code>."
    )


COMMANDS = (
    ("search", N_("find a film by words of its title")),
    ("rate", N_("rate films you have seen")),
    ("my", N_("your ratings")),
    ("top", N_("the best films")),
    ("week", N_("this week's digest, now")),
    ("digest", N_("when the weekly digest comes")),
    ("lang", N_("which language I speak here")),
    ("settings", N_("what is chosen here, at a glance")),
    ("history", N_("everything you changed")),
    ("privacy", N_("what is kept about you")),
    ("import", N_("bring your ratings from elsewhere")),
    ("export", N_("a copy of everything that is kept about you")),
    ("forgetme", N_("erase everything about you")),
    ("help", N_("all commands, and how scores are made")),
)
"""Command and description; the description is translated where it is shown."""
OPERATORS_COMMANDS = (
    ("audit", N_("everything that anybody changed")),
    ("addmovie", N_("add a film that is missing")),
)
"""What /help shows to operators besides."""


def help_page(settings: StorageSettings, bot_username: str, *, operator: bool = False) -> str:
    """The commands and what else there is to know."""
    known = (*COMMANDS, *OPERATORS_COMMANDS) if operator else COMMANDS
    commands = "\n".join(f"/{name} – {_(what)}" for name, what in known)
    formula = _(
        "Lists are sorted by a weighted rating, (total + m × C) / (count + m) with C = {mean}: "
        "everyone's with m = {everyone} from {everyone_minimum} ratings on, "
        "a club's with m = {club} from {club_minimum} raters on."
    ).format(
        mean=number(settings.prior_mean),
        everyone=settings.everyone_prior,
        everyone_minimum=settings.everyone_minimum,
        club=settings.club_prior,
        club_minimum=settings.club_minimum,
    )
    sources = _(
        "Film facts: Wikidata (CC0), Wikipedia contributors (CC BY-SA 4.0), omdb.org (CC BY 2.0 DE) and others. "
        "Not affiliated with IMDb or TMDB."
    )
    more = _(
        "In a private chat just type a title. <code>/rate title 8</code> rates at once, "
        "as does <code>8</code> in reply to a card."
    )
    inline = _("In any other chat type <code>@{name}</code> and a title: everybody there can rate the card you send.")
    seal = _(
        "🔏 in a digest marks a fingerprint of all changes so far: keep it, and it can be proved later that none of "
        "them was rewritten."
    )
    said = f"{more}\n{inline.format(name=bot_username)}\n{seal}"
    return f"{commands}\n\n{said}\n\n{formula}\n\n<i>{sources}</i>"


def unknown_command(name: str, meant: str | None) -> str:
    """`meant` is a command that is written almost so."""
    said = _("I do not know {command}.").format(command=escape(name, 40))
    if meant:
        said += " " + _("Did you mean {command}?").format(command=f"/{meant}")
    return said + "\n" + _("/help lists what I know.")


def anothers_command(name: str, bot_username: str) -> str:
    said = _("That is for @{bot}, and I am another bot. To me send {command} alone.")
    return said.format(bot=escape(bot_username, 40), command=escape(name, 40))


def privacy(chosen: Privacy) -> str:
    name = _("hidden") if chosen.name_hidden else _("shown")
    clubs = ", ".join(escape(title, 40) for _id, title in chosen.clubs[:10]) or _("none")
    if len(chosen.clubs) > 10:
        clubs += " " + _("and {n} more").format(n=len(chosen.clubs) - 10)
    return "\n".join(
        [
            "🔒 <b>" + _("Privacy") + "</b>",
            _what_is_kept(chosen),
            _("A club sees your name only beside stars that you gave in its chat. Everyone else sees sums."),
            "",
            _("Your name in clubs") + f": <b>{name}</b>",
            _("Clubs that count your ratings") + f": {clubs}",
        ]
    )


def _what_is_kept(chosen: Privacy) -> str:
    if not chosen.known:
        return _(
            "I know nothing about you. When you rate a film, I keep your name, your ratings, the clubs where they "
            "count, and a log of your changes."
        )
    said = _("I keep your name, your ratings ({ratings}), the clubs where they count, and a log of your changes.")
    return said.format(ratings=ratings(chosen.ratings))


def club_left(club: str) -> str:
    """The toast after it: plain text."""
    return _("Your ratings no longer count in {club}. To come back, rate any film there.").format(club=plain(club, 60))


def as_yourself() -> str:
    said = _("You write as a chat here, and this needs a person.")
    return f"{said} " + _("Write as yourself, or press a button: that is always you.")


def in_private() -> str:
    return _("That is between you and me:")


def round_in_private() -> str:
    """To /rate alone in a group."""
    return _("The round of films to rate is in our private chat. Here, name a film: <code>/rate dune 8</code>.")


def stale_button() -> str:
    return _("This button is too old. Please search again.")


def foreign_button() -> str:
    return _("This button belongs to somebody else.")


def movie_gone() -> str:
    return _("This film is no longer in the catalogue.")


def bad_stars() -> str:
    return _("Stars go from 1 to 10.")


def unknown_zone() -> str:
    return _("I do not know this time zone.")


def catalogue_loading() -> str:
    return _("I am still reading the film catalogue. Please try again in a minute.")


def how_to_add() -> str:
    return _("Send me the title and the year: <code>/addmovie Home Video (2021)</code>")


def title_too_long(length: int, most: int) -> str:
    return _("This title has {n} characters, and I take {most} at most.").format(n=length, most=most)


def no_films_year(year: int, first: int, last: int) -> str:
    return _("{year} is no year of a film: I take {first} to {last}.").format(year=year, first=first, last=last)


def added() -> str:
    return _("Added. From now on everybody finds it.")


def known_already() -> str:
    return _("I know this one:")


def slow_down() -> str:
    return _("That was a bit fast for me. Give me a minute, then go on.")


def database_down() -> str:
    return _("I cannot reach my memory right now. Please try again in a minute.")


def our_fault(reference: str) -> str:
    return _("Something went wrong on my side. If it happens again, tell my operator: {reference}").format(
        reference=reference
    )
