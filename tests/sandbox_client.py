"""People in the sandbox, for conversation tests: `talk = await client.open(); card = await talk.asks("dune")`.

Everything waits for the sandbox's own events, so nothing sleeps and nothing polls.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import orjson

from bot.sandbox.seed import ANN

PATIENCE_S = 5.0
Json = dict[str, Any]


class Refused(Exception):
    """The sandbox says why this cannot happen."""


class NoReply(AssertionError):
    """The bot did not do in time what a test waited for."""


class SandboxClient:
    """HTTP like the page's. Use `connected(sandbox)`."""

    def __init__(self, url: str, key: str) -> None:
        self._http = aiohttp.ClientSession(url, headers={"X-Sim-Key": key})
        self._events: list[Json] = []
        self._acted = 0
        self._news = asyncio.Condition()

    async def _listen(self, ready: asyncio.Event) -> None:
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._http.get("/sim/events", timeout=timeout) as stream:
            async for line in stream.content:
                ready.set()
                if line.startswith(b"data:"):
                    async with self._news:
                        self._events.append(orjson.loads(line.removeprefix(b"data:")))
                        self._news.notify_all()

    async def get(self, path: str, **query: Any) -> Any:
        async with self._http.get(path, params=query) as response:
            return await _value(response)

    async def post(self, path: str, **body: Any) -> Any:
        async with self._http.post(path, json=body) as response:
            return await _value(response)

    @property
    def now(self) -> int:
        """A place in the stream of events: whatever is waited for comes after one."""
        return len(self._events)

    async def wait_for(
        self, wanted: Callable[[Json], bool], since: int, timeout_s: float = PATIENCE_S
    ) -> tuple[Json, int]:
        """The first wanted event from a place on, and the place after it."""
        place = since
        try:
            async with asyncio.timeout(timeout_s), self._news:
                while True:
                    while place < len(self._events):
                        place += 1
                        if wanted(self._events[place - 1]):
                            return self._events[place - 1], place
                    await self._news.wait()
        except TimeoutError:
            seen = [_brief(event) for event in self._events[since:]]
            raise NoReply(f"nothing of the kind within {timeout_s} s; there was {seen}") from None

    async def open(self, user: int = ANN, chat: int | None = None, thread: int | None = None) -> "Talk":
        """A person at a chat; without `chat` their private one with the bot."""
        return Talk(self, user, user if chat is None else chat, thread, self.now)

    async def send(self, user: int, chat: int, text: str, **where: Any) -> Json:
        """The message; where: reply_to, thread_id, as_chat, edit."""
        self._acted = self.now
        sent = await self.post("/sim/message", user_id=user, chat_id=chat, text=text, **where)
        return dict(sent["message"])

    async def press(self, user: int, chat: int, message_id: int, button: str, wait: float = PATIENCE_S) -> Json | None:
        """Press the button with this label, or else this data; the bot's answer, or None when it gave none."""
        message = await self.message(chat, message_id)
        row, col = _place(message, button)
        where = {"user_id": user, "chat_id": chat, "message_id": message_id, "row": row, "col": col}
        self._acted = self.now
        answer: Json | None = (await self.post("/sim/press", **where, wait=wait))["answer"]
        return answer

    async def forge(self, user: int, chat: int, message_id: int, data: str, wait: float = PATIENCE_S) -> Json | None:
        """Press a button that need not exist."""
        where = {"user_id": user, "chat_id": chat, "message_id": message_id}
        self._acted = self.now
        pressed = await self.post("/sim/press", **where, data=data, forge=True, wait=wait)
        answer: Json | None = pressed["answer"]
        return answer

    async def messages(self, chat: int) -> list[Json]:
        return list((await self.get(f"/sim/chat/{chat}", limit=1000))["messages"])

    async def message(self, chat: int, message_id: int) -> Json:
        found = [each for each in await self.messages(chat) if each["message_id"] == message_id]
        if not found:
            raise Refused(f"there is no message {message_id} in {chat}")
        return found[0]

    async def last(self, chat: int) -> Json:
        return (await self.messages(chat))[-1]

    async def wait_for_reply(self, chat: int, timeout_s: float = PATIENCE_S) -> Json:
        """The bot's first new message in a chat since the last `send` or `press`."""
        event, _ = await self.wait_for(lambda event: _is_bots(event, chat, "message"), self._acted, timeout_s)
        return dict(event["message"])

    async def outbox(self, method: str | None = None) -> list[Json]:
        """The bot's calls, those of one method, or all but getUpdates."""
        calls = await self.get("/sim/outbox")
        return [call for call in calls if call["method"] == method or (not method and call["method"] != "getUpdates")]

    async def problems(self, *kinds: str) -> list[Json]:
        found = await self.get("/sim/problems")
        return [each for each in found if not kinds or each["kind"] in kinds]

    async def transcript(self, chat: int) -> str:
        async with self._http.get(f"/sim/chat/{chat}", params={"format": "text"}) as response:
            return await response.text()

    async def advance(self, seconds: float) -> None:
        await self.post("/sim/clock", advance_s=seconds)

    async def close(self) -> None:
        await self._http.close()


