"""Telegram's HTML: a text and its entities, or the exact complaint with its byte offset."""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import ApiError, bad
from bot.sandbox.links import checked_link
from bot.sandbox.state import Json
from bot.sandbox.utf16 import utf16_length

STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
TAGS = frozenset({*STYLES, "a", "tg-emoji", "tg-time"})

SPECIAL = re.compile(r"[<&]")
REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+))|(lt|gt|amp|quot));?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
START = re.compile(r"<([^\s>]*)")
END = re.compile(r"</([^\s>]*)\s*")
SPACE = re.compile(r"\s*")
ATTRIBUTE = re.compile(r"[^\s=>/\"']*")
BARE = re.compile(r"[A-Za-z0-9.-]*")
DATE_FORMAT = re.compile(r"[rR]|[tTdDwW]*")


@dataclass(slots=True)
class _Open:
    """A tag that waits for its end. `start` counts UTF-16 units, `at` characters of the text so far."""

    name: str
    attributes: dict[str, str]
    start: int
    at: int


@dataclass(slots=True)
class _Parser:
    source: str
    position: int = 0
    text: list[str] = field(default_factory=list)
    length: int = 0
    nested: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def parse(self) -> tuple[str, list[Json]]:
        source = self.source
        while (special := SPECIAL.search(source, self.position)) is not None:
            self._add(source[self.position : special.start()])
            self.position = special.start()
            if source[self.position] == "&":
                self._add(self._reference(source))
            elif source.startswith("</", self.position):
                self._end()
            else:
                self._start()
        self._add(source[self.position :])
        if self.nested:
            raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{self.nested[-1].name}"')
        return "".join(self.text), [_without_language(entity) for entity in self.entities]

    def _add(self, piece: str) -> None:
        self.text.append(piece)
        self.length += utf16_length(piece)

    def _reference(self, source: str) -> str:
        """The character that a reference at the position stands for; a lone & stays itself."""
        match = REFERENCE.match(source, self.position)
        if match is None or (code := _code(match)) is None:
            self.position += 1
            return "&"
        self.position = match.end()
        return code

    def _fail(self, reason: str, at: int) -> ApiError:
        return cannot_parse(reason.replace("{at}", str(len(self.source[:at].encode()))))

    def _start(self) -> None:
        source, begin = self.source, self.position
        match = START.match(source, begin)
        assert match is not None  # noqa: S101 - the caller saw the <
        name = match[1].lower()
        if match.end() == len(source):
            raise self._fail("Unclosed start tag at byte offset {at}", begin)
        if name not in TAGS:
            raise self._fail(f'Unsupported start tag "{name}" at byte offset {{at}}', begin)
        self.position = match.end()
        attributes = self._attributes(name, begin)
        if name == "span" and attributes.get("class", "") != "tg-spoiler":
            raise self._fail('Tag "span" must have class "tg-spoiler" at byte offset {at}', begin)
        self.nested.append(_Open(name, attributes, self.length, len(self.text)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        """Up to and with the closing >."""
        source, found = self.source, dict[str, str]()
        unclosed = self._fail(f'Unclosed start tag "{tag}" at byte offset {{at}}', begin)
        while True:
            self._skip_space()
            if source.startswith(">", self.position):
                self.position += 1
                return found
            if self.position == len(source):
                raise unclosed
            name = self._take(ATTRIBUTE)
            if not name:
                raise self._fail(f'Empty attribute name in the tag "{tag}" at byte offset {{at}}', begin)
            self._skip_space()
            if not source.startswith("=", self.position):
                found[name.lower()] = ""
                continue
            self.position += 1
            self._skip_space()
            found[name.lower()] = self._value()
            if self.position >= len(source):
                raise unclosed

    def _value(self) -> str:
        source = self.source
        quote = source[self.position : self.position + 1]
        if quote not in {"'", '"'} or not quote:
            begin = self.position
            value = self._take(BARE)
            if self.position < len(source) and not source[self.position].isspace() and source[self.position] != ">":
                raise self._fail("Unexpected end of name token at byte offset {at}", begin)
            return value.lower()
        end = source.find(quote, self.position + 1)
        raw = source[self.position + 1 : end] if end >= 0 else ""
        self.position = end + 1 if end >= 0 else len(source)
        return REFERENCE.sub(lambda match: _code(match) or match[0], raw)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.position)
        assert match is not None  # noqa: S101 - every such pattern may be empty
        self.position = match.end()
        return match[0]

    def _skip_space(self) -> None:
        self._take(SPACE)

    def _end(self) -> None:
        begin = self.position
        if not self.nested:
            raise self._fail("Unexpected end tag at byte offset {at}", begin)
        match = END.match(self.source, begin)
        if match is None or not self.source.startswith(">", match.end()):
            raise self._fail("Unclosed end tag at byte offset {at}", begin)
        tag, found = self.nested[-1], match[1].lower()
        if found and found != tag.name:
            expected = f'expected "</{tag.name}>", found "</{found}>"'
            raise self._fail(f"Unmatched end tag at byte offset {{at}}, {expected}", begin)
        self.nested.pop()
        self.position = match.end() + 1
        if self.length > tag.start:
            self._close(tag)

    def _close(self, tag: _Open) -> None:
        span: Json = {"offset": tag.start, "length": self.length - tag.start}
        if tag.name in {"code", "pre"} and self._joins_language(tag, span):
            return
        details = _details(tag, "".join(self.text[tag.at :]))
        if details is not None:
            self.entities.append({**details, **span})

    def _joins_language(self, tag: _Open, span: Json) -> bool:
        """<pre><code class="language-x"> is one entity; whichever of the two is inside was closed before."""
        last = self.entities[-1] if self.entities else None
        if last is None or (last["offset"], last["length"]) != (span["offset"], span["length"]):
            return False
        if {tag.name, last["type"]} != {"pre", "code"}:
            return False
        language = last.pop("language", None) or _language(tag)
        last.update({"type": "pre", **({"language": language} if language else {})})
        return True


def _details(tag: _Open, text: str) -> Json | None:
    """Type and own fields of the entity; None when the tag leaves nothing, as a link to nowhere."""
    if tag.name == "a":
        url = checked_link(tag.attributes.get("href") or text)
        return {"type": "text_link", "url": url} if url else None
    if tag.name == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": _emoji_id(tag.attributes.get("emoji-id", ""))}
    if tag.name == "tg-time":
        return _date_time(tag.attributes)
    if tag.name == "blockquote" and "expandable" in tag.attributes:
        return {"type": "expandable_blockquote"}
    language = _language(tag)
    return {"type": STYLES[tag.name], **({"language": language} if language else {})}


def _without_language(entity: Json) -> Json:
    """Only a block of code keeps its language."""
    return {name: value for name, value in entity.items() if name != "language" or entity["type"] == "pre"}


def _language(tag: _Open) -> str:
    value = tag.attributes.get("class", "") if tag.name == "code" else ""
    return value.removeprefix("language-") if value.startswith("language-") else ""


def _emoji_id(value: str) -> str:
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise cannot_parse("Invalid custom emoji identifier specified")
    return value


def _date_time(attributes: dict[str, str]) -> Json:
    unix, style = attributes.get("unix", ""), attributes.get("format", "")
    if not unix.isascii() or not unix.isdigit():
        raise cannot_parse("Invalid date specified")
    if DATE_FORMAT.fullmatch(style) is None:
        raise cannot_parse("Invalid date format used")
    fields: Json = {"type": "date_time", "unix_time": int(unix)}
    return {**fields, "date_time_format": style} if style else fields


def _code(match: re.Match[str]) -> str | None:
    """None for a reference to no character."""
    if match[3]:
        return NAMED[match[3]]
    number = int(match[1], 16) if match[1] else int(match[2])
    if number == 0 or number > 0x10FFFF:
        return None
    if 0xD800 <= number < 0xE000:
        raise cannot_parse(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(number)


def cannot_parse(reason: str) -> ApiError:
    return bad(f"can't parse entities: {reason}")


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities in UTF-16 units, innermost first. Raises ApiError in Telegram's words."""
    return _Parser(source).parse()
