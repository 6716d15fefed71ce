"""People in the sandbox, for conversation tests: `talk = await client.open(); card = await talk.asks("dune")`.

Everything waits for the sandbox's own events, so nothing sleeps and nothing polls.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import orjson

from bot.sandbox.seed import ANN
from tests.sandbox_talk import PATIENCE_S, Json, NoReply, Refused, Shown, Talk, Toast, is_bots, place_of

__all__ = ["NoReply", "Refused", "SandboxClient", "Shown", "Talk", "Toast", "connected"]


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

    async def open(self, user: int = ANN, chat: int | None = None, thread: int | None = None) -> Talk:
        """A person at a chat; without `chat` their private one with the bot."""
        return Talk(self, user, user if chat is None else chat, thread, self.now)

    async def send(self, user: int, chat: int, text: str, **where: Any) -> Json:
        """The message; where: reply_to, thread_id, as_chat, edit."""
        self._acted = self.now
        sent = await self.post("/sim/message", user_id=user, chat_id=chat, text=text, **where)
        return dict(sent["message"])

    async def give(self, user: int, chat: int, name: str, content: bytes, **where: Any) -> Json:
        """Send a file; the message. Where: caption, reply_to."""
        self._acted = self.now
        body = {"user_id": user, "chat_id": chat, "name": name, "content": base64.b64encode(content).decode()}
        return dict((await self.post("/sim/document", **body, **where))["message"])

    async def press(self, user: int, chat: int, message_id: int, button: str, wait: float = PATIENCE_S) -> Json | None:
        """Press the button with this label, or else this data; the bot's answer, or None when it gave none."""
        message = await self.message(chat, message_id)
        row, col = place_of(message, button)
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

    async def types(self, user: int, chat: int, query: str, offset: str = "", wait: float = PATIENCE_S) -> Json:
        """Type after the bot's name: the query's id, and the answer: results, next_offset, button."""
        where = {"user_id": user, "chat_id": chat}
        asked = await self.post("/sim/inline", **where, query=query, offset=offset, wait=wait)
        return {"inline_query_id": asked["inline_query_id"], **(asked["answer"] or {})}

    async def choose(self, user: int, chat: int, typed: Json, at: int = 0) -> Shown:
        """Send one of the results that `types` gave."""
        talk = await self.open(user, chat)
        which = {"inline_query_id": typed["inline_query_id"], "result_id": typed["results"][at]["id"]}
        sent = await self.post("/sim/choose", user_id=user, chat_id=chat, **which)
        return Shown(talk, sent["message"])

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
        event, _ = await self.wait_for(lambda event: is_bots(event, chat, "message"), self._acted, timeout_s)
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

    async def file(self, path: str) -> bytes:
        """A document that the bot sent, by its address."""
        async with self._http.get(path) as response:
            response.raise_for_status()
            return await response.read()

    async def advance(self, seconds: float) -> None:
        await self.post("/sim/clock", advance_s=seconds)

    async def close(self) -> None:
        await self._http.close()


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


def _brief(event: Json) -> str:
    message = event.get("message") or {}
    return f"{event['type']} {message.get('text', event.get('method', ''))!s:.60}"
