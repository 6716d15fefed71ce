"""Who may use the page: somebody with the key, in a browser that really is at this machine's own address."""

import hmac
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox.keys import KEY

COOKIE = "sim_key"
HERE = frozenset({"127.0.0.1", "localhost"})


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page elsewhere can make a browser send requests here; a name that resolves here is no permission."""
    if not _is_here(f"//{request.host}") or not _is_here(request.headers.get("Origin", "//localhost")):
        return web.json_response({"error": "The sandbox is for this machine only."}, status=403)
    if request.path.startswith("/sim") and not has_key(request):
        return web.json_response(
            {"error": "Open the address that the sandbox printed: it carries the key."}, status=403
        )
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.update(
            {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}
        )
    return response


def _is_here(url: str) -> bool:
    try:
        return urlsplit(url).hostname in HERE
    except ValueError:
        return False


def has_key(request: web.Request) -> bool:
    key = request.app[KEY].encode()
    given = (request.headers.get("X-Sim-Key"), request.cookies.get(COOKIE))
    return any(hmac.compare_digest(key, each.encode()) for each in given if each)
