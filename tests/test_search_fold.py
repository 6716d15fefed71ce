"""Folding: what people leave out or type otherwise is taken from titles too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.fold import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Amélie", "amelie"),
        ("WALL·E", "wall e"),
        ("Schindler's List", "schindlers list"),
        ("Schindler’s List", "schindlers list"),
        ("Fast & Furious", "fast and furious"),
        ("Straße der Ängste", "strasse der angste"),
        ("Søren Æbelø", "soren aebelo"),
        ("Łódź", "lodz"),
        ("2001: A Space Odyssey", "2001 a space odyssey"),
        ("Сталкер", "stalker"),
        ("七人の侍", "七人の侍"),
        ("L.A. Confidential", "la confidential"),
        ("M*A*S*H", "mash"),
        ("The Man from U.N.C.L.E.", "the man from uncle"),
        ("Samuel L. Jackson", "samuel l jackson"),
        ("Dr. No, Vol. 2.0", "dr no vol 2 0"),
        ("  __--  ", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(st.characters(codec="ascii")))
def test_plain_text_is_folded_like_any_other(text: str) -> None:
    """The longer way is taken for the sake of one letter, which is left out again."""
    assert fold(text) == fold(f"{text}\u0301")


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
