"""getMe, and the name, the descriptions and the menu button that a bot gives itself."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.chat_checks import chat_of
from bot.sandbox.errors import bad
from bot.sandbox.params import Params
from bot.sandbox.state import Json
from bot.sandbox.world import World

ABILITIES: Json = {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
    "supports_guest_queries": True,
    "can_connect_to_business": False,
    "has_main_web_app": False,
    "has_topics_enabled": False,
    "allows_users_to_create_topics": False,
    "can_manage_bots": False,
}
EVERYONE = 0


def get_me(world: World, _: Params) -> Json:
    return {**world.bot, **ABILITIES}


def setter(field: str, characters: int) -> Callable[[World, Params], bool]:
    """A method that stores a text of the bot about itself in one language; empty removes it."""

    def method(world: World, params: Params) -> bool:
        text = params.text(field).strip()
        if len(text) > characters:
            raise bad(f"bot {field.replace('_', ' ')} is too long")
        texts = world.state.texts.setdefault(field, {})
        if text:
            texts[params.text("language_code")] = text
        else:
            texts.pop(params.text("language_code"), None)
        world.publish({"type": "state"})
        return True

    return method


def getter(field: str, fallback: Callable[[World], str] = lambda _: "") -> Callable[[World, Params], Json]:
    """The text in the asked language, else in none, else the fallback."""

    def method(world: World, params: Params) -> Json:
        texts = world.state.texts.get(field, {})
        return {field: texts.get(params.text("language_code")) or texts.get("") or fallback(world)}

    return method


def set_chat_menu_button(world: World, params: Params) -> bool:
    try:
        button: Any = params.json("menu_button") or {"type": "default"}
    except ValueError:
        raise bad("can't parse menu button JSON object") from None
    if not isinstance(button, dict) or button.get("type") not in {"commands", "default", "web_app"}:
        raise bad("can't parse MenuButton: unsupported type specified")
    world.state.menu_buttons[_owner(world, params)] = button
    world.publish({"type": "state"})
    return True


def get_chat_menu_button(world: World, params: Params) -> Json:
    buttons = world.state.menu_buttons
    return buttons.get(_owner(world, params)) or buttons.get(EVERYONE) or {"type": "commands"}


def _owner(world: World, params: Params) -> int:
    if not params.text("chat_id"):
        return EVERYONE
    chat = chat_of(world, params)
    if chat.type != "private":
        raise bad("chat must be private")
    return chat.id
