"""The question for a title in a group, where plain text does not reach a bot: what is replied to it is a search."""

from functools import cache

from telegram import ForceReply, Message
from telegram.ext import filters

from handlers import i18n, texts


class _Reply(filters.MessageFilter):
    """The question is known by who asked it and its words: so it can be answered after a restart and after a year."""

    def filter(self, message: Message) -> bool:
        asked = message.reply_to_message
        if asked is None or asked.from_user is None:
            return False
        return asked.from_user.id == message.get_bot().id and asked.text in _questions()


REPLY = filters.TEXT & _Reply()


def reply_box() -> ForceReply:
    """Opens the box for a reply on the phone of who is asked, and of nobody else."""
    return ForceReply(selective=True, input_field_placeholder=texts.a_few_words())


@cache
def _questions() -> frozenset[str]:
    """In every language, for who replies may have another one than who was asked."""
    questions = set()
    for language in i18n.available():
        with i18n.speaking(language):
            questions.add(texts.which_film())
    return frozenset(questions)
