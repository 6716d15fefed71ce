"""Candidates: titles that share the rarest 3-grams with the query, from tantivy."""

from itertools import accumulate
from pathlib import Path

import tantivy

RAREST = 10
"""How many of a query's 3-grams are asked for; `make bench-search` shows what fewer miss and what more cost."""
FEW, MOST = 4, 60_000
"""After so few, a 3-gram is asked for only while all of them together are in so many titles: reading these is what a
search waits for, and frequent ones tell little."""

CERTAIN = 100.0
"""What it weighs beside a 3-gram that a title is just what was typed, so that no crowd of others can hide it."""
GRAMS = "padded_3_grams"
"""The name of the tokenizer in tantivy's files; only who writes them has to know what it does."""
SHORT = 8
"""Letters up to which a swap of two leaves too few 3-grams."""
UNKNOWN = 30
"""Added to fame, of whose logarithm tantivy makes a weight: else films without any fame would never be candidates."""
HEAP_BYTES = 15_000_000
"""As little as tantivy takes; more made no quicker build."""


def grams(text: str) -> list[str]:
    """The padded 3-grams of a folded text, each once, as the index has them."""
    padded = _padded(text)
    return list(dict.fromkeys([padded[at : at + 3] for at in range(len(padded) - 2)]))


def _padded(text: str) -> str:
    """Blanks become "_" like the padding, so that a 3-gram tells where a word begins and ends."""
    return f"__{'_'.join(text.split())}_"


def _wholes(text: str) -> list[str]:
    """The text and the text without its blanks."""
    return list(dict.fromkeys((text, text.replace(" ", ""))))


def _swapped(text: str) -> list[str]:
    """A short word with each two neighbours in the other order: "ailen" has next to no 3-gram of "alien" left."""
    if len(text) > SHORT:
        return []
    return [text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1)]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("grams", tokenizer_name=GRAMS, index_option="basic")
    builder.add_text_field("whole", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("row", fast=True)
    builder.add_integer_field("fame", fast=True)
    return builder.build()


def _cutter() -> tantivy.TextAnalyzer:
    """Cuts a padded text as `grams` does, at a tenth of the cost."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(min_gram=3, max_gram=3, prefix_only=False)).build()


class Grams:
    def __init__(self, directory: Path) -> None:
        self._index = tantivy.Index.open(str(directory))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def candidates(self, text: str, limit: int, number: str = "") -> list[int]:
        """Rows that share most with `text`, the best first; of `number` they must have three digits in a row."""
        rare = self._rarest(text, 0 if number else MOST)  # a number leaves few titles to choose from
        if not rare:
            return []
        terms = [self._term("grams", gram) for gram in rare]
        wholes = [self._term("whole", whole) for whole in (*_wholes(text), *_swapped(text))]
        terms += [tantivy.Query.boost_query(whole, CERTAIN) for whole in wholes]
        clauses = [(tantivy.Occur.Should, term) for term in terms]
        if number:
            digits = [self._term("grams", number[at : at + 3]) for at in range(len(number) - 2)]
            clauses.append((tantivy.Occur.Must, _any_of(digits)))
        query = tantivy.Query.boolean_query(clauses)
        found = self._searcher.search(query, limit, count=False, weight_by_field="fame")
        rows = self._searcher.fast_field_values("row", [address for _, address in found.hits])
        return [int(row) for row in rows if row is not None]

    def _term(self, field: str, text: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, text)

    def _rarest(self, text: str, most: int) -> list[str]:
        """As many as are in at most so many titles together, but a few at least."""
        counted = sorted((self._searcher.doc_freq("grams", gram), gram) for gram in grams(text))
        known = [(count, gram) for count, gram in counted if count][:RAREST]
        sums = accumulate(count for count, _ in known)
        return [gram for at, ((_, gram), read) in enumerate(zip(known, sums, strict=True)) if at < FEW or read <= most]


def _any_of(terms: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])


class _OfTheDisk:
    """Raises OSError for ValueError, which is what tantivy makes of everything that happens to its files."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError):
            raise OSError(str(error)) from error


OF_THE_DISK = _OfTheDisk()


class GramsWriter:
    """One thread writes, so that there are few segments. Raises OSError."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        with OF_THE_DISK:
            index = tantivy.Index(_schema(), path=str(directory))
            index.register_tokenizer(GRAMS, _cutter())
            self._writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)

    def add(self, row: int, text: str, fame: int) -> None:
        """A folded title, or names."""
        document = tantivy.Document()
        document.add_text("grams", _padded(text))
        for whole in () if "\n" in text else _wholes(text):  # nobody types a title and eight names
            document.add_text("whole", whole)
        document.add_integer("row", row)
        document.add_integer("fame", fame + UNKNOWN)
        with OF_THE_DISK:
            self._writer.add_document(document)

    def close(self) -> None:
        with OF_THE_DISK:
            self._writer.commit()
            self._writer.wait_merging_threads()

    def drop(self) -> None:
        """Let go of the files without a commit; its thread ends."""
        del self._writer
