"""`matinee webhook`: sets, shows and removes what Telegram knows, and never prints a secret."""

from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.people import Said, say
from bot.sandbox.seed import ANN
from bot.sandbox.server import running
from tests import program, stub_telegram
from tests.deliveries import SECRET
from tests.program import Ended
from tests.sandbox_bot import TOKEN as SANDBOX_TOKEN
from tests.stub_telegram import TOKEN

URL = "http://127.0.0.1:9"


async def webhook(tmp_path: Path, command: str, api_url: str, **settings: str) -> Ended:
    return await program.matinee(tmp_path / "data", "webhook", command, api_url=api_url, **settings)


async def test_a_webhook_is_set_shown_and_removed(tmp_path: Path) -> None:
    settings = {"token": SANDBOX_TOKEN, "webhook_url": URL, "webhook_secret": SECRET}
    async with running(seed=True) as sandbox:
        before = await webhook(tmp_path, "info", sandbox.url, **settings)
        done = await webhook(tmp_path, "set", sandbox.url, **settings)
        secret = sandbox.world.webhook.hook.secret
        say(sandbox.world, sandbox.state.chats[ANN], Said(ANN, "kept"))
        shown = await webhook(tmp_path, "info", sandbox.url, **settings)
        removed = await webhook(tmp_path, "delete", sandbox.url, **settings)
        after = await webhook(tmp_path, "info", sandbox.url, **settings)

    assert (before.code, before.out.splitlines()[0]) == (1, "url         none is set")
    assert (done.code, done.out, secret) == (0, f"Telegram delivers to {URL}/telegram\n", SECRET)
    assert (shown.code, shown.out.splitlines()[:2]) == (0, [f"url         {URL}/telegram", "pending     1"])
    assert " UTC: Connection failed" in shown.out.splitlines()[2]
    assert removed.out == "no webhook is set: without MATINEE_WEBHOOK_URL, matinee run polls\n"
    assert after.out.splitlines() == ["url         none is set", "pending     1", "last error  none"]


async def test_no_secret_is_printed_even_from_an_address_that_holds_it(tmp_path: Path) -> None:
    """Many bots have their token in the address, for want of a secret."""
    settings = {"token": SANDBOX_TOKEN, "webhook_url": f"{URL}/{SANDBOX_TOKEN}/{SECRET}", "webhook_secret": SECRET}
    async with running(seed=True) as sandbox:
        ends = [await webhook(tmp_path, command, sandbox.url, **settings) for command in ("set", "info", "delete")]

    written = "".join(end.out + end.err for end in ends)
    assert [end.code for end in ends] == [0, 0, 0]
    assert (SECRET in written, SANDBOX_TOKEN in written) == (False, False)


async def test_what_is_missing_to_set_it_has_a_line_each(tmp_path: Path) -> None:
    end = await webhook(tmp_path, "set", URL, token=TOKEN)

    assert (end.code, [line.split()[1] for line in end.err.splitlines()]) == (
        2, ["MATINEE_WEBHOOK_URL", "MATINEE_WEBHOOK_SECRET"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "answer", "code", "sentence"),
    [
        ("getMe", stub_telegram.error(401, "Unauthorized"), 1, "Telegram refuses the token: check MATINEE_TOKEN"),
        (
            "setWebhook",
            stub_telegram.error(429, "Too Many Requests: retry after 7", retry_after=7),
            1,
            "Telegram wants a pause: try again in 7 s",
        ),
        ("setWebhook", stub_telegram.html_502, 1, "Telegram did not do it: "),
        ("setWebhook", stub_telegram.drop, 1, "Telegram did not do it: The connection broke"),
        (
            "setWebhook",
            stub_telegram.error(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
            2,
            f"MATINEE_WEBHOOK_URL: found {URL}/telegram, which Telegram refuses (",
        ),
    ],
)
async def test_a_failure_is_one_line_with_cause_and_way_out(
    method: str, answer: Any, code: int, sentence: str, tmp_path: Path
) -> None:
    async with stub_telegram.running() as stub:
        stub.script[method] = [answer]
        end = await webhook(tmp_path, "set", stub.url, token=TOKEN, webhook_url=URL, webhook_secret=SECRET)

    assert (end.code, len(end.err.splitlines()), end.out) == (code, 1, "")
    assert end.err.startswith(f"matinee: {sentence}")
    assert (SECRET in end.err, TOKEN in end.err) == (False, False)


async def test_without_a_network_it_says_so(tmp_path: Path) -> None:
    end = await webhook(tmp_path, "info", URL, token=TOKEN)

    assert (end.code, len(end.err.splitlines())) == (1, 1)
    assert "check the network and MATINEE_API_URL" in end.err
