"""Drawn posters, for the page loads nothing from the network: a title over two colours that are always its own."""

from html import escape
from itertools import accumulate
from textwrap import wrap
from zlib import crc32

from aiohttp import web

LINE = 12
"""Letters of a line; a longer word is broken."""
MOST_LINES = 5
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 450" role="img">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl({hue} 34% 40%)"/>
<stop offset="1" stop-color="hsl({other} 42% 15%)"/></linearGradient></defs>
<rect width="300" height="450" fill="url(#g)"/>
<circle cx="{x}" cy="{y}" r="92" fill="hsl({other} 62% 60%)" opacity=".55"/>
<rect y="{ground}" width="300" height="450" fill="#000" opacity=".28"/>
<g font-family="Georgia, serif" font-size="34" font-weight="700" fill="#fff">{lines}</g></svg>"""


async def poster(request: web.Request) -> web.Response:
    """GET /posters/TITLE.svg."""
    drawn = draw(request.match_info["title"][:120])
    return web.Response(text=drawn, content_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


def draw(title: str) -> str:
    number = crc32(title.encode())
    lines = wrap(title, LINE)[:MOST_LINES] or ["?"]
    heights = accumulate([40] * (len(lines) - 1), initial=450 - 40 * len(lines))
    texts = (f'<text x="26" y="{y}">{escape(line)}</text>' for line, y in zip(lines, heights, strict=True))
    return SVG.format(
        hue=number % 360, other=(number + 25 + number // 360 % 50) % 360, x=80 + number // 7 % 140,
        y=90 + number // 11 % 110, ground=450 - 40 * len(lines) - 46, lines="".join(texts),
    )  # fmt: skip
