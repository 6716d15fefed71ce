"""Queries taken apart: ids, links, years that are years and years that are titles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.query import Query, parse


@pytest.mark.parametrize(
    "text",
    ["tt0068646", "TT0068646", "https://www.imdb.com/title/tt0068646/", "m.imdb.com/title/tt0068646/?ref_=nv_sr_1"],
)
def test_imdb_id_is_found_in_any_form(text: str) -> None:
    assert parse(text).imdb_id == "tt0068646"


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Dune 2021", Query("dune 2021", "dune", 2021, None)),
        ("Dune (1984)", Query("dune 1984", "dune", 1984, None)),
        ("1984 dune", Query("1984 dune", "dune", 1984, None)),
        ("1917", Query("1917", "1917", None, None)),
        ("Blade Runner 2049", Query("blade runner 2049", "blade runner", 2049, None)),
        ("ocean's 11", Query("oceans 11", "oceans 11", None, None)),
        ("", Query("", "", None, None)),
    ],
)
def test_words_and_year(text: str, query: Query) -> None:
    assert parse(text) == query


@given(st.text(max_size=2000))
def test_no_text_is_too_strange(text: str) -> None:
    assert len(parse(text).words) <= len(parse(text).whole)
