"""What waits to be done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An update taken from Telegram and not finished. `key` orders: one key's items run one after another."""

    id: int
    update_id: int
    key: int
    payload: bytes
