"""The Bot API's method table (botapi_methods.json), and the pedantic check of a call against it.

Telegram ignores unknown parameters and reads bad numbers as 0, so typing mistakes pass there unseen.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from bot.sandbox.state import Json

SCALARS = frozenset({"String", "Boolean", "Integer", "Float"})

TOLD_BY_TELEGRAM = frozenset({"reply_markup", "commands", "reply_parameters", "link_preview_options", "reaction",
                              "results", "result", "button"})  # fmt: skip
"""Where the structure is wrong, Telegram itself has words for it."""


@cache
def _table() -> Json:
    table: Json = orjson.loads(Path(__file__).with_name("botapi_methods.json").read_bytes())
    return table


@cache
def methods() -> dict[str, str]:
    """Methods by lower-cased name: Telegram ignores case here."""
    return {name.lower(): name for name in _table()["methods"]}


def returned(method: str) -> list[str]:
    kinds: list[str] = _table()["methods"][method]["returns"]
    return kinds


def types() -> Json:
    fields: Json = _table()["types"]
    return fields


def complaints(method: str, values: Json, uploads: set[str]) -> Iterator[str]:
    """What is wrong with a call, in words. `values` are JSON values, or texts as they came in a form."""
    known = _table()["methods"][method]["params"]
    for name, value in values.items():
        if name not in known:
            yield f'unknown parameter "{name}"'
        else:
            yield from _wrong(value, known[name]["types"], name)
    for name, parameter in known.items():
        if parameter["required"] and name not in values and name not in uploads:
            yield f'parameter "{name}" is required'


def _wrong(value: Any, kinds: list[str], path: str) -> Iterator[str]:
    """`value` as a parameter: in a form, everything that is not text is JSON."""
    if isinstance(value, str) and "String" not in kinds and "InputFile" not in kinds:
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            if path not in TOLD_BY_TELEGRAM:
                yield f'parameter "{path}" must be {" or ".join(kinds)}'
            return
    yield from mismatches(value, kinds, path, lenient=path in TOLD_BY_TELEGRAM)


def mismatches(value: Any, kinds: list[str], path: str, *, lenient: bool = False) -> Iterator[str]:
    """Where a JSON value is none of these types of the Bot API; `lenient` forgives a wrong structure."""
    if any(_is_scalar(value, kind) for kind in kinds):
        return
    if isinstance(value, list):
        inner = [kind.removeprefix("Array of ") for kind in kinds if kind.startswith("Array of ")]
        if inner:
            for index, item in enumerate(value):
                yield from mismatches(item, inner, f"{path}[{index}]", lenient=lenient)
            return
    objects = [name for kind in kinds for name in _concrete(kind)]
    objects = _named(value, objects)
    if isinstance(value, dict) and objects:
        yield from _fields(value, objects, path, lenient=lenient)
    elif not lenient or (isinstance(value, str | int | float) and SCALARS.issuperset(kinds)):
        yield f'"{path}" must be {" or ".join(kinds)}'


def _named(value: Any, names: list[str]) -> list[str]:
    """Of the types that share a parent, the one that the value names itself: an "article" is an …Article."""
    kind = str(value.get("type", "")).replace("_", "") if isinstance(value, dict) else ""
    return [name for name in names if kind and name.lower().endswith(kind)] or names


def _fields(value: Json, names: list[str], path: str, *, lenient: bool) -> list[str]:
    """The complaints of whichever of the types has the fewest."""
    return min((list(_against(value, name, path, lenient=lenient)) for name in names), key=len)


def _against(value: Json, kind: str, path: str, *, lenient: bool) -> Iterator[str]:
    fields = types()[kind].get("fields", {})
    for name, item in value.items():
        if name not in fields:
            yield f'unknown field "{name}" in "{path}" ({kind})'
        else:
            yield from mismatches(item, fields[name]["types"], f"{path}.{name}", lenient=lenient)
    if not lenient:
        missing = [name for name, field in fields.items() if field["required"] and name not in value]
        yield from (f'"{path}.{name}" is required' for name in missing)


def _concrete(kind: str) -> list[str]:
    """A type's name, or those of the types it stands for."""
    known = types().get(kind)
    if known is None:
        return []
    return [name for each in known["subtypes"] for name in _concrete(each)] if "subtypes" in known else [kind]


def _is_scalar(value: Any, kind: str) -> bool:
    if kind in {"String", "InputFile"}:
        return isinstance(value, str)
    if kind == "Boolean":
        return isinstance(value, bool)
    if kind == "Integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return kind == "Float" and isinstance(value, int | float) and not isinstance(value, bool)
