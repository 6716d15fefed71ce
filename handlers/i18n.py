"""The language of what is being said: a gettext catalogue per context, so that handlers need not pass it around.

The translators' own files are read when their language is first spoken: nothing is compiled, so nothing can be out of
date or missing, in a checkout, a wheel or an image.
"""

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "matinee"
LOCALES = Path(__file__).parent / "locales"

_language: ContextVar[str] = ContextVar("language", default="en")


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(path: Path, language: str) -> gettext.GNUTranslations:
    """A translator's file; what is fuzzy or not translated stays English. The plural rule is the language's own."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.NullTranslations() if language == "en" else read(path_of(language), language)


@cache
def available() -> frozenset[str]:
    """English, and whatever has a catalogue."""
    return frozenset({"en", *(path.parents[1].name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))})


def languages() -> list[str]:
    """All of them, the present one first and then English: in this order is understood what people type."""
    return list(dict.fromkeys((language(), "en", *sorted(available()))))


def spoken(tag: str | None) -> str | None:
    """The language of an IETF tag such as "de-AT", if the bot speaks it; without a tag English."""
    base = (tag or "en").replace("_", "-").split("-")[0].lower()
    return base if base in available() else None


def choose(tag: str | None) -> str:
    """The same, or else English."""
    return spoken(tag) or "en"


def speak(tag: str | None) -> None:
    """From here on, in this context, say everything in the language of `tag`."""
    _language.set(choose(tag))


@contextmanager
def speaking(tag: str | None) -> Iterator[None]:
    """The same for a stretch of work."""
    token = _language.set(choose(tag))
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    return _language.get()


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a message for the catalogues where it is written, to be translated where it is shown."""
    return message


def _(message: str) -> str:
    """The message in the present language."""
    return _catalogue(_language.get()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The form for `count` in the present language; `{n}` in it is left to the caller."""
    return _catalogue(_language.get()).ngettext(one, many, count)
