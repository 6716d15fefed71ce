"""Where the web application keeps its parts."""

from aiohttp import web

from bot.sandbox.world import World

WORLD: web.AppKey[World] = web.AppKey("world", World)
KEY: web.AppKey[str] = web.AppKey("key", str)
