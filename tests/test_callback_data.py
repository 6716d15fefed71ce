"""The codec of buttons: whatever a shape may say survives the way out and back, and nothing else gets in."""

import re
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers import callback_data as carry
from handlers.callback_data import fit_query
from handlers.parts import Part, Shape
from handlers.refusals import StaleButton
from storage.search.query import parse

TELEGRAM_BYTES = 64
SHAPES = [each for each in vars(carry).values() if isinstance(each, type) and issubclass(each, Shape) and each != Shape]
GENRES = st.sampled_from([None, "Drama", "Science Fiction", "x" * 24, "\N{CLAPPER BOARD}" * 6, "é" * 12])


def allowed(kind: Part) -> st.SearchStrategy[Any]:
    """The values that a part's own pattern allows, spelled by the library of properties."""
    return st.from_regex(re.compile(kind.pattern, re.ASCII), fullmatch=True).map(kind.read)


def of(shape: type[Shape], **instead: st.SearchStrategy[Any]) -> st.SearchStrategy[Shape]:
    kinds = {each.name: each.metadata["part"] for each in fields(shape)}  # type: ignore[arg-type]
    values = {name: instead[name] if name in instead else allowed(kind) for name, kind in kinds.items()}
    return st.builds(shape, **values)


def queries(most: int) -> st.SearchStrategy[str]:
    return st.text(min_size=1).map(lambda text: fit_query(text, most)).filter(bool)


TOPS = of(carry.Top, genre=GENRES)
SHORT_SEARCHES = of(carry.Search, query=queries(carry.STAR_QUERY_BYTES))
VALUES = {shape: of(shape) for shape in SHAPES} | {
    carry.Search: of(carry.Search, query=queries(carry.QUERY_BYTES)),
    carry.Hit: of(carry.Hit, query=queries(carry.HIT_QUERY_BYTES)),
    carry.SearchToRate: of(carry.SearchToRate, query=queries(carry.ASKED_QUERY_BYTES)),
    carry.RateFrom: of(carry.RateFrom, back=of(carry.My) | SHORT_SEARCHES),
    carry.Top: TOPS,
    carry.TopChoice: of(carry.TopChoice, top=TOPS),
}
ANY_VALUE = st.one_of(*VALUES.values())
NEAR_DATA = ANY_VALUE.map(lambda value: value.encode()).flatmap(
    lambda data: st.tuples(st.integers(0, len(data)), st.text(max_size=3), st.integers(0, 3)).map(
        lambda cut: data[: cut[0]] + cut[1] + data[cut[0] + cut[2] :]
    )
)
"""What somebody gets who changes a character or two of a real button."""


@pytest.mark.parametrize("shape", SHAPES, ids=lambda each: each.__name__)
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_every_value_survives_its_button(shape: type[Shape], data: st.DataObject) -> None:
    value = data.draw(VALUES[shape])

    assert type(value).decode(value.encode()) == value


@pytest.mark.parametrize("shape", SHAPES, ids=lambda each: each.__name__)
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_every_button_fits_telegram(shape: type[Shape], data: st.DataObject) -> None:
    assert len(data.draw(VALUES[shape]).encode().encode()) <= TELEGRAM_BYTES


@given(genre=allowed(carry.GENRE))
@example("\N{CLAPPER BOARD}" * 6)
@settings(deadline=None, max_examples=30)
def test_genres_of_any_script_fit(genre: str | None) -> None:
    longest = carry.Top(here=True, period=carry.Period.MONTH, genre=genre, decade=1980, page=999)

    assert len(carry.TopChoice("g", longest).encode().encode()) <= TELEGRAM_BYTES


@given(genre=allowed(carry.GENRE))
@settings(deadline=None, max_examples=30)
def test_a_choice_carries_every_genre(genre: str | None) -> None:
    choice = carry.TopChoice("g", carry.Top(here=True, genre=genre))

    assert carry.TopChoice.decode(choice.encode()) == choice


@pytest.mark.parametrize("shape", SHAPES, ids=lambda each: each.__name__)
@given(data=st.one_of(st.text(), NEAR_DATA))
@settings(deadline=None, max_examples=40)
def test_forged_text_is_stale_or_meant(shape: type[Shape], data: str) -> None:
    try:
        value = shape.decode(data)
    except StaleButton:
        return

    assert shape.decode(value.encode()) == value


@given(data=st.one_of(st.none(), st.binary(), st.integers(), st.lists(st.text())))
@settings(deadline=None, max_examples=100)
def test_what_is_no_text_is_stale(data: object) -> None:
    for shape in SHAPES:
        with pytest.raises(StaleButton):
            shape.decode(data)


@given(data=st.one_of(st.text(), NEAR_DATA))
@settings(deadline=None, max_examples=150)
def test_no_button_has_two_meanings(data: str) -> None:
    meanings = [shape for shape in SHAPES if shape.pattern().fullmatch(data)]

    assert len(meanings) <= 1
    assert len({shape.LETTER for shape in SHAPES}) == len(SHAPES)


@given(text=st.text())
@settings(deadline=None, max_examples=150)
def test_a_fitted_query_fits_twice(text: str) -> None:
    query = fit_query(text)

    assert len(query.encode()) <= carry.QUERY_BYTES
    assert fit_query(query) == query


@pytest.mark.parametrize(("letter", "cut"), [("x", "x" * 51 + "…"), ("é", "é" * 25 + "…")])
def test_a_query_that_is_cut_says_so(letter: str, cut: str) -> None:
    assert fit_query(letter * 4096) == cut
    assert parse(cut) == parse(cut.removesuffix("…"))


@given(data=st.one_of(st.text(), of(carry.Digest).map(lambda value: value.encode())))
@settings(deadline=None, max_examples=200)
def test_a_digest_number_is_small_or_stale(data: str) -> None:
    try:
        number = carry.Digest.decode(data).number
    except StaleButton:
        return

    assert 0 <= number < 10**18
