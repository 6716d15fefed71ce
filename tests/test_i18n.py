"""Languages: every text is there for translators, and who speaks none of ours is spoken to in English."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

from handlers import i18n
from handlers.i18n import LOCALES, _, ngettext, speaking

ROOT = LOCALES.parent.parent
PYBABEL = Path(sys.executable).with_name("pybabel")

POLISH = """
msgid "Week"
msgstr "Tydzień"

#, fuzzy
msgid "Month"
msgstr "Rok"

msgid "{n} film"
msgid_plural "{n} films"
msgstr[0] "{n} film"
msgstr[1] "{n} filmy"
msgstr[2] "{n} filmów"
"""


def messages(path: Path) -> set[object]:
    with path.open("rb") as file:
        return {message.id for message in read_po(file)}


def test_the_template_holds_every_text_of_the_code(tmp_path: Path) -> None:
    template = tmp_path / "matinee.pot"
    subprocess.run([PYBABEL, "-q", "extract", "-k", "N_", "-o", template, LOCALES.parent], check=True)

    assert messages(LOCALES / "matinee.pot") == messages(template), "run: make locales"


def test_a_new_language_has_its_plurals_and_stays_as_it_is(tmp_path: Path) -> None:
    """As CONTRIBUTING.md tells translators to do it."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(LOCALES.parent, tmp_path / "handlers", ignore=shutil.ignore_patterns("__pycache__"))
    locales = tmp_path / "handlers" / "locales"
    begin = [PYBABEL, "-q", "init", "-i", locales / "matinee.pot", "-d", locales, "-D", "matinee", "-l", "ru"]
    gather = ["make", "-s", "-C", tmp_path, "-o", ".venv/installed", f"BIN={PYBABEL.parent}", "locales"]
    catalogue = locales / "ru" / "LC_MESSAGES" / "matinee.po"

    subprocess.run(begin, check=True)
    subprocess.run(gather, check=True)
    once = catalogue.read_text("utf-8")
    subprocess.run(gather, check=True)

    assert "nplurals=3" in i18n.read(catalogue, "ru").info()["plural-forms"]
    assert catalogue.read_text("utf-8") == once


def test_no_text_stands_inside_of_an_f_string() -> None:
    """Up to Python 3.11, which tells translators of none there, a template would lack what later ones find."""
    hidden = [
        f"{path.name}:{each.lineno}"
        for path in LOCALES.parent.rglob("*.py")
        for outer in ast.walk(ast.parse(path.read_text()))
        if isinstance(outer, ast.JoinedStr)
        for each in ast.walk(outer)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in {"_", "ngettext"}
        if any(isinstance(given, ast.Constant) for given in each.args)
    ]

    assert hidden == []


def test_an_unknown_language_is_spoken_to_in_english() -> None:
    with speaking("tlh-Latn"):
        assert (i18n.language(), _("Saved")) == ("en", "Saved")


def test_a_stretch_of_another_language_ends() -> None:
    with speaking("en-GB"), speaking(None):
        assert i18n.language() == "en"


def test_a_translators_file_is_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "matinee.po"
    file.write_text(POLISH, "utf-8")
    polish = i18n.read(file, "pl")

    assert [polish.gettext(said) for said in ("Week", "Month", "Year")] == ["Tydzień", "Month", "Year"]
    assert [polish.ngettext("{n} film", "{n} films", n) for n in (1, 2, 5, 22)] == [
        "{n} film", "{n} filmy", "{n} filmów", "{n} filmy"
    ]  # fmt: skip


def test_plurals_take_their_form() -> None:
    assert [ngettext("{n} film", "{n} films", n).format(n=n) for n in (1, 2)] == ["1 film", "2 films"]
