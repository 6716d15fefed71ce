"""What is said about ratings that somebody brings from elsewhere."""

from collections.abc import Sequence

from handlers.i18n import _, ngettext
from handlers.texts.words import escape, films, ratings
from storage.values import Brought, Comparison, Recognised, Unreadable

MOST_CHANGED, MOST_NEW = 10, 5
"""So many are shown with their stars: enough to notice a wrong scale, and short enough for a phone."""
MOST_NAMED = 10
"""Films that are not known, or not for certain: so many by name."""
MOST_ROWS = 5
LONGEST_FILM = 32
"""A long one can be told by that, and all that is named fits into a message, be it of emoji."""
MANY = 50
"""Films from which on taking them over may take a while."""
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


def brought(found: Comparison, unreadable: Sequence[Unreadable], name: str | None) -> str:
    """A file's ratings beside the person's own."""
    kinds = (
        (found.new, "➕ " + _("{films} you have not rated here"), MOST_NEW),
        (found.other, "🔁 " + _("{films} with other stars than yours here"), MOST_CHANGED),
        (found.same, "✓ " + _("{films} with the same stars"), 0),
    )
    lines = [f"📥 {_file(name)}: {ratings(found.total)}", ""]
    for there, what, most in kinds:
        if there:
            lines += [what.format(films=films(len(there))), *_starred(there, most)]
    return "\n".join([*lines, *_left(found, unreadable), "", _what_now(found, unreadable)])


def imported(found: Comparison, unreadable: Sequence[Unreadable], changed: int) -> str:
    taken = _("{ratings} taken over. /my shows them.").format(ratings=ratings(changed))
    nothing = _("These films all have their stars here already. /my shows them.")
    return "\n".join(["✅ " + (taken if changed else nothing), *_left(found, unreadable)])


def importing() -> str:
    return _("I look them all up.")


def left_as_it_is() -> str:
    return _("Nothing was changed.")


def file_gone() -> str:
    return _("I cannot see the file any more. Please send it again.")


def _what_now(found: Comparison, unreadable: Sequence[Unreadable]) -> str:
    if found.new or found.other:
        slow = " " + _("Taking it over may take a minute.") if found.total >= MANY else ""
        return _("Nothing is changed yet.") + slow
    if found.unknown or found.unsure or unreadable:
        return _("There is nothing to do.")
    return _("It is all here already.") + " " + _("There is nothing to do.")


def _starred(there: Sequence[Recognised], most: int) -> list[str]:
    """The first of them, a line each, with the stars that they have and would have."""
    lines = []
    for each in there[:most]:
        before = f"{each.had} → " if each.had else ""
        lines.append(f"• {_film(each.brought)} {before}{each.brought.stars}\N{NO-BREAK SPACE}★")
    more = len(there) - most
    return [*lines, "• … " + _("and {n} more").format(n=more)] if most and more > 0 else lines


def _left(found: Comparison, unreadable: Sequence[Unreadable]) -> list[str]:
    """What of a file is not taken over, and why."""
    lines = []
    if found.unknown:
        said = _("{films} I do not know: {names}")
        lines.append("❓ " + _of_films(said, found.unknown))
    if found.unsure:
        said = _("{films} of which I am not certain: {names}. Search for the title and rate by hand.")
        lines.append("🔍 " + _of_films(said, found.unsure))
    if unreadable:
        said = ngettext("{n} row could not be read", "{n} rows could not be read", len(unreadable))
        names = [f"{escape(each.title, LONGEST_FILM)} ({escape(each.stars)} ★)" for each in unreadable if each.title]
        listed = ": " + _first(names, MOST_ROWS, len(unreadable)) if names else ""
        lines.append("⚠️ " + said.format(n=len(unreadable)) + listed)
    return lines


def _of_films(said: str, there: Sequence[Brought]) -> str:
    names = _first([_film(each) for each in there[:MOST_NAMED]], MOST_NAMED, len(there))
    return said.format(films=films(len(there)), names=names)


def _first(names: Sequence[str], most: int, total: int) -> str:
    """So many of them, and how many of all are not named."""
    named = names[:most]
    more = total - len(named)
    return ", ".join(named) + (" " + _("and {n} more").format(n=more) if more > 0 else "")


def _film(each: Brought) -> str:
    title = escape(each.title or each.imdb_id or "?", LONGEST_FILM)
    return f"{title} ({each.year})" if each.year else title


def _file(name: str | None) -> str:
    shown = escape(name or _("this file"), LONGEST_FILE)
    return f"<b>{shown}</b>"
