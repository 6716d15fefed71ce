"""Errors to Sentry, where an operator gives a DSN: which kind of error, and where in the code; nothing of anybody.

What is sent is made anew of what is allowed, so that nothing has to be found and removed: no message of an exception,
no variable, no update, no id, no name of this machine.
"""

import atexit
import logging
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from bot.config import Settings
from bot.errors import ConfigError

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

KEPT = ("event_id", "timestamp", "platform", "level", "logger", "message", "release")
"""Of an event."""
WHERE = ("module", "function", "filename", "lineno", "in_app")
"""Of a frame. Its other fields hold the values of variables, and this machine's paths."""
FLUSH_S = 2.0


def start(settings: Settings) -> None:
    """Report what is logged as an error from here on, if there is a DSN. Raises ConfigError without the package."""
    if settings.sentry_dsn is None:
        return
    try:
        import sentry_sdk
    except ImportError:
        raise ConfigError(
            "MATINEE_SENTRY_DSN: found a DSN and no sentry-sdk, allowed: a DSN after pip install 'sentry-sdk<3'"
        ) from None
    sentry_sdk.init(
        dsn=settings.sentry_dsn.get_secret_value(),
        release=f"matinee@{version('matinee')}",
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        send_client_reports=False,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        before_send=scrub,
    )
    logging.getLogger().addHandler(_Reporter(logging.ERROR))
    atexit.register(sentry_sdk.flush, FLUSH_S)


class _Reporter(logging.Handler):
    """A thread of the package's own sends; whoever logs does not wait."""

    def emit(self, record: logging.LogRecord) -> None:
        from sentry_sdk import capture_event
        from sentry_sdk.utils import event_from_exception

        if record.name.startswith(("sentry_sdk", "urllib3")):
            return
        error = _error_of(record)
        event: Any = {}
        try:
            if error is not None:
                event, _ = event_from_exception(error)
            capture_event(event | _said(record))
        except Exception:
            self.handleError(record)


def _error_of(record: logging.LogRecord) -> BaseException | None:
    """structlog keeps it in its own fields."""
    given = record.msg.get("exc_info") if isinstance(record.msg, dict) else record.exc_info
    if given is True:
        return sys.exc_info()[1]
    return given[1] if isinstance(given, tuple) else given


def _said(record: logging.LogRecord) -> dict[str, Any]:
    """Our own events are words of the program; another library's may hold anything."""
    said = {"level": record.levelname.lower(), "logger": record.name}
    return {**said, "message": str(record.msg["event"])} if isinstance(record.msg, dict) else said


def scrub(event: "Event", _: "Hint") -> "Event":
    """What of an event may leave this machine."""
    given: dict[str, Any] = dict(event)
    errors = (given.get("exception") or {}).get("values") or []
    kept = {key: given[key] for key in KEPT if key in given}
    return {**kept, "exception": {"values": [_bare(error) for error in errors]}}  # type: ignore[typeddict-item]


def _bare(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames") or []
    where = [{key: frame[key] for key in WHERE if key in frame} for frame in frames]
    return {"type": error.get("type"), "module": error.get("module"), "stacktrace": {"frames": where}}
