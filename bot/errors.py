"""Why the program ends on purpose: the CLI prints the sentence, without a traceback, and exits."""


class Halt(Exception):
    """The sentence is for the operator; `exit_code` 1: the answer is no, 2: bad usage or configuration, for good."""

    exit_code = 1


class ConfigError(Halt):
    """One line for each fault in the configuration: the key, what was found, what is allowed."""

    exit_code = 2


class CannotListen(Halt):
    """The address to serve at is taken, or not ours. At the next start it may be free: what had it is often ending."""


class TokenRefused(Halt):
    """Telegram does not know the token: asking again would never help."""

    def __init__(self) -> None:
        super().__init__("Telegram refuses the token: check MATINEE_TOKEN, or get a new one from @BotFather")
