"""What Telegram finds in a text by itself, and how entities that overlap are settled."""

import pytest

from bot.sandbox.entities import detect, settle, trim


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/top", [("bot_command", "/top")]),
        ("/top@matinee_demo_bot 10", [("bot_command", "/top@matinee_demo_bot")]),
        ("see @ann_hart", [("mention", "@ann_hart")]),
        ("and/or", []),
        ("#noir and #1", [("hashtag", "#noir")]),
        ("at https://imdb.com/title/tt1.", [("url", "https://imdb.com/title/tt1")]),
        ("imdb.com has it", [("url", "imdb.com")]),
        ("ann@example.org", [("email", "ann@example.org")]),
        ("Mr. Robot... no", []),
        ("7/10", []),
    ],
)
def test_commands_mentions_and_links_are_found(text: str, found: list[tuple[str, str]]) -> None:
    spans = [(each["type"], text[each["offset"] : each["offset"] + each["length"]]) for each in detect(text)]

    assert spans == found


def test_offsets_of_found_entities_count_utf16_units() -> None:
    assert [each["offset"] for each in detect("😀 /top")] == [3]


def test_code_holds_nothing_and_cuts_styles_around_it() -> None:
    bold, code = {"type": "bold", "offset": 0, "length": 9}, {"type": "code", "offset": 3, "length": 3}

    settled = settle([code, bold], "aaa/topbb")

    assert [(each["type"], each["offset"], each["length"]) for each in settled] == [
        ("bold", 0, 3),
        ("code", 3, 3),
        ("bold", 6, 3),
    ]


def test_nothing_is_said_twice() -> None:
    bold = {"type": "bold", "offset": 0, "length": 3}

    assert settle([bold, dict(bold)], "abc") == [bold]


def test_white_space_around_goes_and_entities_follow() -> None:
    text, entities = trim("\n  abc \n", [{"type": "bold", "offset": 3, "length": 5}])

    assert (text, entities) == ("abc", [{"type": "bold", "offset": 0, "length": 3}])
