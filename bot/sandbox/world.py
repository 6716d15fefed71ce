"""The parts of one sandbox, put together, and what they do in concert."""

from dataclasses import dataclass, field

from bot.sandbox.callbacks import Presses
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.hub import Hub
from bot.sandbox.journal import Journal
from bot.sandbox.polling import WEBHOOK_SET, Polling
from bot.sandbox.queries import GUEST_PATIENCE_S, INLINE_PATIENCE_S, Queries
from bot.sandbox.rates import Mode, Rates
from bot.sandbox.state import Json, State
from bot.sandbox.updates import Updates
from bot.sandbox.webhook import Webhook

BOT_ID = 1_000_000_001
BOT_USERNAME = "matinee_demo_bot"


def new_state(username: str = BOT_USERNAME) -> State:
    return State(bot={"id": BOT_ID, "is_bot": True, "first_name": "Matinee", "username": username})


@dataclass(slots=True)
class Options:
    """`token`: the only one accepted; None takes every well-formed one."""

    pedantic: bool = False
    seed: bool = False
    token: str | None = None
    username: str = BOT_USERNAME
    rates: Mode = "observe"


@dataclass(slots=True)
class World:
    options: Options
    state: State
    clock: Clock = field(default_factory=Clock)
    hub: Hub = field(default_factory=Hub)
    faults: Faults = field(default_factory=Faults)
    updates: Updates = field(init=False)
    polling: Polling = field(init=False)
    webhook: Webhook = field(init=False)
    presses: Presses = field(init=False)
    inline_queries: Queries = field(init=False)
    guest_queries: Queries = field(init=False)
    journal: Journal = field(init=False)
    rates: Rates = field(init=False)
    webhook_set_at: float = -1.0
    """When setWebhook was called last, by the wall's monotonic clock."""
    changes: int = 0
    """Counts what happened, so that saving knows whether there is anything to save."""

    def __post_init__(self) -> None:
        self.updates = Updates(self.clock)
        self.polling = Polling(self.updates)
        self.webhook = Webhook(self.updates, self.clock)
        self.forget_queries()
        self.journal = Journal(self.clock)
        self.rates = Rates(self.clock, self.options.rates)

    def forget_queries(self) -> None:
        """Nothing waits for an answer, nothing is kept of former ones."""
        self.presses = Presses(self.clock)
        self.inline_queries = Queries(self.clock, INLINE_PATIENCE_S)
        self.guest_queries = Queries(self.clock, GUEST_PATIENCE_S)

    @property
    def bot(self) -> Json:
        """The bot as it stands in messages: getMe alone tells more."""
        return self.state.bot

    @property
    def bot_id(self) -> int:
        return int(self.state.bot["id"])

    def tell_bot(self, kind: str, payload: Json, key: str) -> int | None:
        """Queue an update; its number, or None when the bot did not ask for this kind."""
        number = self.updates.push(kind, payload, key)
        self.changes += 1
        if number is not None:
            self.polling.wake()
            self.webhook.wake()
        return number

    def publish(self, event: Json) -> None:
        self.changes += 1
        self.hub.publish(event)

    def end_polls(self) -> None:
        self.polling.conflict(WEBHOOK_SET)

    def sweep(self) -> None:
        """Report button presses that nobody answered in time."""
        for press in self.presses.newly_unanswered():
            detail = f"{press.data!r} pressed by {press.user_id} in {press.chat_id} was never answered"
            self.journal.problem("unanswered callback", detail)
