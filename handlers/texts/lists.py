"""Pages of movies: what was found, one's own ratings, top lists, one's history."""

from collections import Counter
from collections.abc import Mapping, Sequence

from handlers.i18n import _
from handlers.texts.changes import difference
from handlers.texts.genres import genre
from handlers.texts.words import LONGEST_NAME, decade, decimal, escape, instant, number, ratings, short_score, titled
from storage.values import (
    PAGE,
    HistoryLine,
    HistoryPage,
    MovieLine,
    MyOrder,
    MyPage,
    Period,
    SearchPage,
    TopPage,
    TopQuery,
)


def found(page: SearchPage, stars: int | None = None, own: Mapping[int, int] | None = None) -> str:
    """The hits by number; the buttons below open them, or give them these stars. `own`: one's stars by movie."""
    if not page.lines:
        return nothing_found(page.query)
    head = f"🔎 <b>{escape(page.query)}</b>"
    if not page.good:
        head = "🔎 " + _("I found no “{query}”. Did you mean one of these?").format(query=escape(page.query))
    if stars:
        asked = _("Which one gets {n} ★? Nothing is stored until you tap.").format(n=stars)
        head = asked if page.good else f"{head}\n{asked}"
    lines = [f"{number}. {line}" for number, line in _numbered(page.lines, page.page)]
    if own:
        lines = [line + _yours(own.get(hit.id)) for line, hit in zip(lines, page.lines, strict=True)]
    return "\n".join([head, "", *lines])


def _yours(stars: int | None) -> str:
    return " · " + _("yours: {n} ★").format(n=stars) if stars else ""


def nothing_found(query: str) -> str:
    said = _("I found nothing for “{query}”.").format(query=escape(query))
    return "\n".join([said, _("Try fewer words, another spelling, the original or English title, or an IMDb link.")])


def which_film() -> str:
    """Without markup: the question is known again by its text."""
    return _("Which film? Reply with a few words of its title.")


def a_few_words() -> str:
    """What stands in the empty box, 64 characters at most."""
    return _("A few words of its title")


def mine(page: MyPage) -> str:
    """Ratings of one person; the numbers are the buttons' numbers."""
    if not page.total:
        return _("You have not rated anything yet. Send me a title, or /rate for well-known films.")
    order = _("best first") if page.order is MyOrder.BEST else _("newest first")
    mean = f"⌀ {decimal(page.mean)} ★" if page.mean is not None else ""
    head = "⭐ <b>" + _("Your ratings") + f"</b> · {number(page.total)} · {mean}\n<i>{order}</i>"
    shown = _named([each.line for each in page.ratings])
    lines = [
        f"{rank}. {name} · <b>{each.stars}</b> ★"
        for rank, name, each in zip(_numbers(page.page), shown, page.ratings, strict=False)
    ]
    return "\n".join([head, "", *lines])


def top(page: TopPage, *, title: str) -> str:
    """A top list: its scope and filters, then rank, film, mean and count."""
    query = page.query
    when = decade(query.decade) if query.decade else ""
    what = [_period(query.period), escape(genre(query.genre or "")), when]
    whose = escape(title) or _("Everyone")
    head = f"🏆 <b>{whose}</b> · {' · '.join(filter(None, what))}"
    lines = [f"{number}. {line}" for number, line in _numbered(page.lines, query.page)]
    return "\n".join([head, "", *(lines or [_empty_top(page, query)])])


def odd_top(words: str) -> str:
    return _(
        "I did not understand “{words}”. A list takes week, month or year, a genre, and a decade: "
        "<code>/top month horror 1980s</code>."
    ).format(words=escape(words, 60))


def decade_instead(first: int) -> str:
    return _("No list of a single year, but of its decade:") + f" {decade(first)}."


def _empty_top(page: TopPage, query: TopQuery) -> str:
    if query.page:
        return _("There is no more.")
    return _("Nothing here yet: a film is listed from {ratings} on.").format(ratings=ratings(page.minimum))


def _period(period: Period) -> str:
    names = {
        Period.WEEK: _("last 7 days"),
        Period.MONTH: _("last 30 days"),
        Period.YEAR: _("last 365 days"),
        Period.ALL: _("all time"),
    }
    return names[period]


def history(page: HistoryPage) -> str:
    """A person's own audit trail, in each reader's own time zone."""
    if not page.lines:
        return _("Nothing here yet: what you change will be listed here.")
    head = "🧾 <b>" + _("Your history") + "</b>"
    return "\n".join([head, "", *(_change(line) for line in page.lines)])


def _change(line: HistoryLine) -> str:
    entry = line.entry
    what = escape(line.title) if line.title else _named_action(entry.action or "")
    if line.title and line.year:
        what += f" ({line.year})"
    where = escape(line.club, 30) if line.club and not line.title else ""
    return " · ".join(filter(None, [instant(entry.at, "Dt"), what, difference(entry), where]))


def _named_action(action: str) -> str:
    names = {
        "club.join": _("Joined a club"),
        "club.leave": _("Left a club"),
        "digest.update": _("Digest settings"),
        "language.update": _("Language"),
        "person.update": _("Privacy settings"),
        "chat.activate": _("Bot added"),
        "chat.deactivate": _("Bot removed"),
        "chat.migrate": _("Group moved"),
    }
    return names.get(action, escape(action))


def _numbered(lines: Sequence[MovieLine], page: int) -> list[tuple[int, str]]:
    shown = []
    for rank, name, line in zip(_numbers(page), _named(lines), lines, strict=False):
        shown.append((rank, f"{name} · {short_score(line.score.mean, line.score.count)}" if line.score else name))
    return shown


def _numbers(page: int) -> range:
    return range(page * PAGE + 1, (page + 1) * PAGE + 1)


def _named(lines: Sequence[MovieLine]) -> list[str]:
    """Titles with years; namesakes of one year get their director too."""
    namesakes = Counter((line.title.casefold(), line.year) for line in lines)
    return [
        titled(line)
        + (f", {escape(line.directors[0], LONGEST_NAME)}" if line.directors and _twice(namesakes, line) else "")
        for line in lines
    ]


def _twice(namesakes: Counter[tuple[str, int | None]], line: MovieLine) -> bool:
    return namesakes[line.title.casefold(), line.year] > 1
