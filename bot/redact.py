"""Secrets out of whatever is written. Every line of log, every printed error passes through here."""

import re
from urllib.parse import quote

HIDDEN = "[secret]"

_TOKEN = re.compile(r"\d{5,16}(?::|%3A)[A-Za-z0-9_-]{30,60}", re.ASCII | re.IGNORECASE)
"""A token that nobody told us of, in plain text or in an address."""

_PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+@")


class Redactor:
    """Replaces known secrets, plain, quoted or escaped, and whatever looks like a token or a password."""

    def __init__(self) -> None:
        self._secrets: list[str] = []

    def learn(self, *secrets: str) -> None:
        """From now on these texts are hidden. A token's second half alone is as good as the token."""
        parts = [part for secret in secrets for part in (secret, secret.partition(":")[2])]
        forms = {form for part in parts if len(part) >= 4 for form in (part, quote(part, safe=""), repr(part)[1:-1])}
        self._secrets = sorted({*self._secrets, *forms}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _PASSWORD.sub(rf"\1:{HIDDEN}@", _TOKEN.sub(HIDDEN, text))


redact = Redactor()
"""The one that logging uses; the CLI teaches it the secrets of the settings."""
