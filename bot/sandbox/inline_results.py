"""The results of an inline or guest query: read as Telegram reads them, then checked as its servers do."""

from typing import Any

from bot.sandbox.errors import ApiError, bad, ours
from bot.sandbox.markup import check_data, checked_for, read_markup
from bot.sandbox.params import Params
from bot.sandbox.state import Json
from bot.sandbox.text import finished, read_text

MOST = 50
ID_BYTES = 64
LOOKS = ("title", "description", "url", "thumbnail_url", "thumbnail_width", "thumbnail_height")


def read_results(params: Params, *, pedantic: bool) -> list[Json]:
    try:
        values = params.json("results")
    except ValueError as error:
        raise bad(f"can't parse JSON encoded inline query results: {error}") from None
    if values is None:
        return []
    if not isinstance(values, list):
        raise bad("expected an Array of inline query results")
    if len(values) > MOST:
        raise bad("too many inline query results specified")
    return [read_result(value, pedantic=pedantic) for value in values]


def read_result(value: Any, *, pedantic: bool) -> Json:
    """A result as it is kept: its looks, and the `message` that choosing it posts."""
    try:
        return _read(value, pedantic=pedantic)
    except ApiError as error:
        reason = error.description.removeprefix("Bad Request: ")
        if reason.startswith(("[sandbox]", "can't parse inline keyboard", "inline keyboard")) or reason.isupper():
            raise
        reason = reason.replace("can't parse entities", "Can't parse entities", 1)
        raise bad(f"can't parse inline query result: {reason}") from None


def _read(value: Any, *, pedantic: bool) -> Json:
    if not isinstance(value, dict):
        raise bad("inline query result must be an object")
    if value.get("type") != "article":
        kind = value.get("type", "")
        raise (
            ours(f"only articles are implemented, not {kind!r}")
            if kind
            else bad('type "" is unsupported for the inline query result')
        )
    for name in ("id", "title"):
        if name not in value:
            raise bad(f'can\'t find field "{name}"')
    given = Params(value)
    markup = checked_for(read_markup(given, pedantic=pedantic), "private")
    if markup.reply is not None:
        raise bad("inline keyboard expected")
    message = {**_content(value.get("input_message_content")), **markup.fields()}
    _check_as_server(given, markup)
    return {"id": given.text("id"), **{name: value[name] for name in LOOKS if name in value}, "message": message}


def _content(content: Any) -> Json:
    if not isinstance(content, dict) or "message_text" not in content:
        raise ours("only input_message_content with a message_text is implemented")
    given = Params(content)
    text = finished(read_text(given, "message_text"), too_long=lambda: bad("MESSAGE_TOO_LONG"))
    preview = content.get("link_preview_options")
    return {**text.fields(), **({"link_preview_options": preview} if preview else {})}


def _check_as_server(given: Params, markup: Any) -> None:
    if not given.text("id"):
        raise bad("RESULT_ID_EMPTY")
    if len(given.text("id").encode()) > ID_BYTES:
        raise bad("RESULT_ID_INVALID")
    if not given.text("title").strip():
        raise bad("ARTICLE_TITLE_EMPTY")
    thumbnail = given.text("thumbnail_url")
    if thumbnail and not thumbnail.startswith(("http://", "https://")):
        raise bad("WEBDOCUMENT_URL_INVALID")
    check_data(markup)
