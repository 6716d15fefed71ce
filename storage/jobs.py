"""What a writer runs: jobs, and how a batch of them is committed.

When one of them fails the batch is run again with each in a savepoint of its own, so that it undoes only itself.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

import sqlalchemy as sa

from storage.errors import DatabaseUnavailable
from storage.faults import is_away, sqlstate

log = logging.getLogger(__name__)

T = TypeVar("T")
J = TypeVar("J")
Work = Callable[[sa.Connection], T]

RunBatch = Callable[[Callable[[sa.Connection], None], Collection[int] | None], Awaitable[None]]
"""Runs work in a transaction that begins by taking turns at what has these numbers; null: in none, for what it changes
it changes by a single statement that takes them itself."""
Together = Callable[[sa.Connection, Sequence[J]], Sequence[T | Exception]]
"""Work on many jobs at once; for each its result, or its own exception, which undid only itself."""
InOneTrip = Callable[[sa.Connection, Sequence[J], Collection[int]], Sequence[T | None]]
"""The same by a single statement that takes these turns, its own transaction; null for what it left alone."""
_Run = Callable[[Sequence["Job"], sa.Connection], None]

RETRIES = 3
_CLASHES = {"40P01", "40001"}  # PostgreSQL: deadlock detected, could not serialize


@dataclass(slots=True, eq=False)
class Job:
    """Something to write, and who waits for it."""

    work: Any
    done: asyncio.Future[Any]
    given: Any = None
    is_shared: bool = False
    """`work` is a Together, and `given` its job; else `work` is a Work."""
    in_one_trip: Any = None
    """Tried before `work`, if there is one: an InOneTrip."""
    turns: Collection[int] = ()
    """The numbers of what it changes."""
    is_ordered: bool = False
    result: Any = None
    error: Exception | None = None


async def commit(batch: Sequence[Job], lane: RunBatch) -> None:
    """Run the jobs of a batch and tell each what came of it, once that is durable."""
    run: _Run = _run_all
    failure: Exception | None = None
    try:
        batch = await _in_one_trip(batch, lane)
    except Exception as error:  # it changed nothing, or what is run again finds it done
        if not _is_clash(error):
            run, failure = _run_each, error
            if not is_away(error):
                _tell(type(error).__name__)
    if failure is None or not is_away(failure) or len(batch) > 1:
        failure = await _in_transactions(batch, lane, run)
    for job in batch:
        _settle(job, failure)


async def _in_transactions(batch: Sequence[Job], lane: RunBatch, run: _Run) -> Exception | None:
    """One, and more where it clashes or fails; why the last one was not committed, if it was not."""
    if not batch:
        return None
    turns, failure = {turn for job in batch for turn in job.turns}, None
    for _ in range(RETRIES):
        try:
            await lane(partial(run, batch), turns)
        except Exception as error:
            failure = error
            if _is_clash(error):
                continue
            if run is _run_each or len(batch) == 1:
                break
            run = _run_each
        else:
            return None
    return failure


async def _in_one_trip(batch: Sequence[Job], lane: RunBatch) -> Sequence[Job]:
    """Run in one trip what can be; what is left."""
    work = next((job.in_one_trip for job in batch if job.in_one_trip), None)
    if work is None:
        return batch
    jobs, others = list[Job](), set[int]()
    for job in batch:
        if job.in_one_trip == work and others.isdisjoint(job.turns):
            jobs.append(job)
        else:
            others.update(job.turns)  # who shares a turn with it, and came later, waits for it
    if not jobs:
        return batch
    await lane(partial(_run_in_one_trip, work, jobs), None)
    for job in jobs:
        if job.result is not None:
            _settle(job, None)
    return [job for job in batch if job.result is None]


@cache
def _tell(_kind: str) -> None:
    """Once of a kind: all is stored the usual way, and what always fails would only fill the log."""
    log.warning("changes take more trips to the database than one, for that one fails", exc_info=True)


def _run_in_one_trip(work: InOneTrip[Any, Any], jobs: Sequence[Job], connection: sa.Connection) -> None:
    turns = {turn for job in jobs for turn in job.turns}
    for job, result in zip(jobs, work(connection, [job.given for job in jobs], turns), strict=True):
        job.result = result


def _run_all(batch: Sequence[Job], connection: sa.Connection) -> None:
    """The quick way, without savepoints: what fails undoes everything, and `_run_each` finds out who it was."""
    for work in _works(batch):
        work(connection)


def _run_each(batch: Sequence[Job], connection: sa.Connection) -> None:
    for job in batch:
        (work,) = _works([job])
        job.error = _alone(connection, work) or job.error


def _works(batch: Sequence[Job]) -> list[Work[None]]:
    """What has to be run: jobs that share their work are one."""
    shared: dict[Any, list[Job]] = {}
    works: list[Work[None]] = []
    for job in batch:
        job.result, job.error = None, None
        if not job.is_shared:
            works.append(partial(_run, job))
        elif (others := shared.get(job.work)) is not None:
            others.append(job)
        else:
            shared[job.work] = [job]
            works.append(partial(_run_together, job.work, shared[job.work]))
    return works


def _run(job: Job, connection: sa.Connection) -> None:
    job.result = job.work(connection)


def _run_together(together: Together[Any, Any], jobs: Sequence[Job], connection: sa.Connection) -> None:
    for job, result in zip(jobs, together(connection, [job.given for job in jobs]), strict=True):
        job.result, job.error = (None, result) if isinstance(result, Exception) else (result, None)


def _alone(connection: sa.Connection, work: Work[None]) -> Exception | None:
    """Run `work` in a savepoint; its exception, if that undid only itself."""
    savepoint = connection.begin_nested()
    try:
        work(connection)
        savepoint.commit()
    except Exception as error:
        if _is_clash(error) or _transaction_is_lost(connection):
            raise
        savepoint.rollback()
        return error
    return None


def _is_clash(error: Exception) -> bool:
    return sqlstate(error) in _CLASHES


def _transaction_is_lost(connection: sa.Connection) -> bool:
    """After a full disk or an I/O error SQLite rolls everything back by itself; going on would commit piecemeal."""
    if connection.invalidated:
        return True
    driver = connection.connection.dbapi_connection
    return getattr(driver, "in_transaction", True) is False


def _settle(job: Job, failure: Exception | None) -> None:
    if job.done.done():  # its caller was cancelled; the write stands
        return
    error = failure or job.error
    if error is None:
        job.done.set_result(job.result)
    else:
        job.done.set_exception(_explained(error))
        job.done.exception()  # a caller that has gone must not leave a warning behind


def _explained(error: Exception) -> Exception:
    if is_away(error):
        reason = getattr(error, "orig", None) or error
        unavailable = DatabaseUnavailable(f"the database cannot be written: {reason}")
        unavailable.__cause__ = error
        return unavailable
    return error
