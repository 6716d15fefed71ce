"""The costs of titles: compared as a list, and each as if it were alone."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.rerank import costs, people_costs, typed
from storage.search.words import NEVER

WORD = st.text("abcde", min_size=1, max_size=8)
TITLE = st.lists(st.one_of(WORD, st.just("the")), min_size=1, max_size=4).map(" ".join)


@given(TITLE, st.lists(TITLE, max_size=6))
def test_a_title_costs_the_same_in_any_company(query: str, titles: Sequence[str]) -> None:
    alone = [costs(typed(query), [title])[0] for title in titles]

    assert costs(typed(query), titles) == alone


@given(TITLE, st.lists(st.tuples(TITLE, TITLE), max_size=6))
def test_a_row_of_names_costs_the_same_in_any_company(query: str, rows: Sequence[tuple[str, str]]) -> None:
    texts = [f"{title}\n{names}" for title, names in rows]
    alone = [people_costs(typed(query), [text])[0] for text in texts]

    assert people_costs(typed(query), texts) == alone


@pytest.mark.parametrize(
    ("query", "cheaper", "dearer"),
    [
        ("alien", "alien", "aliens"),
        ("the batman", "the batman", "batman"),
        ("matrix", "the matrix", "a matrax"),
        ("pulp fiction", "pulp fiction", "fiction pulp"),
        ("pulp fict", "pulp fiction", "pulp fractions"),
        ("shawshank", "the shawshank redemption", "the shawshink redemption"),
        ("starwars", "star wars", "star worse"),
    ],
)
def test_the_nearer_title_costs_less(query: str, cheaper: str, dearer: str) -> None:
    first, second = costs(typed(query), [cheaper, dearer])

    assert first < second


@pytest.mark.parametrize(
    ("query", "title"), [("alien", "brazil"), ("", "alien"), ("it", "at"), ("alien brazil", "alien")]
)
def test_what_no_slip_explains_never_happens(query: str, title: str) -> None:
    assert costs(typed(query), [title]) == [NEVER]
