"""What an update says, out of the log: an exception's message may well hold the text or the name it stumbled over."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

HIDDEN = "[said]"

NAMES = frozenset({"first_name", "last_name", "username", "title"})
"""Hidden however short they are. Of all else that is said, short words may stay: "in" tells nobody anything."""
MEANINGLESS = frozenset({"type", "status", "language_code"})
"""Telegram's own words."""
LONG = 4
"""Words from here on are hidden inside of others, too: a line break before them may be written as `n`."""


def hide(text: str, payload: bytes | dict[str, Any]) -> str:
    """`text` without any word that people chose in this update. Never raises."""
    try:
        words = _words(orjson.loads(payload) if isinstance(payload, bytes) else payload)
    except ValueError:  # nested too deep to be read
        return HIDDEN
    flat = _flat(text)  # of a long message's thousand words few are in a line, and only these are worth a pattern
    found = {form for word in words for form in _forms(word) if _flat(form) in flat}
    forms = sorted(found, key=len, reverse=True)
    return re.sub("|".join(map(_pattern, forms)), HIDDEN, text, flags=re.IGNORECASE) if forms else text


def _forms(word: str) -> tuple[str, ...]:
    """As exceptions write it."""
    return word, repr(word)[1:-1], ascii(word)[1:-1], json.dumps(word)[1:-1], html.escape(word)


def _flat(text: str) -> str:
    return re.sub(r"\\+", "/", text.casefold())


def _pattern(form: str) -> str:
    found = re.escape(form).replace(r"\\", r"\\+")  # an escape within a text that is escaped itself
    return found if len(form) >= LONG or not form.isalnum() or not form.isascii() else rf"\b{found}\b"


def _words(update: Any) -> set[str]:
    found: set[str] = set()
    for key, value in _strings(update):
        shortest = 2 if key in NAMES else LONG
        parts = [part for part in re.split(r"[\s:]+", value) if not part.startswith("/")]
        whole = (part.strip("\"'.,;!?()") for part in (value.strip(), *parts))
        found.update(part for part in whole if len(part) >= shortest or (part and not part.isascii()))
    return found


def _strings(update: Any) -> Iterator[tuple[str, str]]:
    """Everything said, with its key, and the ids of people; not what the bot is called, which file names hold too."""
    waiting: list[tuple[str, Any]] = [("", update)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            if value.get("is_bot") is True:
                continue
            if "first_name" in value:
                yield "id", str(value.get("id", ""))
            waiting.extend((str(name), part) for name, part in value.items() if name not in MEANINGLESS)
        elif isinstance(value, list):
            waiting.extend((key, part) for part in value)
        elif isinstance(value, str):
            yield key, value
