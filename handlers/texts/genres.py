"""Genres in the reader's language: those of the starter catalogue and of IMDb and TMDB. Others stay as they are."""

from functools import cache

from handlers.i18n import N_, _

KNOWN = frozenset({
    N_("Action"), N_("Adventure"), N_("Animation"), N_("Anime"), N_("Biography"), N_("Christmas"), N_("Comedy"),
    N_("Crime"), N_("Disaster"), N_("Documentary"), N_("Drama"), N_("Erotic"), N_("Experimental"), N_("Family"),
    N_("Fantasy"), N_("Film-Noir"), N_("History"), N_("Horror"), N_("LGBT"), N_("Martial Arts"), N_("Music"),
    N_("Musical"), N_("Mystery"), N_("Romance"), N_("Sci-Fi"), N_("Science Fiction"), N_("Short"), N_("Silent"),
    N_("Sport"), N_("Superhero"), N_("TV Movie"), N_("Teen"), N_("Thriller"), N_("War"), N_("Western"),
})  # fmt: skip


# Translators: what else people call a genre, in lower case and without spaces; keep what stands before each colon, and
# after it write words of your language, or none. Plurals are understood without being named, and so is "horror films".
ALSO = N_("""Animation: animated cartoon
Biography: biopic
Comedy: funny
Crime: gangster
Documentary: nonfiction
Drama: dramatic
Family: kids children
Film-Noir: noir
History: historical
Horror: scary
Martial Arts: kungfu karate
Romance: romantic romcom romanticcomedy love
Thriller: suspense""")


def genre_names(name: str) -> list[str]:
    """What people may call it, in English and in the present language."""
    return [name, genre(name), *_also(ALSO).get(name, ()), *_also(_(ALSO)).get(name, ())]


@cache
def _also(table: str) -> dict[str, list[str]]:
    parts = (line.partition(":") for line in table.splitlines())
    return {name.strip(): words.split() for name, _colon, words in parts}


def genre(name: str) -> str:
    return _(name) if name in KNOWN else name
