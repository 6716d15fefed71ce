"""What is written in two ways becomes one, in titles and queries."""

import pytest

from storage.search.spelling import in_short


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("rocky ii", "rocky 2"), ("twelve monkeys", "12 monkeys"), ("rocky 2", "rocky 2"), ("henry v", "henry 5"),
        ("star wars episode v the empire strikes back", "star wars episode 5 the empire strikes back"),
        ("v for vendetta", "v for vendetta"), ("i robot", "i robot"), ("x", "x"), ("x men", "x men"), ("", ""),
        ("someone", "someone"), ("friday the thirteenth", "friday the 13th"), ("seven", "7"),
        ("the sixth sense", "the 6th sense"), ("the third man", "the 3rd man"),
        ("doctor no", "dr no"), ("doctors", "doctors"), ("sunset boulevard", "sunset blvd"),
    ],
)  # fmt: skip
def test_the_short_spelling_stands_for_both(written: str, short: str) -> None:
    assert in_short(written) == short
