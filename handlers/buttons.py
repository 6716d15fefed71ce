"""Inline keyboards as Telegram reads them.

Making python-telegram-bot's own objects of a card's twelve buttons, and then JSON of those, took a sixth of a press.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Required, TypedDict

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

    def to_dict(self, recursive: bool = True) -> dict[str, Any]:
        return {**self.api_kwargs}

    @property
    def rows(self) -> list[list[Button]]:
        return [[*row] for row in self.api_kwargs["inline_keyboard"]]


def marked(label: str, present: bool) -> str:
    """The label of a choice; the present one has a dot."""
    return f"• {label}" if present else label


def even(buttons: Sequence[Button], width: int) -> list[list[Button]]:
    return [[*buttons[at : at + width]] for at in range(0, len(buttons), width)]


FITS = {3: 9, 2: 16}
"""Characters of the longest label in a row of so many buttons that a phone shows uncut."""


def flowing(buttons: Iterable[Button], widest: int = 3) -> list[list[Button]]:
    """In order, up to three in a row, fewer where a label is long: phones cut what does not fit."""
    rows: list[list[Button]] = []
    for button in buttons:
        if rows and _fit([*rows[-1], button], widest):
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def _fit(row: Sequence[Button], widest: int) -> bool:
    return len(row) <= widest and max(len(each["text"]) for each in row) <= FITS[len(row)]
