"""A peak evening in numbers: updates come in bursts, replicas handle them, one database commits in batches.

A simulation by events, with what was measured as its parts; the same seed gives the same figures.
"""

import heapq
import random
import statistics
from dataclasses import dataclass

SECONDS = 20.0
BURST, EVERY_S, LASTS_S = 2.0, 10.0, 2.0
"""So many times as many come for two seconds of every ten: the credits roll."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What one of each does; seconds of work, measured by `make bench` on one core."""

    press_s: float
    other_s: float
    batch_s: float
    """A batch of ratings in the database, whatever is in it."""
    rating_s: float
    """And each rating in it."""
    largest_batch: int = 512


@dataclass(frozen=True, slots=True)
class Evening:
    """How busy replicas and database were, 0..1, and how long it took from arrival to stored, in milliseconds."""

    replicas: float
    database: float
    p50_ms: float
    p99_ms: float


class _Replica:
    """One core, and one batch on its way at any time."""

    def __init__(self) -> None:
        self.free_at = 0.0
        self.busy = 0.0
        self.waiting: list[float] = []
        self.is_writing = False

    def work(self, now: float, seconds: float) -> float:
        """When work that comes now is done."""
        self.free_at = max(now, self.free_at) + seconds
        self.busy += seconds
        return self.free_at


class _Database:
    """So many batches at a time, one for each core."""

    def __init__(self, cores: int) -> None:
        self.cores = [0.0] * cores
        self.busy = 0.0

    def commit(self, now: float, seconds: float) -> float:
        done = max(now, heapq.heappop(self.cores)) + seconds
        heapq.heappush(self.cores, done)
        self.busy += seconds
        return done


class _Simulation:
    def __init__(self, parts: Parts, replicas: int, cores: int) -> None:
        self._parts = parts
        self._replicas = [_Replica() for _ in range(replicas)]
        self._database = _Database(cores)
        self._events: list[tuple[float, int, _Replica, list[float] | None]] = []
        self._number = 0
        self._spent: list[float] = []

    def run(self, updates_s: float, presses: float, dice: random.Random) -> Evening:
        for at in _arrivals(updates_s, dice):
            replica = dice.choice(self._replicas)
            is_press = dice.random() < presses
            self._due_until(at)
            ready = replica.work(at, self._parts.press_s if is_press else self._parts.other_s)
            if is_press:
                self._push(ready, replica, None, at)
        self._due_until(float("inf"))
        parts = statistics.quantiles(self._spent, n=100)
        cores = len(self._database.cores)
        busy = sum(replica.busy for replica in self._replicas) / len(self._replicas)
        return Evening(busy / SECONDS, self._database.busy / cores / SECONDS, 1000 * parts[49], 1000 * parts[98])

    def _push(self, at: float, replica: _Replica, batch: list[float] | None, arrived: float = 0.0) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, replica, batch if batch is not None else [-1.0, arrived]))

    def _due_until(self, now: float) -> None:
        while self._events and self._events[0][0] <= now:
            at, _, replica, what = heapq.heappop(self._events)
            assert what is not None
            if what[0] < 0:
                replica.waiting.append(what[1])
            else:
                self._spent += [at - arrived for arrived in what]
                replica.is_writing = False
            if replica.waiting and not replica.is_writing:
                self._write(at, replica)

    def _write(self, now: float, replica: _Replica) -> None:
        batch = replica.waiting[: self._parts.largest_batch]
        del replica.waiting[: len(batch)]
        replica.is_writing = True
        done = self._database.commit(now, self._parts.batch_s + len(batch) * self._parts.rating_s)
        self._push(done, replica, batch)


def _arrivals(updates_s: float, dice: random.Random) -> list[float]:
    """On average `updates_s` a second, more of them in the bursts."""
    calm = updates_s * EVERY_S / (EVERY_S - LASTS_S + BURST * LASTS_S)
    at, found = 0.0, list[float]()
    while at < SECONDS:
        at += dice.expovariate(calm * (BURST if at % EVERY_S < LASTS_S else 1.0))
        found.append(at)
    return found


def evening(parts: Parts, *, updates_s: float, presses: float, replicas: int, cores: int, seed: int = 1) -> Evening:
    """`presses` is the share of updates that change a rating."""
    return _Simulation(parts, replicas, cores).run(updates_s, presses, random.Random(seed))
