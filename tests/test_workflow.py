"""The workflow of GitHub Actions asks for what there is, and may do no more than it has to."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]


def test_it_makes_what_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    asked = [word for step in STEPS for word in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))]

    assert sorted(asked) == ["build", "check", "test"]
    assert set(asked) <= targets


def test_it_tests_every_version_of_python_that_the_project_promises() -> None:
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    lowest, below = (int(number) for number in re.findall(r"3\.(\d+)", promised))

    assert JOBS["test"]["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(lowest, below)]


def test_only_a_release_may_write_and_only_a_tag_is_released() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job} == {
        "release": {"contents": "write"}
    }
    assert JOBS["release"]["if"] == "github.ref_type == 'tag'"
    assert set(JOBS["release"]["needs"]) == set(JOBS) - {"release"}


def test_each_action_is_of_one_version_and_each_job_ends() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]

    assert used
    assert [name for name in used if not re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", name)] == []
    assert all(job["timeout-minutes"] <= 60 for job in JOBS.values())


def test_what_a_stranger_may_choose_is_in_no_command() -> None:
    """A branch or a title goes through the environment: in a command it would be run."""
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []
