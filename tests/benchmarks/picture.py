"""Lines over growing sizes as an SVG, both axes logarithmic."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 820, 380, 80, 44, 270, 44
COLOURS = ("#0b7285", "#e8590c", "#5f3dc4", "#2b8a3e", "#c2255c", "#868e96")
INK, GRID = "#868e96", "#ced4da"


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    points: Sequence[tuple[float, float]]
    """Size and milliseconds, both above 0."""


def svg(title: str, sizes: str, lines: Sequence[Line]) -> str:
    """`sizes` says what the sizes are of. Grey on nothing, so that it can be read on light and on dark."""
    across = _Axis([x for line in lines for x, _ in line.points], LEFT, WIDTH - RIGHT)
    up = _Axis([y for line in lines for _, y in line.points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        _text(LEFT, 22, title, size=15),
        *(_text(across.at(x), HEIGHT - 22, f"{x:,.0f}", anchor="middle") for x in across.decades()),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, sizes, anchor="middle"),
    ]
    for y in up.decades():
        parts.append(f'<path d="M{LEFT} {up.at(y):.1f}H{WIDTH - RIGHT}" stroke="{GRID}" stroke-width=".6"/>')
        parts.append(_text(LEFT - 8, up.at(y) + 4, _duration(y), anchor="end"))
    ends = _spread([up.at(line.points[-1][1]) for line in lines])
    for line, colour, end in zip(lines, COLOURS, ends, strict=False):
        path = "L".join(f"{across.at(x):.1f} {up.at(y):.1f}" for x, y in line.points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts.append(_text(WIDTH - RIGHT + 8, end + 4, f"{line.name}: {_duration(line.points[-1][1])}", colour=colour))
    return "\n".join((*parts, "</svg>")) + "\n"


class _Axis:
    """From the decade below the least value to the one above the greatest."""

    def __init__(self, values: Sequence[float], begin: float, end: float) -> None:
        self._low, self._high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        self._begin, self._end = begin, end

    def at(self, value: float) -> float:
        part = (math.log10(value) - self._low) / max(1, self._high - self._low)
        return self._begin + part * (self._end - self._begin)

    def decades(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]


def _spread(heights: Sequence[float]) -> list[float]:
    """Moved down where names would cover each other."""
    moved, below = dict[int, float](), -math.inf
    for number in sorted(range(len(heights)), key=lambda number: heights[number]):
        below = moved[number] = max(heights[number], below + 17)
    return [moved[number] for number in range(len(heights))]


def _duration(ms: float) -> str:
    return f"{ms / 1000:,.3g} s" if ms >= 1000 else f"{ms:.2g} ms" if ms < 100 else f"{ms:.0f} ms"


def _text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, size: int = 13) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}"'
    return f"<text {where}>{escape(words)}</text>"
