"""A movie's card, and what is said of a tap on its stars."""

from handlers.i18n import _
from handlers.texts.genres import genre
from handlers.texts.words import LONGEST_NAME, countries, decimal, escape, number, score, titled
from storage.values import Card, Movie, Rated, Score, Voice

LONGEST_OVERVIEW = 800


def card(shown: Card, *, private: bool, anywhere: bool = False) -> str:
    """Facts above, scores below. In a club the card is everybody's, so it names voices instead of "you".

    `anywhere`: it was sent by inline mode, and in which chat it is nobody knows.
    """
    scores = _everyone(shown) if anywhere else _scores(shown, private)
    return "\n".join([f"🎬 {titled(shown.movie)}", *_facts(shown.movie), *_overview(shown.movie), "", *scores])


def suggestion(shown: Card) -> str:
    """A card in the round of well-known films."""
    return card(shown, private=True) + "\n\n<i>" + _("Have you seen it? Tap your stars.") + "</i>"


def no_more_suggestions() -> str:
    return _("That was every film I know. Impressive! See /my for your ratings.")


def rated(outcome: Rated) -> str:
    """The toast after a tap: what happened, never a promise."""
    before, after = outcome.before, outcome.after
    if after is None:
        return _("You had not rated this.") if before is None else _("Rating removed.")
    if before is None:
        return _("{n} ★ saved").format(n=after)
    if before == after:
        return _("Already {n} ★").format(n=after)
    return _("{before} → {after} ★").format(before=before, after=after)


def taken_for_title(title: str, stars: int) -> str:
    """A number at the end may be stars or the title's own; `title` is what stands before it."""
    return _("That is a film. For stars write <code>/rate {title} {n}/10</code>.").format(title=escape(title), n=stars)


def may_be_title(title: str, stars: int) -> str:
    """The same where it is not certain: what follows are films, and none gets stars by a tap on it."""
    said = _("Nothing was rated: the {n} may belong to the title. For stars write <code>/rate {title} {n}/10</code>.")
    return said.format(title=escape(title), n=stars)


def what_to_rate() -> str:
    return _("Which film? Send its title before the stars: <code>/rate heat 9</code>.")


def not_rated(said: str) -> str:
    return _("Nothing was rated: “{said}” is none of the stars 1, 2, 3 … 10.").format(said=escape(said, 20))


def _facts(movie: Movie) -> list[str]:
    lines = []
    if movie.original_title and movie.original_title != movie.title:
        lines.append(f"<i>{escape(movie.original_title)}</i>")
    runtime = _("{n} min").format(n=movie.runtime) if movie.runtime else ""
    about = [runtime, escape(", ".join(genre(each) for each in movie.genres[:4])), countries(movie.countries)]
    lines.append(" · ".join(filter(None, about)))
    if movie.directors:
        lines.append(_("Directed by {names}").format(names=_names(movie.directors[:3])))
    if movie.cast:
        lines.append(_("With {names}").format(names=_names(movie.cast[:4])))
    return [line for line in lines if line]


def _overview(movie: Movie) -> list[str]:
    """Folded until it is tapped: a card in a group must stay small."""
    if not movie.overview:
        return []
    return [f"<blockquote expandable>{escape(movie.overview, LONGEST_OVERVIEW)}</blockquote>"]


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(escape(name, LONGEST_NAME) for name in names)


def _scores(shown: Card, private: bool) -> list[str]:
    lines = [] if private else [_line(_("Here"), shown.here), *_voices(shown.voices)]
    lines += _everyone(shown)
    if private:
        yours = f"<b>{shown.my_stars}</b> ★" if shown.my_stars else _("not rated yet")
        lines.append(_("You") + f": {yours}")
    return lines


def _everyone(shown: Card) -> list[str]:
    lines = [_line(_("Everyone"), shown.everyone)]
    if shown.movie.imdb_score:
        lines.append(f"IMDb: <b>{decimal(shown.movie.imdb_score)}</b> ★ · {number(shown.movie.imdb_votes or 0)}")
    return lines


def _line(whose: str, value: Score | None) -> str:
    said = score(value) if value else _("no ratings yet")
    return f"{whose}: {said}"


def _voices(voices: tuple[Voice, ...]) -> list[str]:
    hidden = _("somebody")
    named = [f"{escape(voice.name or hidden, LONGEST_NAME)}\N{NO-BREAK SPACE}{voice.stars}" for voice in voices]
    return [" · ".join(named)] if named else []
