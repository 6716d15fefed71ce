"""What is said about ratings that somebody brings from elsewhere."""

from collections.abc import Sequence

from handlers.i18n import _
from handlers.texts.words import escape, films, ratings
from storage.values import Brought, Comparison

MOST_NAMED = 15
"""Films that are not known: so many by name."""
LONGEST_FILE = 60


def how_to_import() -> str:
    return "\n".join(
        [
            "📥 <b>" + _("Bring your ratings") + "</b>",
            "",
            _("Send me the file in which another service gives them out, as it is:"),
            "• <b>Letterboxd</b>: " + _("Settings → Data → Export your data, the zip"),
            "• <b>IMDb</b>: " + _("Your ratings → Export, the CSV"),
            "• <b>Trakt</b>: " + _("the JSON of your movie ratings"),
            "• <b>TMDB</b>: " + _("the CSV of your ratings"),
            "• " + _("what /export gave you"),
            "",
            _("I show you what is in it, and change nothing before you say so."),
        ]
    )


def no_ratings_in(name: str | None) -> str:
    said = _("I find no ratings of films in {file}.").format(file=_file(name))
    return f"{said} " + _("/import says which files I can read, up to 20 MB.")


def too_many_ratings(name: str | None, most: int) -> str:
    return _("{file} has more than {n} ratings; please send me a part of them.").format(file=_file(name), n=most)


def brought(found: Comparison, name: str | None) -> str:
    """A file's ratings beside the person's own."""
    total = len(found.new) + len(found.other) + len(found.same) + len(found.unknown)
    counted = (
        (len(found.new), "➕ " + _("{films} you have not rated here")),
        (len(found.other), "🔁 " + _("{films} with other stars than yours here")),
        (len(found.same), "✓ " + _("{films} with the same stars")),
    )
    lines = [what.format(films=films(count)) for count, what in counted if count]
    last = _("Nothing is changed yet.") if found.new or found.other else _("There is nothing to do.")
    head = f"📥 {_file(name)}: {ratings(total)}"
    return "\n".join([head, "", *lines, *_unknown(found.unknown), "", last])


def imported(found: Comparison, changed: int) -> str:
    lines = ["✅ " + _("{ratings} taken over. /my shows them.").format(ratings=ratings(changed))]
    return "\n".join([*lines, *_unknown(found.unknown)])


def importing() -> str:
    return _("I look them all up; it may take a minute.")


def left_as_it_is() -> str:
    return _("Nothing was changed.")


def file_gone() -> str:
    return _("I cannot see the file any more. Please send it again.")


def _unknown(films_there: Sequence[Brought]) -> list[str]:
    """Those that the catalogue lacks, the first by name."""
    if not films_there:
        return []
    names = [f"{each.title} ({each.year})" if each.year else each.title or each.imdb_id or "?" for each in films_there]
    more = len(names) - MOST_NAMED
    named = ", ".join(escape(name, 60) for name in names[:MOST_NAMED])
    rest = " " + _("and {n} more").format(n=more) if more > 0 else ""
    return ["❓ " + _("{films} I do not know: {names}").format(films=films(len(names)), names=named + rest)]


def _file(name: str | None) -> str:
    shown = escape(name or _("this file"), LONGEST_FILE)
    return f"<b>{shown}</b>"
