"""What `matinee doctor` says: a line for each part, or all of them as one JSON object."""

import asyncio
from collections.abc import Awaitable
from typing import Literal, NamedTuple

import typer

from bot.redact import redact

PATIENCE_S = 30.0
"""A part that has nothing to say for so long is broken, and the others are still to be looked at."""


class Finding(NamedTuple):
    """A `warning` is worth knowing, and nothing is broken. `detail` says what to do."""

    state: Literal["ok", "warning", "failed"]
    detail: str


def ok(detail: str) -> Finding:
    return Finding("ok", detail)


def warning(detail: str) -> Finding:
    return Finding("warning", detail)


def failed(detail: str) -> Finding:
    return Finding("failed", detail)


def unseen(why: str) -> Finding:
    """Nothing is known of a part, so it did not fail; what it waits for has a line of its own."""
    return warning(f"not looked at: {why}")


class Findings:
    """Lines for the operator as they are found, or an object for a program at the end; secrets are in neither."""

    def __init__(self, *, as_json: bool = False) -> None:
        self._as_json = as_json
        self._parts: list[dict[str, str]] = []

    @property
    def well(self) -> bool:
        return all(part["state"] != "failed" for part in self._parts)

    def add(self, part: str, finding: Finding) -> None:
        state, detail = finding.state, " ".join(redact(finding.detail).split())
        self._parts.append({"part": part, "state": state, "detail": detail})
        if not self._as_json:
            typer.echo(f"{state:<7}  {part}: {detail}")

    async def look(self, part: str, looking: Awaitable[Finding]) -> None:
        """Whatever goes wrong with one part, the next one is looked at."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                finding = await looking
        except TimeoutError:
            finding = failed(f"no answer within {PATIENCE_S:.0f} s")
        except Exception as error:
            finding = failed(f"{type(error).__name__}: {error}")
        self.add(part, finding)

    def finish(self) -> None:
        if self._as_json:
            import orjson

            typer.echo(orjson.dumps({"well": self.well, "parts": self._parts}).decode())
