"""Telegram's HTML: entities in UTF-16 units, complaints with byte offsets, nothing mended in silence."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.errors import ApiError
from bot.sandbox.html_tags import parse_html
from bot.sandbox.utf16 import utf16_length


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>x</b>", "x", [("bold", 0, 1)]),
        ("<STRONG>x</strong>", "x", [("bold", 0, 1)]),
        ("a <i>b</i> c", "a b c", [("italic", 2, 1)]),
        ("😀<b>x</b>", "😀x", [("bold", 2, 1)]),
        ("<b>é<i>ü</i></b>", "éü", [("italic", 1, 1), ("bold", 0, 2)]),
        ("<b>x</>", "x", [("bold", 0, 1)]),
        ("<b></b>", "", []),
        ("&lt;b&gt; &amp; &quot;", '<b> & "', []),
        ("&nbsp;&apos;", "&nbsp;&apos;", []),
        ("&#65;&#x42;", "AB", []),
        ("Tom & Jerry > all", "Tom & Jerry > all", []),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ('<a href="not a link">x</a>', "x", []),
        ("<pre>x</pre>", "x", [("pre", 0, 1)]),
    ],
)
def test_text_and_entities_are_telegrams(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    parsed, found = parse_html(source)

    assert parsed == text
    assert [(each["type"], each["offset"], each["length"]) for each in found] == entities


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("3 < 5", 'Unsupported start tag "" at byte offset 2'),
        ("é<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("😀<p>", 'Unsupported start tag "p" at byte offset 4'),
        ("x<b", "Unclosed start tag at byte offset 1"),
        ('x<a href="y', 'Unclosed start tag "a" at byte offset 1'),
        ("<a ='x'>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("</b>", "Unexpected end tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ('<tg-emoji emoji-id="x">🎬</tg-emoji>', "Invalid custom emoji identifier specified"),
        ('<tg-time unix="1" format="q">x</tg-time>', "Invalid date format used"),
    ],
)
def test_mistakes_are_told_with_their_byte_offset(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refusal:
        parse_html(source)

    assert refusal.value.description == f"Bad Request: can't parse entities: {reason}"


def test_links_get_the_form_that_telegram_gives_them() -> None:
    _, found = parse_html('<a href="example.com">x</a><a href="https://imdb.com/title/tt1?a=1&amp;b=2">y</a>')

    assert [each["url"] for each in found] == ["http://example.com/", "https://imdb.com/title/tt1?a=1&b=2"]


@pytest.mark.parametrize(
    "source", ["<pre><code class='language-py'>x</code></pre>", "<code class=language-py>x</code>"]
)
def test_only_a_block_of_code_has_a_language(source: str) -> None:
    _, [entity] = parse_html(source)

    assert entity.get("language") == ("py" if entity["type"] == "pre" else None)


def test_times_are_for_the_readers_own_zone() -> None:
    _, [entity] = parse_html('<tg-time unix="1700000000" format="wDt">then</tg-time>')

    expected = {"type": "date_time", "unix_time": 1700000000, "date_time_format": "wDt", "offset": 0, "length": 4}
    assert entity == expected


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse_html(escape(text, quote=False)) == (text, [])


@given(st.text(min_size=1), st.text(min_size=1))
def test_an_entity_spans_its_text_in_utf16_units(before: str, inside: str) -> None:
    _, [entity] = parse_html(f"{escape(before, quote=False)}<b>{escape(inside, quote=False)}</b>")

    assert (entity["offset"], entity["length"]) == (utf16_length(before), utf16_length(inside))
