"""What must be true of the database when everything is worked off, whatever happened on the way."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from storage.ranking import Ranking
from tests.faults.model import Entry, Expected, Key

SHOWN = 3
"""Examples of one broken promise: the rest is mostly the same."""


def broken(database: sqlite3.Connection, expected: Expected, updates: set[int], ranking: Ranking) -> list[str]:
    """Sentences about every promise that was not kept."""
    trail = _trail(database)
    checks = (
        ("inbox", _inbox(database, updates)),
        ("outbox", _outbox(database)),
        ("quarantine", _quarantine(database)),
        ("last press wins", _last_press_wins(database, expected)),
        ("trail is a chain", _chained(trail, _ratings(database))),
        ("trail of the presses", _as_pressed(trail, expected)),
        ("entries are single", _single(database)),
        ("scores", _scores(database, ranking)),
    )
    return [f"{name}: {fault}" for name, faults in checks for fault in list(faults)[:SHOWN]]


def unfinished(database: sqlite3.Connection) -> int:
    """How much is still to be done: updates that were taken, and messages that are owed."""
    (updates,) = database.execute("SELECT count(*) FROM inbox WHERE done_at IS NULL").fetchone()
    (messages,) = database.execute("SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending')").fetchone()
    return int(updates + messages)


def _inbox(database: sqlite3.Connection, updates: set[int]) -> Iterator[str]:
    taken = {row[0] for row in database.execute("SELECT update_id FROM inbox")}
    if lost := updates - taken:
        yield f"{len(lost)} updates never came in, the first is {min(lost)}"
    for update_id, tries in database.execute("SELECT update_id, tries FROM inbox WHERE done_at IS NULL"):
        yield f"update {update_id} is not done after {tries} failed tries"


def _outbox(database: sqlite3.Connection) -> Iterator[str]:
    for key, status in database.execute("SELECT key, status FROM outbox WHERE status IN ('queued', 'sending')"):
        yield f"{key} is {status}"


def _quarantine(database: sqlite3.Connection) -> Iterator[str]:
    for update_id, reason in database.execute("SELECT update_id, reason FROM quarantine"):
        yield f"update {update_id}: {reason}"


def _ratings(database: sqlite3.Connection) -> dict[Key, tuple[int, int]]:
    rows = database.execute("SELECT person_id, movie_id, stars, chat_id FROM rating")
    return {(person, film): (stars, chat) for person, film, stars, chat in rows}


def _last_press_wins(database: sqlite3.Connection, expected: Expected) -> Iterator[str]:
    found = _ratings(database)
    for key in sorted(found.keys() | expected.ratings.keys()):
        if found.get(key) != expected.ratings.get(key):
            yield f"{key}: stars and chat are {found.get(key)}, not {expected.ratings.get(key)}"


def _trail(database: sqlite3.Connection) -> dict[Key, list[Entry]]:
    """The entries of ratings, oldest first, by person and film."""
    found: dict[Key, list[Entry]] = defaultdict(list)
    rows = database.execute(
        "SELECT actor, subject, update_id, action, before, after FROM audit_entry"
        " WHERE action LIKE 'rating.%' ORDER BY id"
    )
    for actor, subject, update_id, action, before, after in rows:
        found[actor, int(subject.removeprefix("movie:"))].append(Entry(update_id, action, _json(before), _json(after)))
    return found


def _json(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)


def _chained(trail: dict[Key, list[Entry]], ratings: dict[Key, tuple[int, int]]) -> Iterator[str]:
    """Each entry begins where the one before ended, the first with nothing, and the last ends at what is now."""
    for key in trail.keys() | ratings.keys():
        stars = None
        for entry in trail.get(key, []):
            if entry.before == entry.after:
                yield f"{key}: {entry} changes nothing"
            if entry.action == "rating.share":
                continue
            if entry.before != stars:
                yield f"{key}: {entry} comes after {stars}"
            stars = entry.after
        if stars != ({"stars": ratings[key][0]} if key in ratings else None):
            yield f"{key}: the trail ends with {stars}, the rating is {ratings.get(key)}"


def _as_pressed(trail: dict[Key, list[Entry]], expected: Expected) -> Iterator[str]:
    """Every effective press has its one entry, and nothing else has any."""
    for key in sorted(trail.keys() | expected.trail.keys()):
        found, wanted = trail.get(key, []), expected.trail.get(key, [])
        if found != wanted:
            place = next((n for n, pair in enumerate(zip(found, wanted, strict=False)) if pair[0] != pair[1]), -1)
            there = f"{found[place:][:1]} for {wanted[place:][:1]}"
            yield f"{key}: {len(found)} entries for {len(wanted)} changes, at {place}: {there}"


def _single(database: sqlite3.Connection) -> Iterator[str]:
    rows = database.execute(
        "SELECT update_id, action, subject, count(*) FROM audit_entry WHERE update_id IS NOT NULL"
        " GROUP BY update_id, action, subject HAVING count(*) > 1"
    )
    for update_id, action, subject, times in rows:
        yield f"update {update_id} has {times} entries {action} about {subject}"


def _scores(database: sqlite3.Connection, ranking: Ranking) -> Iterator[str]:
    recount = (
        "SELECT 0, movie_id, count(*), sum(stars) FROM rating GROUP BY movie_id UNION ALL"
        " SELECT m.chat_id, r.movie_id, count(*), sum(r.stars) FROM rating r"
        " JOIN membership m USING (person_id) GROUP BY m.chat_id, r.movie_id"
    )
    wanted = {(scope, film): (count, total) for scope, film, count, total in database.execute(recount)}
    kept = list(database.execute("SELECT scope, movie_id, count, total, weighted FROM score"))
    found = {(scope, film): (count, total) for scope, film, count, total, _ in kept}
    for key in sorted(found.keys() | wanted.keys()):
        if found.get(key) != wanted.get(key):
            yield f"(scope, film) {key}: count and total are {found.get(key)}, a recount gives {wanted.get(key)}"
    for scope, film, count, total, weighted in kept:
        if abs(weighted - ranking.of(scope).weighted(total, count)) > 1e-9:
            yield f"(scope, film) {(scope, film)}: {weighted} is not the mean of {count} ratings, {total} stars"
