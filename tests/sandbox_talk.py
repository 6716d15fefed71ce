"""One person talking in one chat of the sandbox: what they say and press, what the bot replies and changes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from tests.sandbox_client import SandboxClient

PATIENCE_S = 5.0
Json = dict[str, Any]


class Refused(Exception):
    """The sandbox says why this cannot happen."""


class NoReply(AssertionError):
    """The bot did not do in time what a test waited for."""


class Talk:
    """One person in one chat.

    `reply` gives the bot's new messages and `edit` its changes of messages, each in order, one a call,
    from the person's last word or press on.
    """

    def __init__(self, client: "SandboxClient", user: int, chat: int, thread: int | None, place: int) -> None:
        self.client, self.user, self.chat, self.thread = client, user, chat, thread
        self._places = {"message": place, "edit": place}

    async def says(self, text: str, **where: Any) -> Json:
        self.begin_here()
        where = where if self.thread is None else {"thread_id": self.thread, **where}
        return await self.client.send(self.user, self.chat, text, **where)

    async def asks(self, text: str, **where: Any) -> "Shown":
        """Say something and wait for the bot's answer."""
        await self.says(text, **where)
        return await self.reply()

    async def gives(self, name: str, content: bytes, **where: Any) -> "Shown":
        """Send a file and wait for the bot's answer."""
        self.begin_here()
        await self.client.give(self.user, self.chat, name, content, **where)
        return await self.reply()

    async def reply(self, timeout_s: float = PATIENCE_S) -> "Shown":
        """The bot's next new message here."""
        return await self._next("message", None, timeout_s)

    async def edit(self, message_id: int | None = None, timeout_s: float = PATIENCE_S) -> "Shown":
        """The bot's next change of a message here."""
        return await self._next("edit", message_id, timeout_s)

    async def _next(self, kind: str, message_id: int | None, timeout_s: float) -> "Shown":
        def wanted(event: Json) -> bool:
            return is_bots(event, self.chat, kind) and message_id in {None, event["message"]["message_id"]}

        event, self._places[kind] = await self.client.wait_for(wanted, self._places[kind], timeout_s)
        return Shown(self, event["message"])

    async def stays_silent(self, for_s: float = 0.3) -> bool:
        """Whether the bot says nothing for that long."""
        with suppress(NoReply):
            await self.reply(timeout_s=for_s)
            return False
        return True

    def as_(self, user: int) -> "Talk":
        """Somebody else in the same chat."""
        return Talk(self.client, user, self.chat, self.thread, self.client.now)

    def begin_here(self) -> None:
        """Forget what the bot did so far."""
        self._places = dict.fromkeys(self._places, self.client.now)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the bot as it was when it was seen. `body` is its Bot API JSON."""

    talk: Talk
    body: Json

    @property
    def id(self) -> int:
        return int(self.body["message_id"])

    @property
    def text(self) -> str:
        return str(self.body.get("text") or self.body.get("caption") or "")

    @property
    def rows(self) -> list[list[str]]:
        """The labels of its buttons."""
        return [[str(button["text"]) for button in row] for row in keyboard_of(self.body)]

    @property
    def buttons(self) -> list[str]:
        return [label for row in self.rows for label in row]

    def data_of(self, button: str) -> str:
        row, col = place_of(self.body, button)
        return str(keyboard_of(self.body)[row][col]["callback_data"])

    async def press(self, button: str, *, by: int | None = None) -> "Toast":
        """By its label, or else its data. Comes back when the bot has answered the press.

        The keyboard is the one that was seen: people press buttons of messages that have changed since.
        """
        row, col = place_of(self.body, button)
        data = keyboard_of(self.body)[row][col].get("callback_data")
        if data is None:
            raise Refused(f"the button {button!r} does not go to the bot")
        return await self.forge(data, by=by)

    async def forge(self, data: str, *, by: int | None = None) -> "Toast":
        """Press a button that it does not have."""
        self.talk.begin_here()
        return Toast.of(await self.talk.client.forge(by or self.talk.user, self.talk.chat, self.id, data), data)

    async def changed(self) -> Self:
        """After a press: this message as the bot changed it."""
        shown = await self.talk.edit(self.id)
        return type(self)(self.talk, shown.body)

    async def now(self) -> Self:
        return type(self)(self.talk, await self.talk.client.message(self.talk.chat, self.id))


@dataclass(frozen=True, slots=True)
class Toast:
    """The bot's answer to a press; `text` is empty when it only stopped the spinner."""

    text: str
    is_alert: bool
    url: str | None

    @classmethod
    def of(cls, answer: Json | None, button: str) -> Self:
        if answer is None:
            raise NoReply(f"the press of {button!r} was not answered within {PATIENCE_S} s")
        return cls(answer["text"] or "", answer["show_alert"], answer["url"])


def keyboard_of(message: Json) -> list[list[Json]]:
    rows: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def place_of(message: Json, button: str) -> tuple[int, int]:
    """Row and column of a button by its label, else its data, else the start of its label."""
    places = [(row, col, each) for row, buttons in enumerate(keyboard_of(message)) for col, each in enumerate(buttons)]
    tests: list[Callable[[Json], bool]] = [
        lambda each: each["text"] == button,
        lambda each: each.get("callback_data") == button,
        lambda each: button in str(each["text"]),
    ]
    for test in tests:
        for row, col, each in places:
            if test(each):
                return row, col
    raise Refused(f"no button {button!r} among {[each['text'] for _, _, each in places]}")


def is_bots(event: Json, chat: int, kind: str) -> bool:
    if event["type"] != kind or event["chat_id"] != chat:
        return False
    message = event["message"]
    if message["chat"]["type"] == "channel":
        return True
    # Who writes as a group has the sender of Telegram's own bot.
    is_bots_own = bool(message.get("from", {}).get("is_bot")) and "sender_chat" not in message
    return is_bots_own or (kind == "edit" and "via_bot" in message)
