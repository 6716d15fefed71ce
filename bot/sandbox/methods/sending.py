"""sendMessage, and what every send has in common."""

from bot.sandbox.chat_checks import (
    GENERAL,
    chat_of,
    check_posting,
    check_rights,
    check_thread,
    refusal_of_server,
)
from bot.sandbox.errors import bad
from bot.sandbox.markup import Markup, check_data, checked_for, read_markup
from bot.sandbox.params import Params
from bot.sandbox.posting import post, quoted, thread_fields
from bot.sandbox.state import Chat, Json
from bot.sandbox.text import finished, read_text
from bot.sandbox.world import World

REPEAT_S = 2.0


def send_message(world: World, params: Params) -> Json:
    preview = read_preview(params)
    if not params.text("text"):
        raise bad("message text is empty")
    text = read_text(params)
    envelope = Envelope(world, params)
    content = finished(text, too_long=lambda: bad("message is too long"))
    envelope.check_last()
    _notice_repetition(world, envelope.chat, content.text)
    return envelope.post({**content.fields(), **preview})


def read_preview(params: Params) -> Json:
    try:
        options = params.json("link_preview_options")
    except ValueError:
        raise bad("can't parse link preview options JSON object") from None
    if options is not None and not isinstance(options, dict):
        raise bad("object expected as link preview options")
    return {"link_preview_options": options} if options else {}


class Envelope:
    """Where a message goes and what hangs on it. Making one runs the checks that come before the content's."""

    def __init__(self, world: World, params: Params) -> None:
        reply = _read_reply(params)
        markup = read_markup(params, pedantic=world.options.pedantic)
        self._world, self._params = world, params
        self.chat = chat_of(world, params)
        check_thread(self.chat, params.integer("message_thread_id"))
        self._replied = _replied(self.chat, reply)
        check_posting(world, self.chat)
        self._markup: Markup = checked_for(markup, self.chat.type)

    def check_last(self) -> None:
        """What Telegram checks once the content is known to be good."""
        check_rights(self._world, self.chat)
        check_data(self._markup)
        refusal = refusal_of_server(self._world, self.chat)
        if refusal is not None:
            raise refusal

    def post(self, content: Json) -> Json:
        fields = {**sender(self._world, self.chat), **self._thread(), **content, **self._markup.fields()}
        if self._replied is not None:
            fields["reply_to_message"] = quoted(self._replied)
        if self._params.boolean("protect_content"):
            fields["has_protected_content"] = True
        if self._params.text("message_effect_id"):
            fields["effect_id"] = self._params.text("message_effect_id")
        return post(self._world, self.chat, fields, own=True, keyboard=self._markup.reply)

    def _thread(self) -> Json:
        thread_id = self._params.integer("message_thread_id")
        if not thread_id and self._replied is not None and self._replied.get("is_topic_message"):
            thread_id = self._replied["message_thread_id"]
        return thread_fields(self.chat, thread_id if thread_id != GENERAL else 0)


def sender(world: World, chat: Chat) -> Json:
    """A channel's posts are the channel's."""
    return {"sender_chat": chat.profile} if chat.type == "channel" else {"from": world.bot}


def _read_reply(params: Params) -> Json:
    try:
        reply = params.json("reply_parameters")
    except ValueError:
        raise bad("can't parse reply parameters JSON object") from None
    if reply is None:
        return {}
    if not isinstance(reply, dict):
        raise bad("object expected as reply parameters")
    if "message_id" not in reply:
        raise bad("can't parse reply parameters: can't find field \"message_id\"")
    return reply


def _replied(chat: Chat, reply: Json) -> Json | None:
    if not reply:
        return None
    message: Json | None = chat.messages.get(reply["message_id"])
    if message is None and not reply.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return message


def _notice_repetition(world: World, chat: Chat, text: str) -> None:
    """The same text again at once, with nothing said between, is mostly a retry of what had arrived."""
    last = chat.last or {}
    is_own = last.get("message_id") in chat.own
    if is_own and last.get("text") == text and world.clock.now() - last["date"] < REPEAT_S:
        world.journal.problem(
            "repeated message", f"the same text twice within {REPEAT_S:g} s in {chat.id}: {text[:60]!r}"
        )
