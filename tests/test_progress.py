"""How far long work is, where there is no terminal."""

import re

import pytest

from bot.progress import progress_bars


def test_each_kind_of_work_has_a_line_at_its_beginning_and_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars() as progress:
        for done in (0, 2_000, 4_000, 4_000):
            progress("films", done, 4_000)
        progress("search index", 10, 20)

    said = re.sub(r"\d+\.\d s", "0.0 s", capsys.readouterr().err)
    assert said == "films: 4,000 to do\nfilms: done in 0.0 s\nsearch index: 20 to do\n"
