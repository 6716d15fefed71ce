"""What the command line reads and writes: bytes of another encoding, and a disk without room."""

import json
import subprocess
from pathlib import Path

import pytest

from tests import program


@pytest.fixture
async def data_dir(tmp_path: Path) -> Path:
    """With five films."""
    return await program.small_world(tmp_path / "data")


def test_queries_that_are_no_utf_8_are_answered_too(data_dir: Path) -> None:
    child = subprocess.run(
        [*program.PYTHON_M_BOT, "search", "--stdin", "--json"],
        env=program.environment(data_dir), capture_output=True, check=True,
        input="amélie\r\nheat\r\n".encode("latin-1"),
    )  # fmt: skip
    answers = [json.loads(line) for line in child.stdout.splitlines()]

    assert [(each["query"], each["results"][0]["title"]) for each in answers] == [
        ("am\N{REPLACEMENT CHARACTER}lie", "Amélie"),
        ("heat", "Heat"),
    ]


def test_output_onto_a_full_disk_is_one_line_and_code_1(data_dir: Path) -> None:
    with open("/dev/full", "wb") as full:
        child = subprocess.run(
            [*program.PYTHON_M_BOT, "search", "heat"],
            env=program.environment(data_dir), stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    assert (child.returncode, child.stderr) == (
        1,
        "matinee: the disk is full: what was to be written is not complete\n",
    )
