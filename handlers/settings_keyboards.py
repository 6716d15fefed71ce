"""Buttons of what a person or a chat has chosen."""

from handlers import callback_data as carry
from handlers import i18n
from handlers.buttons import Button, Keyboard, even, marked
from handlers.i18n import _
from handlers.texts.languages import language_name


def settings() -> Keyboard:
    """To each of one's own settings."""
    pages = ("🌐 " + _("Language"), "lang"), ("📬 " + _("Digest"), "digest"), ("🔒 " + _("Privacy"), "privacy")
    return Keyboard([[Button(text=label, callback_data=carry.Page(name).encode())] for label, name in pages])


def languages(chosen: str | None, *, private: bool) -> Keyboard:
    """As they call themselves, the spoken one marked; in private one's Telegram may say which."""
    by_itself = private and chosen is None
    tags = sorted(i18n.available())
    spoken = [_language(language_name(tag), tag, tag == i18n.language() and not by_itself) for tag in tags]
    return Keyboard([*even(spoken, 2), *([[_language(_("As my Telegram"), carry.AUTO, by_itself)]] if private else [])])


def _language(label: str, tag: str, present: bool) -> Button:
    return Button(text=marked(label, present), callback_data=carry.Language(tag).encode())
