"""getFile: where a bot finds the content of a file that somebody sent."""

from bot.sandbox.errors import bad
from bot.sandbox.params import Params
from bot.sandbox.state import Json
from bot.sandbox.world import World

LARGEST = 20 << 20
"""Bytes that a bot may fetch."""
FOLDER = "documents/"


def get_file(world: World, params: Params) -> Json:
    file_id = params.text("file_id")
    file = world.state.files.get(file_id)
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > LARGEST:
        raise bad("file is too big")
    size = len(file.content)
    return {"file_id": file_id, "file_unique_id": file_id[:14], "file_size": size, "file_path": f"{FOLDER}{file_id}"}
