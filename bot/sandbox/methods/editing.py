"""editMessageText and editMessageReplyMarkup."""

import re

from bot.sandbox.chat_checks import chat_of, check_posting, refusal_of_server
from bot.sandbox.errors import bad
from bot.sandbox.markup import Markup, check_data, checked_for, read_markup
from bot.sandbox.methods.sending import read_preview
from bot.sandbox.params import Params
from bot.sandbox.posting import replace
from bot.sandbox.state import Chat, Json
from bot.sandbox.text import finished, read_text
from bot.sandbox.world import World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
CONTENT = ("text", "entities", "reply_markup", "link_preview_options")


INLINE_ID = re.compile(r"[\w-]{20,64}", re.ASCII)


def edit_message_text(world: World, params: Params) -> Json | bool:
    preview = read_preview(params)
    if not params.text("text"):
        raise bad("message text is empty")
    text = read_text(params)
    markup = read_markup(params, pedantic=world.options.pedantic)
    chat, message = _editable(world, params)
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    markup = _inline_for(markup, chat, message)
    content = finished(text, too_long=lambda: bad("MESSAGE_TOO_LONG"))
    return _apply(world, chat, message, {**content.fields(), **preview}, markup)


def edit_message_reply_markup(world: World, params: Params) -> Json | bool:
    markup = read_markup(params, pedantic=world.options.pedantic)
    chat, message = _editable(world, params)
    markup = _inline_for(markup, chat, message)
    content = {name: message[name] for name in CONTENT if name in message and name != "reply_markup"}
    return _apply(world, chat, message, content, markup)


def _editable(world: World, params: Params) -> tuple[Chat, Json]:
    """The bot's own message that the parameters name."""
    if "chat_id" not in params and params.text("inline_message_id"):
        return _inline(world, params.text("inline_message_id"))
    if not params.integer("message_id"):
        raise bad("message identifier is not specified")
    chat = chat_of(world, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad("message to edit not found")
    check_posting(world, chat)
    if message["message_id"] not in chat.own:
        raise bad("message can't be edited")
    return chat, message


def _inline(world: World, inline_id: str) -> tuple[Chat, Json]:
    """What came by inline mode: the bot need not be where it is."""
    if INLINE_ID.fullmatch(inline_id) is None:
        raise bad("invalid inline message identifier specified")
    place = world.state.place_of(inline_id)
    if place is None:
        raise bad("MESSAGE_ID_INVALID")
    chat, number = place
    return chat, chat.messages[number]


def _inline_for(markup: Markup, chat: Chat, message: Json) -> Markup:
    if markup.reply is not None:
        raise bad("inline keyboard expected")
    return checked_for(markup, "private" if message["message_id"] in chat.inline else chat.type)


def _apply(world: World, chat: Chat, message: Json, content: Json, markup: Markup) -> Json | bool:
    """Without a keyboard given, the message loses its own. Of an inline message the bot gets nothing to see."""
    check_data(markup)
    content = {**content, **markup.fields()}
    if content == {name: message[name] for name in CONTENT if name in message}:
        raise bad(NOT_MODIFIED)
    is_inline = message["message_id"] in chat.inline
    refusal = None if is_inline else refusal_of_server(world, chat)
    if refusal is not None:
        raise refusal
    rest = {name: value for name, value in message.items() if name not in CONTENT}
    edited = {**rest, "edit_date": world.clock.date(), **content}
    replace(world, chat, edited)
    return True if is_inline else edited
