"""The operator's HTTP: /healthz (alive), /readyz (can serve) and /metrics, where an address is set."""

import errno

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import telemetry
from bot.errors import ConfigError
from storage.errors import StorageError
from storage.service import Storage

STALE_S = 120
"""Without an answer to a poll for so long, the bot hears nobody: two polls and their grace."""


def build(storage: Storage) -> web.Application:
    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        faults = await _faults(storage)
        return web.Response(text="\n".join(faults or ["ready"]) + "\n", status=503 if faults else 200)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(telemetry.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    server = web.Application()
    server.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    return server


async def _faults(storage: Storage) -> list[str]:
    faults = []
    try:
        await storage.state.get("ready")
    except StorageError as error:
        faults.append(f"database: {error}")
    if telemetry.pulse.age_s() > STALE_S:
        faults.append("telegram: no poll has succeeded lately")
    return faults


async def start(storage: Storage, listen: str) -> web.AppRunner:
    """Serve at `host:port`; the caller cleans the runner up. Raises ConfigError when it cannot be listened on."""
    host, _, port = listen.rpartition(":")
    runner = web.AppRunner(build(storage), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except OSError as error:
        await runner.cleanup()
        why = "which is taken" if error.errno == errno.EADDRINUSE else error.strerror
        raise ConfigError(f"MATINEE_LISTEN: found {listen}, {why}, allowed: a free port") from None
    return runner
