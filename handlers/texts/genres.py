"""Genres in the reader's language: those of the starter catalogue and of IMDb and TMDB. Others stay as they are."""

from handlers.i18n import N_, _

KNOWN = frozenset({
    N_("Action"), N_("Adventure"), N_("Animation"), N_("Anime"), N_("Biography"), N_("Christmas"), N_("Comedy"),
    N_("Crime"), N_("Disaster"), N_("Documentary"), N_("Drama"), N_("Erotic"), N_("Experimental"), N_("Family"),
    N_("Fantasy"), N_("Film-Noir"), N_("History"), N_("Horror"), N_("LGBT"), N_("Martial Arts"), N_("Music"),
    N_("Musical"), N_("Mystery"), N_("Romance"), N_("Sci-Fi"), N_("Science Fiction"), N_("Short"), N_("Silent"),
    N_("Sport"), N_("Superhero"), N_("TV Movie"), N_("Teen"), N_("Thriller"), N_("War"), N_("Western"),
})  # fmt: skip


def genre(name: str) -> str:
    return _(name) if name in KNOWN else name
