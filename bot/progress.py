"""How far long work is: bars on a terminal, a line at the beginning and the end elsewhere."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Advance = Callable[[str, int, int], None]
"""Called with what is being done, how far it is and how far it goes, from any thread."""


@contextmanager
def progress_bars() -> Iterator[Advance]:
    """One bar for each kind of work, on standard error."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    if not console.is_terminal:
        yield _Lines(console)
        return
    tasks: dict[str, TaskID] = {}
    lock = threading.Lock()
    with Progress(*columns, console=console) as bars:

        def advance(what: str, done: int, total: int) -> None:
            with lock:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield advance


class _Lines:
    """A line when a kind of work begins, and one when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: dict[str, float] = {}
        self._ended: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, what: str, done: int, total: int) -> None:
        with self._lock:
            if what not in self._began:
                self._began[what] = time.monotonic()
                self._console.print(f"{what}: {total:,} to do", soft_wrap=True)
            if done >= total and what not in self._ended:
                self._ended.add(what)
                self._console.print(f"{what}: done in {time.monotonic() - self._began[what]:.1f} s", soft_wrap=True)
