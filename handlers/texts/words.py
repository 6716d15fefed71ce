"""Small parts of messages. Text from outside is cut and escaped here, and nowhere else."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from html import escape as _escape

from babel import Locale
from babel.numbers import format_decimal, get_decimal_symbol

from handlers.i18n import _, language, ngettext
from storage.values import DigestLine, Movie, MovieLine, Score

LONGEST_TITLE = 120
LONGEST_NAME = 40


def plain(text: str, longest: int = LONGEST_TITLE) -> str:
    """Foreign text as one visible line, cut."""
    spaced = " ".join(text.split())  # before what is not printable goes, for a line break is no letter of a word
    if not spaced.isprintable():
        spaced = " ".join("".join(letter for letter in spaced if letter.isprintable()).split())
    return spaced if len(spaced) <= longest else spaced[: longest - 1].rstrip() + "…"


def escape(text: str, longest: int = LONGEST_TITLE) -> str:
    """Foreign text as Telegram HTML, cut before it is escaped so that no tag or reference is ever cut."""
    return _escape(plain(text, longest), quote=False)


def titled(movie: Movie | MovieLine | DigestLine) -> str:
    """A bold title and its year."""
    return f"<b>{escape(movie.title)}</b>" + (f" ({movie.year})" if movie.year else "")


def ratings(count: int) -> str:
    return ngettext("{n} rating", "{n} ratings", count).format(n=count)


def films(count: int) -> str:
    return ngettext("{n} film", "{n} films", count).format(n=count)


def people(count: int) -> str:
    return ngettext("{n} person", "{n} people", count).format(n=count)


def score(value: Score) -> str:
    """A mean with one decimal and how many it stands on."""
    return f"<b>{decimal(value.mean)}</b> ★ · {ratings(value.count)}"


def short_score(mean: float, count: int) -> str:
    """The same for lists, where a phone's line is short and must not break inside."""
    return f"<b>{decimal(mean)}</b>\N{NO-BREAK SPACE}★\N{NO-BREAK SPACE}({count})"


def number(value: float) -> str:
    """With the reader's separators."""
    return format_decimal(value, locale=language())


def decimal(value: float) -> str:
    """With one decimal, after the reader's point or comma. Lists hold many: Babel's own way takes ten times as long."""
    return f"{value:.1f}".replace(".", _point(language()))


@cache
def _point(tag: str) -> str:
    return get_decimal_symbol(tag)


def decade(first: int) -> str:
    # Translators: a decade, as in "1980s".
    return _("{year}s").format(year=first)


def countries(codes: tuple[str, ...]) -> str:
    """Names of ISO 3166 codes in the reader's language."""
    names = _territories(language())
    return ", ".join(escape(names.get(code, code)) for code in codes[:3])


@cache
def _territories(tag: str) -> Mapping[str, str]:
    return Locale.parse(tag).territories


def instant(at: datetime, form: str) -> str:
    """An instant that each reader's app shows in their own zone; `form` as Telegram's tg-time knows it."""
    shown = f"{at:%Y-%m-%d %H:%M} UTC"
    return f'<tg-time unix="{int(at.timestamp())}" format="{form}">{shown}</tg-time>'


def weekday(number: int) -> str:
    """0 is Monday."""
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return days[number]


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
