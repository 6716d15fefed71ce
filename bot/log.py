"""Logging: structlog and the standard library through one handler, which hides secrets in finished lines."""

import asyncio
import logging
import sys
import threading
from types import TracebackType
from typing import Any, Literal

import orjson
import structlog
from structlog.typing import Processor

from bot.arrival import current
from bot.pseudonyms import pseudonym
from bot.redact import redact
from bot.said import hide

QUIET = (
    "alembic",
    "httpx",
    "httpcore",
    "aiohttp.access",
    "aiohttp.client",
    "apscheduler",
    "telegram",
    "aiosqlite",
    "asyncio",
)
"""Loggers that chat below WARNING; httpx writes every address there, token included."""


OURS = frozenset({"level", "logger", "timestamp", "update_id", "person", "_record", "_from_structlog"})
"""Fields of a line that nobody else has a say in."""


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Redacts what will be written: message, arguments and the whole text of a traceback at once."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up(style: Literal["text", "json"]) -> None:
    """Send all logging to standard error, and every way an exception can end up there unlogged as well."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _whose,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(processors=_last(style), foreign_pre_chain=[*shared, _arguments]))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It reports a tick that was cancelled by the stop as an error; the tick itself logs whatever fails.
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
    # Whoever reaches the port could fill the log with requests that are no HTTP; bot/server.py logs all else.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    _catch_the_uncaught()


def _whose(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A line about an update has its number, and its person's pseudonym: made here, for few updates leave a line."""
    arrival = current.get()
    if arrival is not None:
        event.setdefault("update_id", arrival.update_id)
        if arrival.person_id:
            event["person"] = pseudonym(arrival.person_id)
    return event


def _nothing_said(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Whatever an exception or another library's message repeats of the update is not for the log."""
    arrival = current.get()
    if arrival is None:
        return event
    kept = OURS | {"event"} if event.get("_from_structlog") else OURS
    return {
        key: value if key in kept or isinstance(value, bool | int | float | None) else hide(str(value), arrival.payload)
        for key, value in event.items()
    }


def _arguments(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The standard library's `%` arguments are in the message already."""
    event.pop("positional_args", None)
    return event


def _last(style: Literal["text", "json"]) -> list[Processor]:
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    first: list[Processor] = [structlog.processors.format_exc_info, _nothing_said, clean]
    if style == "json":
        return [*first, structlog.processors.JSONRenderer(_dumps)]
    colors = sys.stderr.isatty()
    plain = structlog.dev.plain_traceback
    return [*first, structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain, pad_event_to=0)]


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _catch_the_uncaught() -> None:
    sys.excepthook = _on_uncaught
    threading.excepthook = lambda args: _write("uncaught in a thread", args.exc_value)
    sys.unraisablehook = lambda args: _write("ignored while cleaning up", args.exc_value)


def _on_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _write("uncaught", error.with_traceback(trace))


def _write(event: str, error: BaseException | None) -> None:
    logging.getLogger("matinee").critical(event, exc_info=error)


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Log what a task raised when nobody awaited it, through the same handler."""
    loop.set_exception_handler(lambda _, context: _write(str(context.get("message")), context.get("exception")))
