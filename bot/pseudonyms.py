"""People as the log knows them: the same word for the same person until the program ends, and no way back to an id."""

import secrets
from hashlib import blake2b

_KEY = secrets.token_bytes(32)
"""Never written anywhere: with the next start every pseudonym is another."""


def pseudonym(person_id: int) -> str:
    """For instance "p-3f09ac1e22"; ten digits, so that a million people have names of their own."""
    return "p-" + blake2b(person_id.to_bytes(8, "big", signed=True), key=_KEY, digest_size=5).hexdigest()


def chat_name(chat_id: int) -> int | str:
    """A group's id, which an operator needs; a private chat has its person's id, and so their pseudonym."""
    return chat_id if chat_id < 0 else pseudonym(chat_id)
