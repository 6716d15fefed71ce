"""Reading the audit trail against its commitments and seals, and the ratings against it; the first fault is named."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from typing import Any

import sqlalchemy as sa

from storage.audit import CONTENT, AuditAction, commitment, erasure_mark
from storage.models import EPOCH, audit_entry, audit_seal, bot_state
from storage.seals import BEFORE_ALL, HEAD, MerkleTree, fingerprint, hash_of, head_of, leaf_of, same_fingerprint
from storage.values import Verification
from storage.witnessed import Witness

PAGE = 2_000


class Tampered(Exception):
    """What is wrong, and with which entry or seal."""


class Unanchored(Tampered):
    """Nothing is wrong with what is there, but it is not what somebody has kept a fingerprint of."""


def verify(connection: sa.Connection, anchor: str | None = None) -> Verification:
    """Read everything in one snapshot. `anchor` is a fingerprint that somebody kept: its seal has to be there."""
    walk = _Walk(connection, anchor)
    return walk.take(walk.all)


def verify_seals(connection: sa.Connection) -> Verification:
    """Read the chain of seals only."""
    walk = _Walk(connection, None)
    return walk.take(walk.chain)


class _Walk:
    """Entries and seals side by side, in order."""

    def __init__(self, connection: sa.Connection, anchor: str | None) -> None:
        self._connection = connection
        self._sqlite = connection.dialect.name == "sqlite"
        self._anchor, self._anchored = anchor, anchor is None
        self._erasures = _Erasures()
        self._witness = Witness()
        self._last = 0
        self._tree = MerkleTree()
        self._skip = ""  # a gap in the numbers: PostgreSQL leaves one where a transaction was undone
        self.entries = self.erased = self.seals = 0
        self.newest: str | None = None
        self.fault: str | None = None

    def take(self, way: Callable[[], None]) -> Verification:
        """As far as it leads."""
        unanchored = False
        try:
            way()
        except Tampered as fault:
            self.fault = str(fault)
            unanchored = isinstance(fault, Unanchored)
        return Verification(self.entries, self.erased, self.seals, self.newest, self.fault, unanchored)

    def chain(self) -> None:
        for _ in self._chain():
            pass

    def all(self) -> None:
        rows = _pages(self._connection, _raw_entries(self._sqlite), audit_entry.c.id)
        entry = next(rows, None)
        for seal in self._chain():
            self._tree, self._skip = MerkleTree(), ""
            while entry is not None and entry.id <= seal["last_entry"]:
                self._check(entry)
                entry = next(rows, None)
            self._compare(seal)
        while entry is not None:
            self._check(entry)
            entry = next(rows, None)
        self._check_end()
        self._erasures.check()
        if (fault := self._witness.fault(self._connection)) is not None:
            raise Tampered(fault)
        if not self._anchored:  # at the very end, to know of all that is there whether it is intact
            causes = "it was copied wrongly, the trail was cut off or rewritten, or an older backup was restored"
            raise Unanchored(f"no seal has the fingerprint {self._anchor}: {causes}")

    def _chain(self) -> Iterator[dict[str, Any]]:
        """The seals, each checked against the one before; then the end of the chain."""
        previous, number = BEFORE_ALL, 0
        for row in _pages(self._connection, _raw_seals(self._sqlite), audit_seal.c.id):
            number += 1
            seal = _readable_seal(row, number)
            if seal["id"] != number:
                raise Tampered(f"seal {number} is missing")
            if bytes(seal["previous"]) != previous or hash_of(seal) != seal["hash"]:
                raise Tampered(f"seal {number} was changed, or does not follow the one before")
            previous = seal["hash"]
            self.newest = fingerprint(previous)
            self._anchored = self._anchored or same_fingerprint(self.newest, self._anchor or "")
            yield seal
            self.seals = number
        self._check_head(number, previous)

    def _check_head(self, number: int, newest: bytes) -> None:
        head = self._connection.execute(sa.select(bot_state.c.value).where(bot_state.c.key == HEAD)).scalar()
        if head != (head_of(number, newest) if number else None):
            raise Tampered(f"seal {number + 1} is missing: the trail was cut off after seal {number}")

    def _compare(self, seal: dict[str, Any]) -> None:
        if self._tree.size != seal["entries"] or self._tree.root() != seal["root"]:
            raise Tampered(
                f"seal {seal['id']}: the entries up to {seal['last_entry']} are not those that were sealed"
                f" ({seal['entries']} sealed, {self._tree.size} found{self._skip}):"
                " one was removed, added, changed or moved"
            )

    def _check(self, row: Any) -> None:
        if row.id > self._last + 1 and not self._skip:
            self._skip = f"; the numbers skip from {self._last} to {row.id}"
        self._last = row.id
        try:
            self._check_content(row)
            self._tree.add(leaf_of(row.id, row.commitment))
        except Tampered:
            raise
        except Exception as error:  # whatever a value of the wrong kind makes of the arithmetic
            raise Tampered(f"entry {row.id} cannot be read: {type(error).__name__}") from None
        self.entries += 1

    def _check_content(self, row: Any) -> None:
        content = {name: getattr(row, name) for name in CONTENT}
        if row.erased_at is not None:
            if row.salt is not None or any(value is not None for value in content.values()):
                raise Tampered(f"entry {row.id} is marked as erased and is not")
            self.erased += 1
            self._erasures.found(row.erased_at, row.id, row.commitment)
            return
        at = EPOCH + timedelta(microseconds=row.at) if self._sqlite else row.at.astimezone(UTC)
        if self._sqlite:
            content |= {name: _strictly(content[name]) for name in ("before", "after")}
        if commitment(row.salt, at, content) != row.commitment:
            raise Tampered(f"entry {row.id}: its content is not what it was written with")
        self._witness.hears(content)
        if content["action"] == AuditAction.PERSON_ERASE:
            self._erasures.announced(row.at, row.id, content["after"])

    def _check_end(self) -> None:
        """SQLite keeps the highest number it ever gave out."""
        if self._sqlite:
            query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'audit_entry'")
            given_out = self._connection.execute(query).scalar() or 0
            if given_out != self._last:
                raise Tampered(f"entry {self._last + 1} is missing: the trail was cut off after entry {self._last}")


class _Erasures:
    """Every erased entry must have been announced by the entry that tells of its erasure."""

    def __init__(self) -> None:
        self._found: defaultdict[Any, int] = defaultdict(int)
        self._announced: defaultdict[Any, int] = defaultdict(int)
        self._first: dict[Any, int] = {}

    def found(self, at: Any, entry_id: int, entry_commitment: bytes) -> None:
        self._found[at] += erasure_mark(entry_id, entry_commitment)
        self._first.setdefault(at, entry_id)

    def announced(self, at: Any, entry_id: int, after: Any) -> None:
        self._announced[at] += int(after["sum"], 16)
        self._first.setdefault(at, entry_id)

    def check(self) -> None:
        for at, first in self._first.items():
            if self._found[at] % 2**256 != self._announced[at] % 2**256:
                raise Tampered(f"entry {first}: what is erased is not what the erasure erased")


def _strictly(text: str | None) -> Any:
    """JSON as the program wrote it; another spelling of the same value was not written by it."""
    if text is None:
        return None
    value = json.loads(text)
    if json.dumps(value) != text:
        raise ValueError("not as it was written")
    return value


def _readable_seal(row: Any, number: int) -> dict[str, Any]:
    seal = dict(row._mapping)
    try:
        if isinstance(seal["at"], int):
            seal["at"] = EPOCH + timedelta(microseconds=seal["at"])
        seal["at"] = seal["at"].astimezone(UTC)
        hash_of(seal)
        base = hashlib.sha256().digest_size
        if any(len(bytes(seal[name])) != base for name in ("root", "previous", "hash")):
            raise ValueError("not a hash")
    except Exception as error:
        raise Tampered(f"seal {number} cannot be read: {type(error).__name__}") from None
    return seal


def _raw_entries(sqlite: bool) -> sa.Select[Any]:
    """On SQLite the bytes as they lie there: reading them through types would mend or stumble over a change."""
    columns = audit_entry.c
    if not sqlite:
        return sa.select(audit_entry)
    plain = [sa.type_coerce(columns[name], sa.BigInteger).label(name) for name in ("at", "erased_at")]
    texts = [sa.type_coerce(columns[name], sa.Text).label(name) for name in ("before", "after")]
    others = ("id", "actor", "chat_id", "action", "subject", "update_id", "salt", "commitment")
    return sa.select(*(columns[name] for name in others), *plain, *texts)


def _raw_seals(sqlite: bool) -> sa.Select[Any]:
    columns = audit_seal.c
    at = sa.type_coerce(columns.at, sa.BigInteger).label("at") if sqlite else columns.at
    return sa.select(columns.id, at, columns.last_entry, columns.entries, columns.root, columns.previous, columns.hash)


def _pages(connection: sa.Connection, query: sa.Select[Any], key: sa.ColumnElement[int]) -> Iterator[Any]:
    """Rows in the order of their key, a page at a time."""
    after = sa.bindparam("after", type_=sa.BigInteger)
    page = query.where(key > after).order_by(key).limit(PAGE)
    last = -(2**62)
    while rows := connection.execute(page, {"after": last}).all():
        yield from rows
        last = rows[-1].id
