"""docs/commands.md, from the routing table: what one can send to the bot, and what its buttons carry."""

from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from typing import Any

from bot.reference.tables import GENERATED, code, summary, table
from handlers import BUTTONS, COMMANDS, OPERATORS, texts
from handlers.commands import SCOPES
from handlers.parts import Shape

SEEN_BY = {
    "all_private_chats": "private chats",
    "all_group_chats": "groups",
    "all_chat_administrators": "admins of groups",
}
"""How a scope of Telegram's command lists is called here."""

PAGE = """\
# What one can say to Matinee

{generated}

## Commands

In a group a command may end in the bot's name, `/top@yourbot`. An edited message runs none again.
*Listed in* says in which of Telegram's menus a command stands; it can be typed everywhere.

{commands}

## For operators

In private chats only, for the ids in `operators`; for whoever else asks there is no such command.

{operators}

## Without a command

A file in a private chat is read as ratings from elsewhere (see `/import`).
Plain text in a private chat is a search, and so is a reply to what the bot asks in a group after `/search` alone.
`@yourbot dune` typed in any chat offers cards to send there; as a message in a group without the bot it is answered
there, where BotFather's guest mode is on. `t.me/yourbot?start=m_17` opens the card of film 17.

## Buttons

What a button carries when it is pressed: a letter and the state to reach, in at most 64 bytes, so that it works after a
restart and after a year. Anything else is answered with "This button is too old".

{buttons}
"""


def commands() -> str:
    described = dict(texts.COMMANDS)
    rows = [_row(names, handler, described) for names, handler in _named(COMMANDS)]
    operators = [[code("/" + names[0]), _exactly(names[0], handler)] for names, handler in _named(OPERATORS)]
    return PAGE.format(
        generated=GENERATED,
        commands=table(["command", "does", "more exactly", "listed in"], rows),
        operators=table(["command", "does"], operators),
        buttons=table(["carries", "does", "handler"], (_button(shape, handler) for shape, handler in BUTTONS)),
    )


def _named(table_: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    for names, handler in table_:
        yield (names,) if isinstance(names, str) else names, handler


def _row(names: tuple[str, ...], handler: Any, described: dict[str, str]) -> list[str]:
    shown = ", ".join(code("/" + name) for name in names)
    listed = [SEEN_BY[scope.type] for scope, listed in SCOPES if names[0] in listed]
    return [
        shown,
        described.get(names[0], "where to begin"),
        _exactly(names[0], handler),
        ", ".join(listed) or "no menu",
    ]


def _exactly(name: str, handler: Any) -> str:
    """What the handler says of itself, or else its file."""
    said = summary(handler) or summary(import_module(handler.__module__))
    return said.removeprefix(f"/{name}: ")


def _button(shape: type[Shape], handler: Any) -> list[str]:
    carried = ":".join([shape.LETTER, *(each.name.upper() for each in fields(shape))])  # type: ignore[arg-type]
    return [code(carried), summary(shape), code(f"{handler.__module__}.{handler.__name__}")]
