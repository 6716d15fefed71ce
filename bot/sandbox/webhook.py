"""The webhook's settings and its delivery."""

from bot.sandbox.updates import Updates


class Webhook:
    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self.url = ""

    def wake(self) -> None:
        """Something is waiting."""
