"""What the two sides of the sandbox refuse."""

from typing import Any


class ApiError(Exception):
    """An answer of the Bot API with `ok` false. `parameters` is Telegram's ResponseParameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(reason: str, **parameters: Any) -> ApiError:
    return ApiError(400, f"Bad Request: {reason}", **parameters)


def forbidden(reason: str) -> ApiError:
    return ApiError(403, f"Forbidden: {reason}")


def ours(reason: str) -> ApiError:
    """Refused by the sandbox where Telegram would be lenient: marked, so that it is never mistaken for Telegram."""
    return bad(f"[sandbox] {reason}")


class SimError(Exception):
    """A person, or a test, asked for something that cannot happen. The text is a sentence for them."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status
