"""setMessageReaction."""

from typing import Any

from bot.sandbox.chat_checks import chat_of
from bot.sandbox.errors import bad
from bot.sandbox.params import Params
from bot.sandbox.state import Json
from bot.sandbox.world import World

FREE = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 "
    "💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
"""What everybody may react with."""
EMOJI = frozenset(FREE.split(" "))


def set_message_reaction(world: World, params: Params) -> bool:
    reactions = _read(params)
    chat = chat_of(world, params, write=False)
    number = params.integer("message_id")
    if number not in chat.messages:
        raise bad("message to react not found")
    if len(reactions) > 1 or any(each["emoji"] not in EMOJI for each in reactions):
        raise bad("REACTION_INVALID")
    chat.reactions[number] = reactions
    world.publish({"type": "reaction", "chat_id": chat.id, "message_id": number, "reactions": reactions})
    return True


def _read(params: Params) -> list[Json]:
    try:
        value: Any = params.json("reaction")
    except ValueError:
        raise bad("can't parse reaction types JSON object") from None
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad("expected an Array of ReactionType")
    if not all(isinstance(each, dict) for each in value):
        raise bad("can't parse ReactionType: expected an Object")
    if any(each.get("type") != "emoji" or "emoji" not in each for each in value):
        raise bad("can't parse ReactionType: invalid reaction type specified")
    return [{"type": "emoji", "emoji": str(each["emoji"])} for each in value]
