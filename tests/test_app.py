"""The whole program beside a stub of Telegram: its start, its stop, and what a kill leaves."""

import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from tests import program, stub_telegram
from tests.program import free_port
from tests.stub_telegram import TOKEN
from tests.test_intake import message


@pytest.fixture
async def data_dir(tmp_path: Path) -> Path:
    """Five films and their index."""
    return await program.small_world(tmp_path / "data")


async def test_it_answers_and_stops_cleanly_however_often_it_is_told(data_dir: Path) -> None:
    async with stub_telegram.running() as stub:
        stub.updates = [message(1, "/start")]
        async with program.started(data_dir, "run", token=TOKEN, api_url=stub.url) as process:
            await stub.wait_for("sendMessage")
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
            end = await program.terminated(process)

    assert (end.code, "Traceback" in end.err) == (0, False)
    assert len(stub.named("sendMessage")) == 1


async def test_what_was_at_work_when_the_process_was_killed_runs_at_the_next_start(data_dir: Path) -> None:
    async with stub_telegram.running() as stub:
        stub.updates = [message(1, "/start"), message(2, "/help")]
        stub.script["sendMessage"] = [stub_telegram.hang]
        settings = {"token": TOKEN, "api_url": stub.url}
        async with program.started(data_dir, "run", **settings) as process:
            await stub.wait_for("sendMessage")
            await stub.wait_for("getUpdates", 2)  # acknowledged: Telegram has forgotten both
            process.kill()
            await process.wait()
        assert stub.updates == []
        async with program.started(data_dir, "run", **settings) as process:
            await stub.wait_for("sendMessage", 3)
            await program.terminated(process)

    assert [call["chat_id"] for call in stub.named("sendMessage")] == ["5000000001"] * 3


async def test_its_health_can_be_asked(data_dir: Path) -> None:
    port = free_port()
    async with stub_telegram.running() as stub:
        stub.updates = [message(1, "/start")]
        settings = {"token": TOKEN, "api_url": stub.url, "listen": f"127.0.0.1:{port}"}
        async with program.started(data_dir, "run", **settings) as process:
            await stub.wait_for("getUpdates", 3)
            answers = {}
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
                for path in ("/healthz", "/readyz", "/metrics"):
                    async with http.get(path) as answer:
                        answers[path] = (answer.status, await answer.text())
            await program.terminated(process)

    assert answers["/healthz"] == (200, "ok\n")
    assert answers["/readyz"] == (200, "ready\n")
    assert "matinee_updates_taken_total 1.0" in answers["/metrics"][1]
    assert TOKEN.partition(":")[2] not in answers["/metrics"][1]


async def test_it_is_not_ready_before_telegram_answers(data_dir: Path) -> None:
    port = free_port()
    async with stub_telegram.running() as stub:
        stub.script["getMe"] = [stub_telegram.hang]
        settings = {"token": TOKEN, "api_url": stub.url, "listen": f"127.0.0.1:{port}"}
        async with program.started(data_dir, "run", **settings) as process:
            await stub.wait_for("getMe")
            async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                status, text = answer.status, await answer.text()
            await program.terminated(process)

    assert (status, text) == (503, "telegram: no poll has succeeded lately\n")


async def test_a_port_that_is_taken_is_one_line(data_dir: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        listen = f"127.0.0.1:{busy.getsockname()[1]}"
        end = await program.matinee(data_dir, "run", token=TOKEN, listen=listen)

    assert (end.code, end.err) == (
        1,
        f"matinee: MATINEE_LISTEN: cannot listen on {listen}: it is in use already; choose a free port\n",
    )
