"""What is counted, in a registry of its own, and how alive the program is. `make docs` lists it in docs/monitoring.md.

Labels have few values each, and none comes from outside: a person, a chat or a text would make as many time series.
"""

import time
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from bot.arrival import current

registry = CollectorRegistry()
ProcessCollector(registry=registry)

ANSWER_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
CALL_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SEARCH_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1)
LATE_BUCKETS = (1, 5, 15, 30, 60, 120, 300, 900, 3600, 21600, 86400)


def _counter(name: str, what: str, *labels: str) -> Counter:
    return Counter(f"matinee_{name}", what, labels, registry=registry)


def _gauge(name: str, what: str) -> Gauge:
    return Gauge(f"matinee_{name}", what, registry=registry)


def _histogram(name: str, what: str, *labels: str, buckets: tuple[float, ...] = Histogram.DEFAULT_BUCKETS) -> Histogram:
    return Histogram(f"matinee_{name}", what, labels, buckets=buckets, registry=registry)


ANSWERS = ("answer", "send")
"""How the methods begin that a person sees something of."""

# Updates.
taken = _counter("updates_taken", "Updates written to the inbox")
handled = _counter("updates_handled", "Updates finished, by outcome: done, failed, quarantined", "outcome")
retried = _counter("updates_retried", "Tries after the first")
waiting = _gauge("updates_waiting", "Updates that this process took and did not finish")
handling = _histogram("update_seconds", "Time in a handler, one try")
answered = _histogram(
    "answer_seconds",
    "From an update's arrival until Telegram took the first answer to it, by kind of update",
    "kind",
    buckets=ANSWER_BUCKETS,
)
poll_errors = _counter("poll_errors", "Failed polls, by kind: network, or the HTTP status", "kind")
deliveries_refused = _counter("webhook_refused", "Requests that the webhook refused, by HTTP status", "status")
telegram_age = _gauge("telegram_age_seconds", "Since Telegram last answered a poll, or made a delivery")
moments = _counter(
    "moments", "Inline and guest questions, by what became of them: handled, overtaken, too late, dropped", "outcome"
)
answering = _histogram("moment_seconds", "From a question's arrival to its answer")

# Calls to Telegram.
calls = _counter(
    "telegram_calls",
    "Calls of the Bot API but for polls, by method and outcome: ok, refused (4xx), paused (429), broken (5xx), not sent"
    " (no connection), unknown (no answer)",
    "method",
    "outcome",
)
calling = _histogram("telegram_seconds", "Time of such a call, by method", "method", buckets=CALL_BUCKETS)
refused = _counter("telegram_refused", "Messages and edits that Telegram answered with a pause (429)")

# Digests and other messages owed to chats.
owed = _gauge("outbox_waiting", "Messages owed to chats")
owed_age = _gauge("outbox_oldest_seconds", "Age of the oldest message owed")
posted = _counter(
    "outbox_posted",
    "Messages owed to chats, by what became of the call: sent, gone, migrated, no topic, no right, wait, not sent,"
    " refused, unknown (also what a process that died was sending)",
    "outcome",
)
digest_late = _histogram(
    "digest_late_seconds", "From the instant at which a digest was due until it was posted", buckets=LATE_BUCKETS
)
digest_overdue = _gauge("digest_overdue_seconds", "Since the oldest digest came due that nobody has taken up")

# Search.
search = _histogram("search_seconds", "Time of a search in the index", buckets=SEARCH_BUCKETS)
lookups = _counter(
    "lookups", "Searches at TMDB for what the catalogue lacks, by outcome: found, nothing, failed", "outcome"
)

# The database, and what is looked up in it now and then: the same for every replica.
database_answers = _gauge("database_up", "1 while the database answers, 0 while it is away")
writes_waiting = _gauge("database_writes_waiting", "Writes handed over and not begun")
connections_used = _gauge(
    "database_connections_used", "Connections in use, the writer's too; on SQLite those for reading"
)
connections_most = _gauge("database_connections_most", "As many of them may be in use")
inbox_waiting = _gauge("inbox_waiting", "Updates in the inbox that are not finished, of all replicas")
inbox_age = _gauge("inbox_oldest_seconds", "Age of the oldest of them")
quarantined = _gauge("quarantine_waiting", "Updates that were given up and wait for an operator")
unsealed_age = _gauge("audit_unsealed_seconds", "Age of the oldest audit entry without a seal; 0: all are sealed")
seal_age = _gauge("audit_seal_age_seconds", "Since the newest seal was made; 0: there is none")
backup_age = _gauge("backup_age_seconds", "Age of the newest scheduled copy; +Inf: there is none; 0: none is wanted")
disk_free = _gauge("disk_free_bytes", "Free space where the data directory is")


def note_call(method: str, outcome: str, began: float) -> None:
    """A call ended that began at `began`, in monotonic seconds. The first one that answers a person ends their wait."""
    now = time.monotonic()
    _counted(method, outcome).inc()
    _timed(method).observe(now - began)
    arrival = current.get()
    if arrival is None or arrival.at is None or arrival.answered:
        return
    if outcome == "ok" and method.startswith(ANSWERS):
        arrival.answered = True
        answered.labels(arrival.kind).observe(now - arrival.at)


@cache
def _counted(method: str, outcome: str) -> Counter:
    return calls.labels(method, outcome)


@cache
def _timed(method: str) -> Histogram:
    return calling.labels(method)


class Pulse:
    """When Telegram was last heard, by the monotonic clock. Infinitely long ago before the first time."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def beat(self) -> None:
        self._last = time.monotonic()

    def age_s(self) -> float:
        return time.monotonic() - self._last


pulse = Pulse()
telegram_age.set_function(pulse.age_s)
