"""The words after /top: "week", "horror 1980s", "everyone month"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers import texts
from handlers.callback_data import Top, is_genre
from handlers.i18n import _
from storage.values import Period

PERIODS = {"week": Period.WEEK, "month": Period.MONTH, "year": Period.YEAR, "all": Period.ALL}
SCOPES = {"here": True, "everyone": False}
FILLERS = frozenset({"this", "the", "of", "time"})
YEAR = re.compile(r"((?:18|19|20)\d)\d(?:'?s|er)?", re.ASCII)
ONE_YEAR = re.compile(r"(?:18|19|20)\d\d", re.ASCII)
OF_A_YEAR = re.compile(rf"\byear\s+({ONE_YEAR.pattern})\b", re.ASCII | re.IGNORECASE)
"""Films of that year, where "year" alone is what was rated in this one."""
SHORT = re.compile(r"'?(\d)0(?:'?s|er)", re.ASCII)
LEAST_LETTERS = 3
"""Of the beginning of a genre."""
SAME = {"scifi": "sciencefiction", "sciencefiction": "scifi"}
"""IMDb has the one, TMDB the other."""


def understood(words: Sequence[str], genres: Sequence[str], *, here: bool) -> tuple[Top, str]:
    """The list that is asked for, and what of the words says nothing about a list."""
    chosen, rest = Top(here=here), []
    periods, scopes, fillers = _periods(), _scopes(), _fillers()
    for word in OF_A_YEAR.sub(r"\1", " ".join(words)).split():
        folded = word.casefold()
        if folded in periods:
            chosen = replace(chosen, period=periods[folded])
        elif folded in scopes:
            chosen = replace(chosen, here=scopes[folded])
        elif (decade := _decade(folded)) is not None:
            chosen = replace(chosen, decade=decade)
        elif folded not in fillers:
            rest.append(word)
    genre = _genre(rest, genres)
    return (chosen, " ".join(rest)) if genre is None else (replace(chosen, genre=genre), "")


def names_a_year(words: Sequence[str]) -> bool:
    """A list has decades only, which is to be said to whoever asks for a year."""
    return any(ONE_YEAR.fullmatch(word) for word in words)


def _periods() -> dict[str, Period]:
    """In English and as the buttons are called in the present language."""
    called = ((_("Week"), Period.WEEK), (_("Month"), Period.MONTH), (_("Year"), Period.YEAR))
    return {**{name.casefold(): period for name, period in called}, **PERIODS}


def _scopes() -> dict[str, bool]:
    return {_("Here").casefold(): True, _("Everyone").casefold(): False, **SCOPES}


def _fillers() -> set[str]:
    # Translators: words after /top that say nothing, as in "the best of all time".
    return {*_("this the of time").split(), *FILLERS}


def _decade(word: str) -> int | None:
    """The first year of the decade of "1980s", "1984", "80s" or "1980er"."""
    if year := YEAR.fullmatch(word):
        return int(year[1]) * 10
    if short := SHORT.fullmatch(word):
        return (190 if int(short[1]) > 2 else 200) * 10 + int(short[1]) * 10
    return None


def _genre(words: Sequence[str], genres: Sequence[str]) -> str | None:
    """The genre of that name in the present language or in English, or the most frequent that begins so."""
    said = _letters(" ".join(words))
    if len(said) < LEAST_LETTERS:
        return None
    wanted = (said, SAME.get(said, said))
    names = {genre: (_letters(genre), _letters(texts.genre(genre))) for genre in genres if is_genre(genre)}
    alike = [genre for genre, called in names.items() if any(each.startswith(wanted) for each in called)]
    return min(alike, key=lambda genre: not set(names[genre]) & set(wanted), default=None)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