class Talk:
    """One person in one chat.

    `reply` gives the bot's new messages and `edit` its changes of messages, each in order, one a call,
    from the person's last word or press on.
    """

    def __init__(self, client: SandboxClient, user: int, chat: int, thread: int | None, place: int) -> None:
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

    async def reply(self, timeout_s: float = PATIENCE_S) -> "Shown":
        """The bot's next new message here."""
        return await self._next("message", None, timeout_s)

    async def edit(self, message_id: int | None = None, timeout_s: float = PATIENCE_S) -> "Shown":
        """The bot's next change of a message here."""
        return await self._next("edit", message_id, timeout_s)

    async def _next(self, kind: str, message_id: int | None, timeout_s: float) -> "Shown":
        def wanted(event: Json) -> bool:
            return _is_bots(event, self.chat, kind) and message_id in {None, event["message"]["message_id"]}

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
        return [[str(button["text"]) for button in row] for row in _keyboard(self.body)]

    @property
    def buttons(self) -> list[str]:
        return [label for row in self.rows for label in row]

    def data_of(self, button: str) -> str:
        row, col = _place(self.body, button)
        return str(_keyboard(self.body)[row][col]["callback_data"])

    async def press(self, button: str, *, by: int | None = None) -> "Toast":
        """By its label, or else its data. Comes back when the bot has answered the press.

        The keyboard is the one that was seen: people press buttons of messages that have changed since.
        """
        row, col = _place(self.body, button)
        data = _keyboard(self.body)[row][col].get("callback_data")
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


@asynccontextmanager
async def connected(url: str, key: str) -> AsyncIterator[SandboxClient]:
    """A client that already hears everything."""
    client = SandboxClient(url, key)
    ready = asyncio.Event()
    listening = asyncio.create_task(client._listen(ready))
    try:
        await asyncio.wait_for(ready.wait(), PATIENCE_S)
        yield client
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError, aiohttp.ClientError):
            await listening
        await client.close()


async def _value(response: aiohttp.ClientResponse) -> Any:
    value = orjson.loads(await response.read())
    if response.status >= 400:
        raise Refused(f"{response.status}: {value['error']}")
    return value


def _keyboard(message: Json) -> list[list[Json]]:
    rows: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def _place(message: Json, button: str) -> tuple[int, int]:
    """Row and column of a button by its label, else its data, else the start of its label."""
    places = [(row, col, each) for row, buttons in enumerate(_keyboard(message)) for col, each in enumerate(buttons)]
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


def _is_bots(event: Json, chat: int, kind: str) -> bool:
    if event["type"] != kind or event["chat_id"] != chat:
        return False
    message = event["message"]
    if message["chat"]["type"] == "channel":
        return True
    # Who writes as a group has the sender of Telegram's own bot.
    return bool(message.get("from", {}).get("is_bot")) and "sender_chat" not in message


def _brief(event: Json) -> str:
    message = event.get("message") or {}
    return f"{event['type']} {message.get('text', event.get('method', ''))!s:.60}"
