"""Candidates: the index has each 3-gram that a query is cut into, and no search reads more than it has to."""

from pathlib import Path

import pytest

from storage.search import grams
from storage.search.grams import Grams, GramsWriter


def written(directory: Path, *texts: str) -> Grams:
    writer = GramsWriter(directory)
    for row, text in enumerate(texts):
        writer.add(row, text, 0)
    writer.close()
    return Grams(directory)


@pytest.mark.parametrize("text", ["banana", "the matrix", "七人の侍", "m", "it\ntim curry"])
def test_the_index_is_cut_as_queries_are(tmp_path: Path, text: str) -> None:
    index = written(tmp_path / "grams", text)

    assert index._rarest(text, most=100) == sorted(grams.grams(text))[: grams.RAREST]
    assert index.candidates(text, 5) == [0]


def test_frequent_3_grams_are_not_asked_for_beyond_the_first_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = written(tmp_path / "grams", "zoological", *["zoom"] * 10)
    monkeypatch.setattr(grams, "FEW", 2)

    assert len(index._rarest("zoological", most=100)) == grams.RAREST
    assert "zoo" not in index._rarest("zoological", most=20)
    assert len(index._rarest("zoom", most=0)) == 2


def test_a_number_that_is_typed_has_to_be_there_or_nearly(tmp_path: Path) -> None:
    index = written(tmp_path / "grams", "blade runner", "blade runner 2049", "blade runner 1982")

    assert index.candidates("blade runner 2048", 5, "2048") == [1]
    assert set(index.candidates("blade runner 2048", 5)) == {0, 1, 2}
