"""What is counted, in a registry of its own, and how alive the program is."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

taken = Counter("matinee_updates_taken", "Updates written to the inbox", registry=registry)
handled = Counter("matinee_updates_handled", "Updates finished, by outcome", ["outcome"], registry=registry)
retried = Counter("matinee_updates_retried", "Tries after the first", registry=registry)
waiting = Gauge("matinee_updates_waiting", "Updates taken and not finished", registry=registry)
handling = Histogram("matinee_update_seconds", "Time in a handler, one try", registry=registry)
poll_errors = Counter("matinee_poll_errors", "Failed polls, by kind", ["kind"], registry=registry)
owed = Gauge("matinee_outbox_waiting", "Messages owed to chats", registry=registry)
owed_age = Gauge("matinee_outbox_oldest_seconds", "Age of the oldest message owed", registry=registry)
deliveries_refused = Counter(
    "matinee_webhook_refused",
    "Requests that the webhook refused, by HTTP status",
    ["status"],
    registry=registry,
)
telegram_age = Gauge(
    "matinee_telegram_age_seconds", "Since Telegram last answered a poll, or made a delivery", registry=registry
)

posted = Counter(
    "matinee_outbox_posted", "Messages owed to chats, by what became of the call", ["outcome"], registry=registry
)
refused = Counter("matinee_telegram_refused", "Calls that Telegram answered with a pause (429)", registry=registry)
lookups = Counter(
    "matinee_lookups", "Searches at TMDB for what the catalogue lacks, by outcome", ["outcome"], registry=registry
)
moments = Counter(
    "matinee_moments", "Inline and guest questions, by what became of them", ["outcome"], registry=registry
)
answering = Histogram("matinee_moment_seconds", "From arrival to answer", registry=registry)


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
