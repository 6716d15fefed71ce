"""The words after /rate: a title, and at its end what is stars or was meant for them."""

import re

MARK = r"(?:\s*/\s*10)?(?:\s*(?:[★⭐*]\ufe0f?|stars?\b|sterne?\b))?[\s!.]*"
"""What may follow the number, in each language; keyboards of phones put U+FE0F after a star."""
STARS = re.compile(rf"(.*?\S)\s+(10|[1-9]){MARK}", re.ASCII | re.DOTALL | re.IGNORECASE)
"""A title and, at its end, stars: "heat 9", "heat 9/10", "heat 9 / 10", "heat 9 stars", "heat 9!"."""
NO_STARS = re.compile(
    rf"(.*?\S)\s+(?!(?:18|19|20)\d\d{MARK}$)"
    rf"([-+]?\d+(?:[.,]\d+)?|zero|one|two|three|four|five|six|seven|eight|nine|ten){MARK}",
    re.ASCII | re.DOTALL | re.IGNORECASE,
)
"""A title and what was meant for stars and is none: "heat 11", "heat 7.5", "heat ten", but not "heat 1995"."""


def names_a_film(title: str) -> bool:
    """Whether there is anything in it that a search can look for."""
    return any(letter.isalnum() for letter in title)
