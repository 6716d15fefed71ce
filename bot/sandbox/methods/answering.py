"""answerCallbackQuery."""

from bot.sandbox.callbacks import Press
from bot.sandbox.errors import ApiError, bad
from bot.sandbox.params import Params
from bot.sandbox.state import Json
from bot.sandbox.world import World

CHARACTERS = 200


def answer_callback_query(world: World, params: Params) -> bool:
    query_id = params.text("callback_query_id")
    try:
        press = world.presses.answerable(query_id)
    except ApiError:
        world.journal.problem("refused answer", _reason(world.presses.find(query_id), query_id))
        raise
    text = params.text("text")
    if len(text) > CHARACTERS:
        raise bad("MESSAGE_TOO_LONG")
    answer: Json = {
        "text": text or None,
        "show_alert": params.boolean("show_alert"),
        "url": params.text("url") or None,
    }
    press.answer.set_result(answer)
    who = {"user_id": press.user_id, "chat_id": press.chat_id, "message_id": press.message_id}
    world.publish({"type": "answer", "callback_query_id": query_id, **who, **answer})
    return True


def _reason(press: Press | None, query_id: str) -> str:
    if press is None:
        return f"there is no callback query {query_id}"
    if press.answer.done():
        return f"the press of {press.data!r} was answered before"
    return f"the press of {press.data!r} was answered too late"
