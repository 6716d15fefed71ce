"""What each person typed last after the bot's name: whoever types on does not read the answer to less."""

from collections import OrderedDict

REMEMBERED = 10_000
"""People; whose last question is older than that many others' has its answer by now."""


class Latest:
    """One for each process."""

    def __init__(self) -> None:
        self._query: OrderedDict[int, str] = OrderedDict()

    def put(self, person_id: int, query_id: str) -> None:
        self._query[person_id] = query_id
        self._query.move_to_end(person_id)
        if len(self._query) > REMEMBERED:
            self._query.popitem(last=False)

    def has(self, person_id: int, query_id: str) -> bool:
        """Whether nothing newer came from them; one that was never put has nothing newer."""
        return self._query.get(person_id, query_id) == query_id
