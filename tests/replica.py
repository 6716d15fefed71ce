"""A stand-in for a replica, as a child process: notes the number of each update in a file, then answers 200.

Arguments: the port and the file. Says a line when it listens.
An update with "break" breaks the connection after it was stored.
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

import orjson
from aiohttp import web


def append(inbox: Path, number: int) -> None:
    """What is written outlives a kill."""
    with inbox.open("a", encoding="utf-8") as file:
        file.write(f"{number}\n")


def main(port: str, file: str) -> None:
    inbox = Path(file)

    async def take(request: web.Request) -> web.Response:
        update = orjson.loads(await request.read())
        append(inbox, update["update_id"])
        if "break" in update:
            assert request.transport is not None
            request.transport.abort()
        await asyncio.sleep(0.002)  # a commit: between it and the answer a kill may come
        return web.Response()

    application = web.Application()
    application.add_routes([web.post("/telegram", take)])
    web.run_app(application, host="127.0.0.1", port=int(port), print=partial(print, flush=True), access_log=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
