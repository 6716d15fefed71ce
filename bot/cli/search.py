"""`matinee search`: the search of the chat, on the command line."""

import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.common import settings, storage_of, wait_for

if TYPE_CHECKING:
    from storage.service import Storage
    from storage.values import MovieLine, SearchPage


def search(
    query: Annotated[str | None, typer.Argument(help="Words of a title, a year, an IMDb id or link.")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read queries from standard input, one a line.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A JSON line for each query.")] = False,
) -> None:
    """Find films, the likeliest first. Exit code 1: nothing was found."""
    if (query is None) != stdin:
        raise typer.BadParameter("give a query, or --stdin and no query")

    async def work() -> int:
        from bot.progress import progress_bars

        found = 0
        async with storage_of(settings(), create=True) as storage:
            with progress_bars() as progress:
                await storage.catalogue.ensure(progress)
            for line in _typed_lines() if query is None else [query.encode(errors="replace")]:
                found += await _answer(storage, line.decode(errors="replace").rstrip("\r\n"), json)
        return 0 if found or stdin else 1

    wait_for(work())


def _typed_lines() -> Iterable[bytes]:
    """None where standard input is closed."""
    return sys.stdin.buffer if sys.stdin else ()


async def _answer(storage: "Storage", query: str, json: bool) -> int:
    """Write the best ten; returns how many there were."""
    began = time.perf_counter()
    page = await storage.movies.find(query)
    elapsed_ms = (time.perf_counter() - began) * 1000
    if json:
        _write_json(elapsed_ms, page)
    else:
        _write_text(query, page.lines)
    return len(page.lines)


def _write_json(elapsed_ms: float, page: "SearchPage") -> None:
    import orjson

    results: list[dict[str, Any]] = [
        {"id": line.id, "title": line.title, "year": line.year, "score": page.likelihood[line.id]}
        for line in page.lines
    ]
    answer = {"query": page.query, "elapsed_ms": round(elapsed_ms, 3), "results": results}
    sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def _write_text(query: str, lines: "tuple[MovieLine, ...]") -> None:
    if not lines:
        typer.echo(f"nothing found for {query!r}", err=True)
    for line in lines:
        by = f"  {', '.join(line.directors)}" if line.directors else ""
        typer.echo(f"{line.id:>8}  {line.title} ({line.year or 'year unknown'}){by}")
