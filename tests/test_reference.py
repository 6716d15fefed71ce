"""The pages that are written from the program: they are what the program says today."""

from pathlib import Path

import pytest
import typer

from bot.cli import app
from bot.config import Settings
from bot.config_sources import PREFIX
from bot.reference.__main__ import DOCS, pages
from bot.reference.meanings import MEANINGS
from handlers import BUTTONS, COMMANDS, OPERATORS, texts

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", pages())
def test_the_page_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == pages()[name], f"docs/{name} is out of date: make docs"


@pytest.mark.parametrize("name", pages())
def test_the_readme_leads_to_it(name: str) -> None:
    assert f"(docs/{name})" in README


def test_every_command_and_button_has_its_line() -> None:
    page = pages()["commands.md"]
    names = [name for names, _ in (*COMMANDS, *OPERATORS) for name in ([names] if isinstance(names, str) else names)]

    assert [name for name in names if f"`/{name}`" not in page] == []
    assert [
        shape for shape, _ in BUTTONS if f"| `{shape.LETTER}:" not in page and f"| `{shape.LETTER}`" not in page
    ] == []
    assert [what for _, what in texts.COMMANDS if what not in page] == []


def test_no_line_is_left_empty() -> None:
    assert [name for name, page in pages().items() if "|  |" in page] == []


def test_every_setting_has_its_meaning_and_its_line() -> None:
    assert set(MEANINGS) == set(Settings.model_fields)
    assert [name for name in MEANINGS if f"`{PREFIX}{name.upper()}`" not in pages()["configuration.md"]] == []


def commands_of(group: typer.Typer, name: str) -> list[str]:
    """Each with the groups before it, as it is typed."""
    own = [f"{name} {each.name or each.callback.__name__}" for each in group.registered_commands if each.callback]
    parts = [(each.typer_instance, f"{name} {each.name}") for each in group.registered_groups if each.typer_instance]
    return own + [typed for part, called in parts for typed in commands_of(part, called)]


def test_the_readme_names_every_command_of_the_program() -> None:
    assert [typed for typed in commands_of(app, "matinee") if f"`{typed}" not in README] == []
