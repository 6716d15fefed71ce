"""sendDocument: a file with a caption."""

import secrets

from bot.sandbox.errors import bad
from bot.sandbox.methods.sending import Envelope
from bot.sandbox.params import Params
from bot.sandbox.state import File, Json
from bot.sandbox.text import CAPTION_CHARACTERS, Text, finished, read_text
from bot.sandbox.world import World


def send_document(world: World, params: Params) -> Json:
    file_id, file = _file(world, params)
    caption = read_text(params, "caption", "caption_entities")
    envelope = Envelope(world, params)
    if caption.text:
        caption = finished(caption, too_long=lambda: bad("message caption is too long"), limit=CAPTION_CHARACTERS)
    envelope.check_last()
    world.state.files[file_id] = file
    return envelope.post({"document": described(file_id, file), **_caption(caption)})


def _caption(caption: Text) -> Json:
    return caption.fields("caption", "caption_entities")


def _file(world: World, params: Params) -> tuple[str, File]:
    """An upload, which the parameter may name as attach://, or a file that was sent before."""
    value = params.text("document")
    upload = params.uploads.get(value.removeprefix("attach://") or "document")
    if upload is not None:
        return secrets.token_urlsafe(36), upload
    if not value:
        raise bad("there is no document in the request")
    if value not in world.state.files:
        raise bad("wrong file identifier/HTTP URL specified")
    return value, world.state.files[value]


def described(file_id: str, file: File) -> Json:
    """The Bot API's Document."""
    name = {"file_name": file.name, "mime_type": file.mime, "file_size": len(file.content)}
    return {"file_id": file_id, "file_unique_id": file_id[:14], **name}
