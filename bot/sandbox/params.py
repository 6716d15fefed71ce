"""The parameters of one call, however they came, read as leniently as Telegram reads them."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from bot.sandbox.errors import bad
from bot.sandbox.state import File, Json

INT64 = 2**63
TRUE = frozenset({"true", "yes", "1"})
NUMBER = re.compile(r"\s*([+-]?\d+)\s*", re.ASCII)


@dataclass(slots=True)
class Params:
    """`values` are JSON values from a JSON body, texts from anywhere else."""

    values: Json = field(default_factory=dict)
    uploads: dict[str, File] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str:
        """As Telegram sees it: a scalar as text, an object as JSON; absent is empty."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else orjson.dumps(value).decode()

    def integer(self, name: str, default: int = 0) -> int:
        """What is no number reads as 0."""
        if name not in self.values:
            return default
        match = NUMBER.fullmatch(self.text(name))
        return max(-INT64, min(int(match[1]), INT64 - 1)) if match else 0

    def boolean(self, name: str) -> bool:
        return self.text(name).lower() in TRUE

    def json(self, name: str) -> Any:
        """The JSON value of a parameter, None if absent or empty. Raises ValueError."""
        value = self.values.get(name)
        if isinstance(value, str):
            return orjson.loads(value) if value.strip() else None
        return value


async def read(request: web.Request) -> Params:
    params = Params(dict(request.query))
    kind = request.content_type
    if request.method != "POST" or not request.can_read_body:
        return params
    if kind == "application/json":
        params.values |= _from_json(await request.read())
    elif kind == "application/x-www-form-urlencoded":
        params.values |= dict(parse_qsl((await request.read()).decode("utf-8", "replace"), keep_blank_values=True))
    elif kind == "multipart/form-data":
        await _read_multipart(request, params)
    return params


def _from_json(body: bytes) -> Json:
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad("can't parse JSON object") from None
    if not isinstance(values, dict):
        raise bad("object expected")
    return {name: value for name, value in values.items() if value is not None}


async def _read_multipart(request: web.Request, params: Params) -> None:
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            params.uploads[name] = File(value.filename, value.content_type, value.file.read())
        else:
            params.values[name] = str(value)
