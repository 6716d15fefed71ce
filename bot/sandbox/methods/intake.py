"""getUpdates."""

from typing import Any

import orjson

from bot.sandbox.errors import ApiError
from bot.sandbox.params import Params
from bot.sandbox.polling import WEBHOOK_ACTIVE
from bot.sandbox.world import World


async def get_updates(world: World, params: Params) -> orjson.Fragment:
    if world.webhook.url:
        raise ApiError(409, WEBHOOK_ACTIVE)
    world.updates.allow(list_or_none(params))
    limit = params.integer("limit", 100)
    return await world.polling.poll(params.integer("offset"), limit, params.integer("timeout"))


def list_or_none(params: Params) -> Any:
    """What cannot be read keeps the setting before."""
    try:
        return params.json("allowed_updates")
    except ValueError:
        return None
