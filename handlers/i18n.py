"""Languages: gettext catalogues, and which of them the text being made now is in.

After a change of texts: `pybabel extract --no-location --omit-header -o handlers/locales/matinee.pot handlers`, then
`pybabel update --omit-header -D matinee -d handlers/locales -i handlers/locales/matinee.pot`, translate, and
`pybabel compile -D matinee -d handlers/locales`. A new language is a new folder there and nothing else.
"""

import gettext as gnu
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel import Locale
from babel.numbers import format_decimal

DOMAIN = "matinee"
LOCALES = Path(__file__).parent / "locales"
SOURCE = "en"
"""The language of the texts in the code."""

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


@cache
def languages() -> tuple[str, ...]:
    """Every language there is, the code's own first."""
    return (SOURCE, *sorted(path.parents[1].name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def known(code: str | None) -> str:
    """The language to speak to somebody whose client says `code` ("de-AT"); English where we have none."""
    base = (code or SOURCE).lower().replace("_", "-").split("-")[0]
    return base if base in languages() else SOURCE


@contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Texts made inside are in the language for `code`; null is English."""
    token = _language.set(known(code))
    try:
        yield
    finally:
        _language.reset(token)


def spoken() -> str:
    return _language.get()


def locale() -> Locale:
    return _locale(spoken())


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


@cache
def _catalogue(language: str) -> gnu.NullTranslations:
    if language == SOURCE:
        return gnu.NullTranslations()
    return gnu.translation(DOMAIN, LOCALES, [language])


def _(text: str) -> str:
    return _catalogue(spoken()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Put `count` in with `.format(count=...)`; the language's own rule chooses the form."""
    return _catalogue(spoken()).ngettext(one, many, count)


def gettext_noop(text: str) -> str:
    """Mark a text for translators that is looked up later, when the language is known."""
    return text


def decimal(number: float) -> str:
    """With one decimal, as the language writes it."""
    return format_decimal(number, format="0.0", locale=locale())
