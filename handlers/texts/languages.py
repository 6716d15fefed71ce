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


def club_language() -> str:
    return f"{_spoken()}\n" + _("In this language everybody here reads cards, lists and the digest.")


def own_language(chosen: str | None, telegram: str | None) -> str:
    """`telegram`: the language of the person's Telegram, where the bot speaks it."""
    if chosen is not None:
        return f"{_spoken()}\n" + _("You have chosen that.")
    if telegram is None:
        return f"{_spoken()}\n" + _("The language of your Telegram I do not speak yet. You can choose one of these:")
    return f"{_spoken()}\n" + _("I go by your Telegram. You can choose another language, for me alone:")


def _spoken() -> str:
    said = _("I speak {language} here.").format(language=language_name(language()))
    return f"🌐 <b>{said}</b>"


def languages_for_admins() -> str:
    said = _("Only admins of this group can choose its language.")
    return f"{said} " + _("In our private chat you can choose your own.")


def odd_language(word: str, spoken: list[str]) -> str:
    said = _("I do not speak “{word}”. I speak {languages}.")
    return said.format(word=escape(word, 40), languages=", ".join(map(language_name, spoken)))


def speaks_too(tag: str) -> str:
    """In that language, to who has just added the bot to a group."""
    said = _("🌐 I speak {language} too: an admin can send <code>/lang {tag}</code>.")
    return said.format(language=language_name(tag), tag=tag)
