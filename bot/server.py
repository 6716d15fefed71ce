"""HTTP: /healthz (alive), /readyz (can serve) and /metrics for the operator, and the webhook for Telegram."""

import errno

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import telemetry
from bot.errors import CannotListen
from bot.hook import PATH
from bot.webhook import LARGEST_BODY, Receiver
from storage.errors import StorageError
from storage.service import Storage

log = structlog.get_logger("matinee.server")

STALE_S = 120
"""Without an answer to a poll for so long, the bot hears nobody: two polls and their grace."""


def build(storage: Storage, receiver: Receiver | None = None) -> web.Application:
    """`receiver` takes the deliveries; without one the bot polls, and there is no webhook."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        faults = await _faults(storage, receiver)
        return web.Response(text="\n".join(faults or ["ready"]) + "\n", status=503 if faults else 200)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(telemetry.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    server = web.Application(client_max_size=LARGEST_BODY, middlewares=[_without_traceback])
    server.on_response_prepare.append(_unsigned)
    server.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    if receiver is not None:
        server.add_routes([web.post(PATH, receiver.receive)])
    return server


@web.middleware
async def _without_traceback(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The operator's log gets it; aiohttp's own is off, for strangers could fill it with broken requests."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:
        log.exception("a request failed", path=request.path)
        return web.Response(status=500)


async def _unsigned(_: web.Request, response: web.StreamResponse) -> None:
    """A stranger need not know which program in which version answers."""
    response.headers.popall("Server", None)


async def _faults(storage: Storage, receiver: Receiver | None) -> list[str]:
    faults = []
    try:
        await storage.state.get("ready")
    except StorageError as error:
        faults.append(f"database: {error}")
    if receiver is not None and not receiver.is_open:
        faults.append("telegram: deliveries are not taken yet")
    if receiver is None and telemetry.pulse.age_s() > STALE_S:
        faults.append("telegram: no poll has succeeded lately")
    return faults


async def start(storage: Storage, listen: str, receiver: Receiver | None = None) -> web.AppRunner:
    """Serve at `host:port`; the caller cleans the runner up. Raises CannotListen."""
    host, _, port = listen.rpartition(":")
    # Nothing is unpacked: Telegram packs nothing, and a bomb should stay small.
    runner = web.AppRunner(build(storage, receiver), access_log=None, shutdown_timeout=1, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except OSError as error:
        await runner.cleanup()
        why = "it is in use already" if error.errno == errno.EADDRINUSE else error.strerror
        raise CannotListen(f"MATINEE_LISTEN: cannot listen on {listen}: {why}; choose a free port") from None
    return runner
