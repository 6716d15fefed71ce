"""The text of a message: read before the chat is looked at, finished after, as Telegram does it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.entities import given_entities, settle, trim
from bot.sandbox.errors import ApiError, bad, ours
from bot.sandbox.html_tags import parse_html
from bot.sandbox.params import Params
from bot.sandbox.state import Json

ARGUMENT_BYTES = 32_768
TEXT_CHARACTERS = 4096
CAPTION_CHARACTERS = 1024


@dataclass(frozen=True, slots=True)
class Text:
    """`entities` count UTF-16 units."""

    text: str
    entities: list[Json]

    def fields(self, name: str = "text", entities: str = "entities") -> Json:
        """As they stand in a Message: nothing that is empty."""
        fields: Json = {name: self.text} if self.text else {}
        return {**fields, entities: self.entities} if self.entities else fields


def read_text(params: Params, name: str = "text", entities: str = "entities") -> Text:
    raw = params.text(name)
    if len(raw.encode()) > ARGUMENT_BYTES:
        raise bad("text is too long")
    mode = params.text("parse_mode").lower()
    if mode == "html":
        return Text(*parse_html(raw))
    if mode in {"markdown", "markdownv2"}:
        raise ours("only HTML is implemented as parse_mode")
    if mode not in {"", "none"}:
        raise bad("unsupported parse_mode")
    try:
        return Text(raw, given_entities(params.json(entities)))
    except ValueError:
        raise bad("can't parse entities JSON object") from None


def finished(text: Text, *, too_long: Callable[[], ApiError], limit: int = TEXT_CHARACTERS) -> Text:
    """Trimmed, with the entities that Telegram finds by itself. `limit` counts code points."""
    content, entities = trim(text.text, text.entities)
    if not content:
        raise bad("text must be non-empty")
    if len(content) > limit:
        raise too_long()
    return Text(content, settle(entities, content))


def typed(text: str) -> Text:
    """What a person types: no markup, but commands, mentions and links."""
    content, _ = trim(text, [])
    return Text(content, settle([], content))
