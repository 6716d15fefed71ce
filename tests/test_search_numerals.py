"""Numbers in titles and queries, however they are written."""

import pytest

from storage.search.numerals import in_digits


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("rocky ii", "rocky 2"), ("twelve monkeys", "12 monkeys"), ("rocky 2", "rocky 2"), ("henry v", "henry 5"),
        ("star wars episode v the empire strikes back", "star wars episode 5 the empire strikes back"),
        ("v for vendetta", "v for vendetta"), ("i robot", "i robot"), ("x", "x"), ("x men", "x men"), ("", ""),
        ("someone", "someone"), ("friday the thirteenth", "friday the thirteenth"), ("seven", "7"),
    ],
)  # fmt: skip
def test_numbers_become_digits_where_they_are_numbers(written: str, digits: str) -> None:
    assert in_digits(written) == digits
