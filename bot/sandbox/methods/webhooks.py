"""setWebhook, deleteWebhook and getWebhookInfo."""

import re
import time
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.errors import ApiError, bad, ours
from bot.sandbox.methods.intake import list_or_none
from bot.sandbox.params import Params
from bot.sandbox.result import Described
from bot.sandbox.state import Json
from bot.sandbox.updates import DEFAULT
from bot.sandbox.webhook import Hook
from bot.sandbox.world import World

SECRET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
SECRET_CHARACTERS = 256
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


async def set_webhook(world: World, params: Params) -> Any:
    if not params.text("url"):
        return await delete_webhook(world, params)
    _not_too_often(world)
    hook = Hook(_url(params), _secret(params), max(1, min(params.integer("max_connections", 40), 100)))
    world.updates.allow(list_or_none(params))
    _drop(world, params)
    if hook == world.webhook.hook:
        return Described(True, "Webhook is already set")
    world.end_polls()
    await world.webhook.use(hook)
    return Described(True, "Webhook was set")


async def delete_webhook(world: World, params: Params) -> Described:
    _drop(world, params)
    if not world.webhook.url:
        return Described(True, "Webhook is already deleted")
    await world.webhook.use(Hook())
    return Described(True, "Webhook was deleted")


def get_webhook_info(world: World, _: Params) -> Json:
    hook, trouble = world.webhook.hook, world.webhook.trouble
    world.updates.expire()
    info: Json = {"url": hook.url, "has_custom_certificate": False}
    info["pending_update_count"] = len(world.updates.waiting)
    if hook.url:
        info |= {"max_connections": hook.connections, "ip_address": "127.0.0.1"}
    if trouble is not None:
        info |= {"last_error_date": trouble.at, "last_error_message": trouble.text}
    if world.updates.allowed != DEFAULT:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


def _not_too_often(world: World) -> None:
    """Once a second, by the wall's clock."""
    now = time.monotonic()
    if now - world.webhook_set_at < 1:
        raise ApiError(429, "Too Many Requests: retry after 1", retry_after=1)
    world.webhook_set_at = now


def _url(params: Params) -> str:
    """Updates hold what people wrote, so the sandbox keeps them on this machine."""
    url = params.text("url")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        raise bad("invalid webhook URL specified")
    if host not in LOOPBACK:
        raise ours("a webhook must be on this machine")
    return url


def _secret(params: Params) -> str:
    secret = params.text("secret_token")
    if len(secret) > SECRET_CHARACTERS:
        raise bad("secret token is too long")
    if SECRET.fullmatch(secret) is None:
        raise bad("secret token contains unallowed characters")
    return secret


def _drop(world: World, params: Params) -> None:
    if params.boolean("drop_pending_updates"):
        world.updates.waiting.clear()
