"""Keyboards: read as JSON, then checked for the chat, then by Telegram's server, at three moments of a call."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import ApiError, bad, ours
from bot.sandbox.links import checked_link
from bot.sandbox.params import Params
from bot.sandbox.state import Json

ACTIONS = ("url", "callback_data", "callback_game", "pay", "switch_inline_query", "switch_inline_query_chosen_chat",
           "switch_inline_query_current_chat", "login_url", "web_app", "copy_text")  # fmt: skip
"""In the order in which Telegram looks when a button has several."""
STYLES = frozenset({"primary", "success", "danger"})
DATA_BYTES = 64
ROW = 8
BUTTONS = 100


@dataclass(frozen=True, slots=True)
class Markup:
    """`inline` are rows of inline buttons, `reply` any other kind of markup; a Message echoes only the former."""

    inline: list[list[Json]] = field(default_factory=list)
    reply: Json | None = None

    def fields(self) -> Json:
        return {"reply_markup": {"inline_keyboard": self.inline}} if self.inline else {}

    def buttons(self) -> list[Json]:
        return [button for row in self.inline for button in row]


def read_markup(params: Params, *, pedantic: bool) -> Markup:
    if not params.text("reply_markup"):
        return Markup()
    try:
        value = params.json("reply_markup")
    except ValueError:
        raise bad("can't parse reply keyboard markup JSON object") from None
    if not isinstance(value, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in value:
        return Markup(_inline(value["inline_keyboard"], pedantic=pedantic))
    if "keyboard" in value:
        return Markup(reply=_reply_keyboard(value))
    return Markup(reply=value if {"remove_keyboard", "force_reply"} & value.keys() else None)


def _inline(rows: Any, *, pedantic: bool) -> list[list[Json]]:
    if not isinstance(rows, list):
        raise bad('field "inline_keyboard" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    keyboard = [[_button(button) for button in row] for row in rows]
    if pedantic:
        _refuse_what_would_be_dropped(rows, keyboard)
    return [row for row in keyboard if row]


def _button(button: Any) -> Json:
    """The button with the one action that Telegram keeps."""
    if not isinstance(button, dict):
        raise _unparsable("InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise _unparsable('Can\'t find field "text"')
    action = next((name for name in ACTIONS if name in button), None)
    if action is None:
        raise _unparsable("Text buttons are unallowed in the inline keyboard")
    if button.get("style", "primary") not in STYLES:
        raise _unparsable("invalid button style specified")
    looks = {name: button[name] for name in ("icon_custom_emoji_id", "style") if name in button}
    return {"text": button["text"], action: button[action], **looks}


def _unparsable(reason: str) -> ApiError:
    return bad(f"can't parse inline keyboard button: {reason}")


def _refuse_what_would_be_dropped(raw: list[list[Json]], keyboard: list[list[Json]]) -> None:
    """Telegram drops these buttons without a word."""
    if any(len([name for name in ACTIONS if name in button]) > 1 for row in raw for button in row):
        raise ours("an inline button has two actions")
    if any(not button["text"].strip() for row in keyboard for button in row):
        raise ours("an inline button has no text")
    if any(len(row) > ROW for row in keyboard):
        raise ours(f"more than {ROW} inline buttons in a row")
    if sum(map(len, keyboard)) > BUTTONS:
        raise ours(f"more than {BUTTONS} inline buttons")


def _reply_keyboard(value: Json) -> Json:
    rows = value["keyboard"]
    if not isinstance(rows, list):
        raise bad('field "keyboard" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad('field "keyboard" of the ReplyKeyboardMarkup must be an Array of Arrays')
    return {**value, "keyboard": [[_key(key) for key in row] for row in rows]}


def _key(key: Any) -> Json:
    key = {"text": key} if isinstance(key, str) else key
    if not isinstance(key, dict) or not isinstance(key.get("text"), str):
        raise bad('can\'t parse keyboard button: KeyboardButton must be a String or an Object with field "text"')
    return key


def checked_for(markup: Markup, chat_type: str) -> Markup:
    """With addresses as Telegram writes them. Raises ApiError for what this kind of chat cannot have."""
    if markup.reply is not None and chat_type != "private":
        _refuse_requests(markup.reply)
    return Markup([[_checked(button, chat_type) for button in row] for row in markup.inline], markup.reply)


def _refuse_requests(reply: Json) -> None:
    keys = [key for row in reply.get("keyboard", ()) for key in row]
    if any("request_chat" in key for key in keys):
        raise bad("chats can be requested in private chats only")
    if any("request_users" in key for key in keys):
        raise bad("users can be requested in private chats only")


def _checked(button: Json, chat_type: str) -> Json:
    if "url" in button:
        url = checked_link(str(button["url"]))
        if url is None:
            raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
        return {**button, "url": url}
    if "web_app" in button:
        url = str((button["web_app"] or {}).get("url", ""))
        if not url.startswith("https://"):
            raise bad(f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed")
    if "switch_inline_query" in button and chat_type == "channel":
        raise bad(
            "can't use switch_inline_query button in a channel chat, because users will not be able to use the "
            "button without knowing bot's username"
        )
    return button


def check_data(markup: Markup) -> None:
    """The server's own check, the last of all."""
    for button in markup.buttons():
        if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
        if "copy_text" in button and not 1 <= len(str((button["copy_text"] or {}).get("text", ""))) <= 256:
            raise bad("BUTTON_COPY_TEXT_INVALID")
