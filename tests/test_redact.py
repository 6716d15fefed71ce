"""Redaction: secrets leave every text, in whatever form they are written."""

from urllib.parse import quote

import pytest

from bot.redact import Redactor
from tests.stub_telegram import TOKEN

PASSWORD = "s3cret'pass\\word"


@pytest.fixture
def redact() -> Redactor:
    redactor = Redactor()
    redactor.learn(TOKEN, PASSWORD)
    return redactor


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/getMe", "POST https://api.telegram.org/bot[secret]/getMe"),
        (f"token={quote(TOKEN, safe='')}&x", "token=[secret]&x"),
        (f"half of it: {TOKEN.partition(':')[2]}.", "half of it: [secret]."),
        (repr({"password": PASSWORD}), "{'password': \"[secret]\"}"),
        ("nothing to hide at 12:30", "nothing to hide at 12:30"),
    ],
)
def test_a_known_secret_is_hidden(text: str, shown: str, redact: Redactor) -> None:
    assert redact(text) == shown


def test_what_looks_like_a_secret_is_hidden_unlearned() -> None:
    stranger = "987654321:BBF-another_another_another_another"

    assert Redactor()(f"/bot{stranger}/getMe") == "/bot[secret]/getMe"
    assert Redactor()("postgresql://ann:hunter2@db/matinee") == "postgresql://ann:[secret]@db/matinee"
