"""How far long work is: bars on a terminal, a line at the beginning and the end elsewhere."""

import threading
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
    tasks: dict[str, TaskID] = {}
    lock = threading.Lock()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:

        def advance(what: str, done: int, total: int) -> None:
            with lock:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                    if not console.is_terminal:
                        console.print(f"{what}: {total} to do")
            bars.update(tasks[what], completed=done, total=total)

        yield advance
