"""The results where they are shown: a table in the README and pictures of growth in docs/."""

from pathlib import Path

from tests.benchmarks.chats import Pass
from tests.benchmarks.lists import Size
from tests.benchmarks.measures import from_json, table
from tests.benchmarks.picture import Line, svg

ROOT = Path(__file__).parent.parent.parent
README, RESULTS = ROOT / "README.md", ROOT / "docs" / "benchmarks.json"
BEGIN, END = "<!-- make bench -->\n```\n", "\n```\n<!-- end -->"


def results(text: str) -> None:
    RESULTS.write_text(text)
    README.write_text(shown(README.read_text(), text))


def shown(readme: str, text: str) -> str:
    """The README with the table of these results."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table(from_json(text)) + END + after


def pictures(sizes: list[Size], passes: list[Pass]) -> None:
    ways = {
        "counted from the ratings": "counted", "digest of a club": "digest", "top of a genre, p95": "genre",
        "top list": "top", "one row by its key": "key",
    }  # fmt: skip
    lines = [Line(name, [(size.ratings, getattr(size, way)) for size in sizes]) for name, way in ways.items()]
    _picture("growth-ratings.svg", "What a list costs as ratings grow", "ratings", lines)
    each = Line("a digest, composed", [(each.chats, 1000 / each.per_s) for each in passes])
    look = Line("to see that any is due", [(each.chats, each.look_ms) for each in passes])
    _picture("growth-chats.svg", "What a digest costs as chats grow", "chats with a digest", [each, look])


def _picture(name: str, title: str, sizes: str, lines: list[Line]) -> None:
    (ROOT / "docs" / name).write_text(svg(title, sizes, lines))
