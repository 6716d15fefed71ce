"""Imports run down only: the table of docs/architecture.md, read from the source with `ast`."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, dotted, those inside functions too."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def offences(paths: list[Path], forbidden: set[str], allowed: set[str] = frozenset()) -> list[str]:
    """Imports from `forbidden` packages that are not from an `allowed` part of them."""
    return [
        f"{path.relative_to(ROOT)}: {module}"
        for path in paths
        for module in imports(path)
        if within(module, forbidden) and not within(module, allowed)
    ]


def test_storage_knows_nothing_above_it() -> None:
    assert offences(files("storage"), {"bot", "handlers", "tests", "telegram", "apscheduler", "aiohttp"}) == []


def test_handlers_use_the_door_of_storage_and_nothing_of_the_bot() -> None:
    door = {"storage.service", "storage.values", "storage.errors"}

    assert offences(files("handlers"), {"bot", "tests", "sqlalchemy", "apscheduler", "storage"}, door) == []


def test_the_program_imports_no_test() -> None:
    assert offences(files("bot") + files("handlers") + files("storage"), {"tests"}) == []


def test_the_sandbox_stands_alone() -> None:
    """It speaks HTTP only, so that whatever works with it works with Telegram."""
    sandbox = files("bot/sandbox")
    foreign = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in sandbox
        for module in imports(path)
        if module.split(".")[0] not in sys.stdlib_module_names | {"aiohttp", "orjson"}
        and not within(module, {"bot.sandbox"})
    ]

    assert sandbox
    assert foreign == []


def test_nothing_imports_the_sandbox() -> None:
    program = [path for path in files("bot") if "sandbox" not in path.parts] + files("handlers")

    assert offences(program, {"bot.sandbox"}) == []


def test_the_bot_never_reaches_into_tables() -> None:
    outside = [path for path in files("bot") if "sandbox" not in path.parts]

    assert offences(outside, {"sqlalchemy", "storage.models"}) == []


def test_app_is_the_only_file_that_knows_every_part() -> None:
    parts = {"handlers", "bot.intake", "bot.poller", "bot.schedule", "bot.digest", "storage.service"}
    knowing = {
        path.relative_to(ROOT).as_posix(): {part for part in parts for each in imports(path) if within(each, {part})}
        for path in files("bot")
    }

    assert [path for path, known in knowing.items() if known == parts] == ["bot/app.py"]
    assert [path for path, known in knowing.items() if "bot.schedule" in known] == ["bot/app.py"]


@pytest.mark.parametrize("folder", ["bot", "handlers", "storage"])
def test_no_file_and_no_function_is_long(folder: str) -> None:
    long = [
        f"{path.relative_to(ROOT)}: {length} lines"
        for path in files(folder)
        if (length := len(path.read_text("utf-8").splitlines())) > 300
    ]
    long += [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in files(folder)
        if "versions" not in path.parts  # a migration is one long statement
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 50
    ]

    assert long == []


def test_the_top_level_holds_what_the_design_names() -> None:
    tracked = {"bot", "handlers", "storage", "tests", "config.toml", "pyproject.toml", "Procfile", "Makefile"}

    assert {path.name for path in ROOT.iterdir()} >= tracked
