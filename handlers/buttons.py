"""Inline keyboards as Telegram reads them.

Making python-telegram-bot's own objects of a card's twelve buttons, and then JSON of those, took a sixth of a press.
"""

from collections.abc import Sequence
from typing import Required, TypedDict

from telegram import InlineKeyboardMarkup


class Button(TypedDict, total=False):
    """What Telegram knows as InlineKeyboardButton; one of the fields beside `text` and `style` says what it does."""

    text: Required[str]
    callback_data: str
    url: str
    switch_inline_query: str
    style: str


class Keyboard(InlineKeyboardMarkup):
    """Rows of buttons, ready to be sent; python-telegram-bot does not look into them."""

    __slots__ = ()

    def __init__(self, rows: Sequence[Sequence[Button]]) -> None:
        super().__init__((), api_kwargs={"inline_keyboard": rows})

    @property
    def rows(self) -> list[list[Button]]:
        return [[*row] for row in self.api_kwargs["inline_keyboard"]]
