"""Seals: now and then the new audit entries are folded into a Merkle root, chained to the seal before.

Whoever keeps a seal's fingerprint holds a witness of everything up to it: no entry can be changed, removed, added or
moved afterwards without the fingerprint changing. The trees are those of RFC 6962.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.dialects import put
from storage.models import audit_entry, audit_seal, bot_state
from storage.values import Seal

LARGEST = 20_000
"""Entries under one seal: more would hold up the writer."""
BEFORE_ALL = bytes(32)
HEAD = "seal"
"""Where the number and hash of the newest seal stand once more, so that cutting off the end is seen."""


class MerkleTree:
    """The root over leaves that come one by one, in memory that grows with their logarithm."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        self.size += 1
        self._peaks.append(leaf)
        height = self.size
        while height % 2 == 0:
            right, left = self._peaks.pop(), self._peaks.pop()
            self._peaks.append(_node(left, right))
            height //= 2

    def root(self) -> bytes:
        """Of at least one leaf."""
        *others, root = self._peaks
        for peak in reversed(others):
            root = _node(peak, root)
        return root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_of(entry_id: int, commitment: bytes) -> bytes:
    """An entry as the tree sees it: its number and the commitment, which hold after its content is erased."""
    return hashlib.sha256(b"\x00" + entry_id.to_bytes(8, "big") + commitment).digest()


def hash_of(seal: Mapping[str, Any]) -> bytes:
    """Over a seal's number, instant, extent, root and the seal before."""
    shown = {
        "id": seal["id"],
        "at": seal["at"].isoformat(),
        "last_entry": seal["last_entry"],
        "entries": seal["entries"],
        "root": seal["root"].hex(),
        "previous": seal["previous"].hex(),
    }
    return hashlib.sha256(b"\x02" + json.dumps(shown, sort_keys=True, separators=(",", ":")).encode()).digest()


def fingerprint(seal_hash: bytes) -> str:
    """80 bits of a seal's hash for people to keep: "K7QD-2MFX-5ATP-RW4C"."""
    letters = base64.b32encode(seal_hash[:10]).decode()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def same_fingerprint(one: str, other: str) -> bool:
    """However it was copied: with or without dashes and spaces, in any case."""
    return _bare(one) == _bare(other)


def is_fingerprint(text: str) -> bool:
    """Whether it has the form of one. Digits that none has count as well: somebody may read a letter for them."""
    return re.fullmatch(r"[A-Z0-9]{16}", _bare(text), re.ASCII) is not None


def _bare(text: str) -> str:
    return "".join(text.upper().replace("-", " ").split())


_LATEST = sa.select(audit_seal).order_by(audit_seal.c.id.desc()).limit(1)


def latest(connection: sa.Connection) -> Seal | None:
    row = connection.execute(_LATEST).one_or_none()
    return None if row is None else Seal(row.id, row.at, row.last_entry, row.entries, fingerprint(row.hash))


def unsealed_since(connection: sa.Connection) -> datetime | None:
    sealed = sa.select(sa.func.coalesce(sa.func.max(audit_seal.c.last_entry), 0)).scalar_subquery()
    oldest = sa.select(audit_entry.c.at).where(audit_entry.c.id > sealed).order_by(audit_entry.c.id).limit(1)
    return connection.execute(oldest).scalar()


def seal_entries(connection: sa.Connection, at: datetime) -> Seal | None:
    """Seal up to LARGEST entries that are not sealed yet; null when there are none.

    Meant for a transaction of its own: on PostgreSQL it waits until everyone who is writing an entry has committed,
    for numbers are given out before the commit and a later commit would slip in under the seal.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE audit_seal IN EXCLUSIVE MODE")
        connection.exec_driver_sql("LOCK TABLE audit_entry IN SHARE MODE")
    before = connection.execute(_LATEST).one_or_none()
    tree, last = _fold(connection, before.last_entry if before else 0)
    if not tree.size:
        return None
    seal: dict[str, Any] = {
        "id": before.id + 1 if before else 1,
        "at": at,
        "last_entry": last,
        "entries": tree.size,
        "root": tree.root(),
        "previous": before.hash if before else BEFORE_ALL,
    }
    seal["hash"] = hash_of(seal)
    connection.execute(sa.insert(audit_seal), seal)
    put(connection, bot_state, {"key": HEAD, "value": head_of(seal["id"], seal["hash"])})
    return latest(connection)


def head_of(number: int, seal_hash: bytes) -> str:
    return f"{number}:{seal_hash.hex()}"


def _fold(connection: sa.Connection, after: int) -> tuple[MerkleTree, int]:
    unsealed = (
        sa.select(audit_entry.c.id, audit_entry.c.commitment)
        .where(audit_entry.c.id > after)
        .order_by(audit_entry.c.id)
        .limit(LARGEST)
    )
    tree, last = MerkleTree(), after
    for last, commitment in connection.execute(unsealed):
        tree.add(leaf_of(last, commitment))
    return tree, last
