"""The words after /top: "week", "horror 1980s", "comedies of the eighties", "everyone month"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers import texts
from handlers.callback_data import Top, is_genre
from handlers.i18n import N_, _, languages, speaking
from storage.values import Period

PERIODS = {"week": Period.WEEK, "month": Period.MONTH, "year": Period.YEAR, "all": Period.ALL}
SCOPES = {"here": True, "everyone": False}
# Translators: words after /top that say nothing, as in "the best films of all time".
FILLERS = N_("this the best films movies of from in last time")
YEAR = re.compile(r"((?:18|19|20)\d)\d(?:'?s|ern?)?", re.ASCII)
ONE_YEAR = re.compile(r"(?:18|19|20)\d\d", re.ASCII)
SHORT = re.compile(r"'?(\d)0(?:'?s|ern?)", re.ASCII)
LEAST_LETTERS, MOST_LETTERS = 3, 40
"""Of what may be a genre, or its beginning."""
SAME = {"scifi": "sciencefiction", "sciencefiction": "scifi"}
"""IMDb has the one, TMDB the other."""


def understood(words: Sequence[str], genres: Sequence[str], *, here: bool) -> tuple[Top, str]:
    """The list that is asked for, and what of the words says nothing about a list.

    A club is spoken to in one language and answers in any, so what the present one leaves odd is tried in the others.
    """
    heard = []
    for tag in languages():
        with speaking(tag):
            heard.append(_understood(words, genres, here))
        if not heard[-1][1]:
            return heard[-1]
    return heard[0]


def _understood(words: Sequence[str], genres: Sequence[str], here: bool) -> tuple[Top, str]:
    chosen, rest = Top(here=here), []
    periods, scopes, fillers = _periods(), _scopes(), _fillers()
    for word in _in_single_words(" ".join(words)).split():
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
    """In English and in the present language."""
    # Translators: words after /top, in lower case and in this order.
    spoken = _("week month year all").split()
    return {**dict(zip(spoken, PERIODS.values(), strict=False)), **PERIODS}


def _in_single_words(said: str) -> str:
    """ "7 days", as a button is called, is the week; "year 1994" are films of that year, not what was rated lately."""
    for called, word in zip((_("7 days"), _("30 days"), _("365 days")), PERIODS, strict=False):
        said = re.sub(rf"\b{re.escape(called)}\b", word, said, flags=re.IGNORECASE)
    year = "|".join(re.escape(word) for word, period in _periods().items() if period is Period.YEAR)
    return re.sub(rf"\b(?:{year})\s+({ONE_YEAR.pattern})\b", r"\1", said, flags=re.IGNORECASE)


def _scopes() -> dict[str, bool]:
    return {_("Here").casefold(): True, _("Everyone").casefold(): False, **SCOPES}


def _fillers() -> set[str]:
    return {*_(FILLERS).split(), *FILLERS.split()}


def _decade(word: str) -> int | None:
    """The first year of the decade of "1980s", "1984", "80s", "1980er" or "eighties"."""
    if year := YEAR.fullmatch(word):
        return int(year[1]) * 10
    if short := SHORT.fullmatch(word):
        return (190 if int(short[1]) > 2 else 200) * 10 + int(short[1]) * 10
    # Translators: the decades of the last century, in lower case.
    named = _("twenties thirties forties fifties sixties seventies eighties nineties").casefold().split()
    return 1920 + 10 * named.index(word) if word in named else None


def _genre(words: Sequence[str], genres: Sequence[str]) -> str | None:
    """The genre of that name in the present language or in English, or the most frequent that begins so."""
    names = {each: [_letters(name) for name in texts.genre_names(each)] for each in genres if is_genre(each)}
    for said in _forms(_letters(" ".join(words)), _endings()):
        wanted = (said, SAME.get(said, said))
        alike = [genre for genre, called in names.items() if any(each.startswith(wanted) for each in called)]
        if alike:
            return min(alike, key=lambda genre: not set(names[genre]) & set(wanted))
    return None


def _endings() -> list[str]:
    # Translators: what genres end with when there are many, or films of them: "comedies", "horror movies".
    return _("movies movie films film ies s").split()


def _forms(said: str, endings: Sequence[str]) -> list[str]:
    """As it is, then without its endings, as long as enough is left."""
    forms = [said] if LEAST_LETTERS <= len(said) <= MOST_LETTERS else []
    for form in forms:  # it grows meanwhile
        for ending in endings:
            shorter = form.removesuffix(ending)
            if len(shorter) >= LEAST_LETTERS and shorter not in forms:
                forms.append(shorter)
    return forms


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
