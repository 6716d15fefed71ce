"""Nothing holds the event loop: while one person's heavy wish is granted, everybody else's presses go on."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.sandbox.seed import BEN, CLUB
from tests.conversations import Stage

AT_MOST_S = 0.02
"""Of the loop's own processor time, so that a busy machine makes no difference."""


@contextmanager
def watched() -> Iterator[list[tuple[float, str]]]:
    """What each callback of the loop took, and which it was, the longest first. The collector rests, as in the bot."""
    found: list[tuple[float, str]] = []
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        found.append((time.thread_time() - began, repr(handle)))

    gc.collect()
    gc.disable()
    asyncio.Handle._run = timed  # type: ignore[method-assign]
    try:
        yield found
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]
        gc.enable()
        found.sort(reverse=True)


async def converse(stage: Stage) -> None:
    """A bit of everything, in private and in a club."""
    ann, ben = await stage.client.open(), await stage.client.open(BEN, CLUB)
    for words in ("godfahter", "kurosawa 1954", "zzqx", "the", "tt0068646", "12 angry men"):
        await ann.asks(words)
    await (await ann.asks("godfather")).press("9")
    await (await ben.asks("/rate heat 9")).press("7")
    await stage.client.types(BEN, CLUB, "dune")
    for command in ("/my", "/top", "/top week", "/week", "/history", "/export", "/privacy", "/help"):
        await ann.asks(command)


async def test_no_work_on_the_loop_takes_long(stage: Stage) -> None:
    await converse(stage)  # modules, templates and statements are made at the first use
    with watched() as spent:
        await converse(stage)
        await stage.storage.catalogue.load_index(lambda *_: None)
        await stage.storage.audit.seal()

    assert len(spent) > 500, "it has looked"
    assert [each for each in spent if each[0] > AT_MOST_S] == []


async def test_the_watch_sees_what_holds_the_loop(stage: Stage) -> None:
    with watched() as spent:
        end = time.thread_time() + 2 * AT_MOST_S
        asyncio.get_running_loop().call_soon(lambda: [None for _ in iter(lambda: time.thread_time() < end, False)])
        await asyncio.sleep(0.1)

    assert spent[0][0] > AT_MOST_S
