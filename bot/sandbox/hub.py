"""Tells every open page, and every waiting test, what happened: the events of /sim/events."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import orjson

from bot.sandbox.state import Json

GONE = 10_000
"""A page that has not read this many events is not reading; it loads the state anew when it comes back."""


class Hub:
    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[bytes | None]] = set()

    def publish(self, event: Json) -> None:
        if not self._listeners:
            return
        line = b"data: " + orjson.dumps(event) + b"\n\n"
        for listener in tuple(self._listeners):
            if listener.qsize() > GONE:
                self._listeners.discard(listener)
                listener.put_nowait(None)
            else:
                listener.put_nowait(line)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[bytes | None]]:
        """Ready-made lines of the event stream; None is its end."""
        listener: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        for listener in self._listeners:
            listener.put_nowait(None)
