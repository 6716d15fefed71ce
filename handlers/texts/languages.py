"""What is said about the language of a chat."""

from functools import cache

from handlers.i18n import _, language
from handlers.texts.words import escape


@cache
def language_name(tag: str) -> str:
    """As it calls itself."""
    from babel import Locale

    name = Locale.parse(tag).get_display_name(tag) or tag
    return name[:1].upper() + name[1:]


def language_setting(chosen: str | None, *, private: bool) -> str:
    """What is spoken now, and why."""
    spoken = _("I speak {language} here.").format(language=language_name(language()))
    return f"🌐 <b>{spoken}</b>\n{_why(chosen, private)}"


def _why(chosen: str | None, private: bool) -> str:
    if not private:
        return _("In this language everybody here reads cards, lists and the digest.")
    if chosen is None:
        return _("I go by your Telegram. You can choose another language, for me alone:")
    return _("You have chosen that.")


def languages_for_admins() -> str:
    return _("Only admins of this group can choose its language.")


def odd_language(word: str, spoken: list[str]) -> str:
    said = _("I do not speak “{word}”. I speak {languages}.")
    return said.format(word=escape(word, 40), languages=", ".join(map(language_name, spoken)))


def speaks_too(tag: str) -> str:
    """In that language, to who has just added the bot to a group."""
    said = _("🌐 I speak {language} too: an admin can send <code>/lang {tag}</code>.")
    return said.format(language=language_name(tag), tag=tag)
