"""What the handlers refuse, and say so: trying again would change nothing."""


class Refusal(Exception):
    """The root of them; `errors` has a sentence for each."""


class StaleButton(Refusal):
    """The button is of a shape that this version does not know: very old, or forged."""

    def __init__(self, data: object) -> None:
        super().__init__(f"no button carries {data!r}")


class ForeignButton(Refusal):
    """The button is somebody else's."""


class ActsAsChat(Refusal):
    """The sender hides behind a chat: an anonymous admin or a channel. Whose rating would it be?"""
