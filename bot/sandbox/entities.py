"""Entities that nobody wrote: what Telegram finds in a text, and how it settles what overlaps."""

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.errors import bad
from bot.sandbox.state import Json
from bot.sandbox.utf16 import utf16_length

FOUND = re.compile(
    r"(?P<url>(?:https?|tg)://[^\s<>\"]+[^\s<>\".,;:!?)\]}']"
    r"|(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|me|tv|dev|app|info|it|de|ru|uk)\b(?:/[^\s<>\"]*[^\s<>\".,;:!?)\]}'])?)"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>]))"
    r"|(?P<mention>(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}(?!\w))"
    r"|(?P<hashtag>(?<!\w)\#\w*[^\W\d]\w*)",
    re.IGNORECASE,
)
HINT = re.compile(r"[/@#.]")

RAW = frozenset({"code", "pre"})
CLOSED = RAW | {"text_link", "text_mention", "custom_emoji", "date_time"}
STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
MOST = 100
ORDER = ("expandable_blockquote", "blockquote", "text_link", "text_mention", "date_time", "bold", "italic", "underline",
         "strikethrough", "spoiler", "custom_emoji", "code", "pre")  # fmt: skip


def detect(text: str) -> Iterator[Json]:
    """Links, mentions, hashtags and bot commands."""
    if HINT.search(text) is None:
        return
    for match in FOUND.finditer(text):
        kind = match.lastgroup
        yield {"type": kind, "offset": utf16_length(text[: match.start()]), "length": utf16_length(match[0])}


def settle(given: list[Json], text: str) -> list[Json]:
    """The entities as Telegram stores them: nothing inside code, none twice, found ones beside, in order."""
    raw = [each for each in given if each["type"] in RAW]
    kept = [piece for each in given for piece in (_around(each, raw) if each["type"] not in RAW else [each])]
    kept = list(_once(sorted(kept, key=_place)))
    closed = [each for each in kept if each["type"] in CLOSED]
    kept += [found for found in detect(text) if not any(_overlap(found, each) for each in closed)]
    kept.sort(key=_place)
    return kept[:MOST]


def _place(entity: Json) -> tuple[int, int, int]:
    """Outer entities before those inside them."""
    kind = entity["type"]
    return entity["offset"], -entity["length"], ORDER.index(kind) if kind in ORDER else len(ORDER)


def _end(entity: Json) -> int:
    return int(entity["offset"] + entity["length"])


def _overlap(one: Json, other: Json) -> bool:
    return bool(one["offset"] < _end(other) and other["offset"] < _end(one))


def _around(entity: Json, raw: list[Json]) -> Iterator[Json]:
    """What remains of a style where code is cut out of it; quotes and links may hold code."""
    inside = any(each["offset"] <= entity["offset"] and _end(entity) <= _end(each) for each in raw)
    if entity["type"] not in STYLES:
        if not inside:
            yield entity
        return
    start = entity["offset"]
    for each in sorted((each for each in raw if _overlap(entity, each)), key=lambda each: int(each["offset"])):
        if each["offset"] > start:
            yield {**entity, "offset": start, "length": each["offset"] - start}
        start = max(start, _end(each))
    if start < _end(entity):
        yield {**entity, "offset": start, "length": _end(entity) - start}


def _once(entities: list[Json]) -> Iterator[Json]:
    """Without those inside another of their kind: bold in bold, or a quote in a quote, says nothing new.

    Outer ones come first in the list.
    """
    reached: dict[str, int] = {}
    for each in entities:
        family = each["type"].removeprefix("expandable_")
        if _end(each) > reached.get(family, -1):
            reached[family] = _end(each)
            yield each


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without the white space around; leading space stays where an entity begins in it."""
    stop = min((each["offset"] for each in entities), default=len(text))
    lead = 0
    while lead < min(stop, len(text)) and text[lead] in " \n":
        lead += 1
    text = text[lead:].rstrip()
    size = utf16_length(text)
    moved = [{**each, "offset": each["offset"] - lead} for each in entities]
    return text, [
        {**each, "length": min(each["length"], size - each["offset"])} for each in moved if each["offset"] < size
    ]


def given_entities(value: Any) -> list[Json]:
    """The `entities` parameter. Raises ApiError."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    for each in value:
        if not isinstance(each, dict) or not {"type", "offset", "length"} <= each.keys():
            raise bad("can't parse MessageEntity: expected an Object with type, offset and length")
    return [each for each in value if each["length"] > 0]
