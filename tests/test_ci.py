"""The last step of `.ci/run`: a test that is silently missing fails the run."""

import runpy
from pathlib import Path
from typing import Any

import pytest

COMPLETE = Path(__file__).parent.parent / ".ci" / "complete.py"


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The functions of the script, run in the checkout as `.ci/run` does."""
    monkeypatch.chdir(COMPLETE.parent.parent)
    return runpy.run_path(str(COMPLETE))


def report(path: Path, *cases: str) -> Path:
    path.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    return path


def case(module: str, inside: str = "") -> str:
    return f'<testcase classname="{module}" name="test_it">{inside}</testcase>'


def passing(complete: dict[str, Any]) -> list[str]:
    return [case(path.removesuffix(".py").replace("/", ".")) for path in complete["test_files"]()]


def test_all_files_with_tests_that_ran_are_complete(complete: dict[str, Any], tmp_path: Path) -> None:
    assert complete["faults"](report(tmp_path / "tests.xml", *passing(complete))) == []


def test_a_file_of_which_nothing_ran_is_named(complete: dict[str, Any], tmp_path: Path) -> None:
    ran = [each for each in passing(complete) if "tests.test_ci" not in each]

    assert complete["faults"](report(tmp_path / "tests.xml", *ran)) == ["tests/test_ci.py: no test of it was run"]


def test_no_test_at_all_is_a_fault(complete: dict[str, Any], tmp_path: Path) -> None:
    assert len(complete["faults"](report(tmp_path / "tests.xml"))) == len(complete["test_files"]())


@pytest.mark.parametrize(("reason", "faults"), [("no nginx here: apt-get missing", 0), ("it is Friday", 1)])
def test_only_the_allowed_reasons_may_skip(reason: str, faults: int, complete: dict[str, Any], tmp_path: Path) -> None:
    skipped = case("tests.test_ci", f'<skipped message="{reason}"/>')

    found = complete["faults"](report(tmp_path / "tests.xml", *passing(complete), skipped))

    assert len(found) == faults
