"""What the benchmarks publish: the README's table is the one of the last results, and the pictures can be drawn."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.benchmarks.measures import Measure, as_json, from_json, middle, table
from tests.benchmarks.picture import Line, svg
from tests.benchmarks.publish import README, RESULTS, ROOT, shown

MET = Measure("presses / others", 900, 150, 6)
MISSED = Measure("p99 / 25 ms", 30, 25, 1, least=False, unit="ms")
IN_TIME = Measure("start / imports", 1_450, 800, 1.7, False, "ms", 1_500)


def test_the_readme_shows_the_last_results() -> None:
    readme = README.read_text()

    assert shown(readme, RESULTS.read_text()) == readme
    assert "ours" in readme


def test_results_are_the_same_after_a_round_trip_and_say_what_is_missed() -> None:
    there_and_back = from_json(as_json([MET, MISSED, IN_TIME]))

    assert there_and_back == [MET, MISSED, IN_TIME]
    assert [row.split()[-1] for row in table(there_and_back).splitlines()[1:]] == ["met", "MISSED", "met"]


def test_what_was_promised_as_a_time_is_kept_by_the_time_or_by_the_ratio() -> None:
    slower = replace(IN_TIME, ours=2_700, baseline=1_600)

    assert (IN_TIME.met, slower.met, replace(slower, ours=2_800).met) == (True, True, False)


@pytest.mark.parametrize("name", ["growth-ratings.svg", "growth-chats.svg"])
def test_pictures_of_growth_are_there(name: str) -> None:
    drawn = ElementTree.fromstring((ROOT / "docs" / name).read_text())

    assert len(drawn.findall("{*}path")) >= 2


def test_lines_end_within_the_picture_and_names_do_not_cover_each_other() -> None:
    lines = [Line("flat", [(1_000, 1.0), (100_000, 1.0)]), Line("as flat", [(1_000, 1.0), (100_000, 1.1)])]
    drawn = ElementTree.fromstring(svg("Growth", "chats", lines))
    names = [text for text in drawn.findall("{*}text") if "flat" in (text.text or "")]
    heights = sorted(float(text.attrib["y"]) for text in names)

    assert heights[1] - heights[0] >= 15
    assert all(0 < height < 380 for height in heights)


@pytest.mark.parametrize(
    ("rounds", "pace"),
    [([5], 5), ([5, 9], 7), ([9, 1, 5], 5), ([1, 4, 5, 6, 99, 2, 7], 5), ([0, 3, 4, 5, 6, 7, 100, 5], 5)],
)
def test_neither_the_quickest_rounds_nor_the_slowest_count(rounds: list[float], pace: float) -> None:
    assert middle(rounds) == pace
