"""/lang: the language of a chat. In private everybody's own choice, in a group its admins'."""

from functools import cache
from string import punctuation
from unicodedata import normalize

from telegram import Update

from handlers import i18n, settings_keyboards, texts
from handlers.admins import chat_of, may_change
from handlers.buttons import Keyboard
from handlers.callback_data import AUTO, Language, data_of
from handlers.context import Context, actor_of, acts_as_chat, is_group
from handlers.i18n import available
from handlers.refusals import StaleButton
from handlers.screen import send, show


async def on_lang(update: Update, context: Context) -> None:
    """/lang shows the choice; `german`, `deutsch`, `de` and `auto` make one."""
    if not await may_change(update, context):
        await send(update, context, texts.languages_for_admins())
        return
    note = await _obey(update, context, " ".join(context.args or []))
    text = "\n\n".join(filter(None, [note, _setting(update, context)]))
    await send(update, context, text, _keyboard(update, context))


async def _obey(update: Update, context: Context, word: str) -> str:
    """Choose what was named; what is to be said where that cannot be."""
    if not word:
        return ""
    tag = _meant(word)
    if tag is None:
        return texts.odd_language(word, sorted(available()))
    if acts_as_chat(update):
        return texts.as_yourself()
    await _choose(update, context, tag)
    return ""


async def on_choice(update: Update, context: Context) -> None:
    tap = Language.decode(data_of(update))
    if not await may_change(update, context):
        await context.answer(update, texts.languages_for_admins, alert=True)
        return
    if tap.tag not in {AUTO, *available()}:
        raise StaleButton(tap.encode())
    await _choose(update, context, tap.tag)
    await show(update, context, _setting(update, context), _keyboard(update, context), toast=texts.saved)


async def _choose(update: Update, context: Context, tag: str) -> None:
    """And speak it at once."""
    actor = actor_of(update)
    chosen = await context.storage.languages.choose(actor, None if tag == AUTO else tag)
    i18n.speak(chosen or (None if actor.in_club else actor.language))


def _setting(update: Update, context: Context) -> str:
    chat, user = chat_of(update), update.effective_user
    if is_group(chat):
        return texts.club_language()
    telegram = i18n.spoken(user.language_code if user else None)
    return texts.own_language(context.storage.languages.of(chat.id), telegram)


def _keyboard(update: Update, context: Context) -> Keyboard:
    chat = chat_of(update)
    return settings_keyboards.languages(context.storage.languages.of(chat.id), private=not is_group(chat))


def _meant(said: str) -> str | None:
    """The tag of a language by its name or by a tag of its kin, such as "de-AT"."""
    word = normalize("NFKC", texts.plain(said, 40)).casefold().strip(punctuation)
    return _names().get(word) or i18n.spoken(word or "-")


@cache
def _names() -> dict[str, str]:
    """What each language is called, in each of them, by itself and by its tag; and its tag."""
    from babel import Locale

    names = {AUTO: AUTO}
    for tag in available():
        names[tag] = tag
        names |= {str(Locale.parse(tag).get_display_name(reader)).casefold(): tag for reader in available()}
    return names
