"""The whole bot by webhook: in a sandbox that delivers, and as a program that is stopped and killed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from telegram.ext import ExtBot

from bot import hook as own_hook
from bot.sandbox.seed import ANN, BEN
from bot.sandbox.webhook import Hook
from bot.transport import AiohttpRequest
from bot.updates import ACCEPTED
from storage.service import Storage, StorageSettings
from tests import program, stub_telegram
from tests.conversations import TOKEN as SANDBOX_TOKEN
from tests.conversations import Stage, staged
from tests.databases import Clock, add_films, new_database
from tests.deliveries import SECRET, Door, door_to
from tests.program import free_port
from tests.stub_telegram import TOKEN, StubTelegram
from tests.test_intake import message
from tests.test_storage_faults import pragma


@dataclass(frozen=True, slots=True)
class Hooked:
    """The bot at work in a sandbox that delivers to it; `door` is for whoever else finds its port."""

    stage: Stage
    door: Door


async def tell(api_url: str, hook: own_hook.Hook) -> None:
    """As `matinee webhook set` tells it."""
    request = AiohttpRequest(api_url)
    async with ExtBot(SANDBOX_TOKEN, base_url=f"{api_url}/bot", request=request, get_updates_request=request) as bot:
        await own_hook.set_hook(bot, hook)


@asynccontextmanager
async def hooked_up(data_dir: Path, database_url: str | None = None) -> AsyncIterator[Hooked]:
    port = free_port()
    own = {"webhook_url": f"http://127.0.0.1:{port}", "webhook_secret": SECRET, "listen": f"127.0.0.1:{port}"}
    async with staged(data_dir, database_url=database_url, **own) as stage, door_to(port) as door:
        stage.sandbox.world.webhook.speed = 200  # the pauses between two tries are a two hundredth
        await tell(stage.sandbox.url, own_hook.Hook(own["webhook_url"] + "/telegram", SECRET))
        yield Hooked(stage, door)


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[Hooked]:
    """With five films, on SQLite."""
    async with hooked_up(await program.small_world(tmp_path / "data")) as made:
        yield made


@pytest.fixture
async def postgresql(postgres: str, migrated_template: str, tmp_path: Path) -> str:
    """A database with the five films."""
    url = await new_database(postgres, migrated_template)
    storage = await Storage.open(StorageSettings(data_dir=tmp_path / "other", url=url), now=Clock())
    await add_films(storage)
    await storage.close()
    return url


@pytest.fixture(params=[None, "postgresql"], ids=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """None: the SQLite file of the data directory."""
    url: str | None = request.param and request.getfixturevalue(request.param)
    return url


async def test_a_conversation_goes_as_with_polling(database_url: str | None, tmp_path: Path) -> None:
    async with hooked_up(await program.small_world(tmp_path / "data"), database_url) as hooked:
        stage = hooked.stage
        talk = await stage.client.open()
        assert "Ann" in (await talk.asks("/start")).text
        card = await talk.asks("heatt")
        toasts = [(await card.press("8")).text, (await (await card.now()).press("9")).text]

        assert toasts == ["8 ★ saved", "8 → 9 ★"]
        assert [(entry.action, entry.after) for entry in await stage.trail()] == [
            ("rating.create", {"stars": 8}),
            ("rating.update", {"stars": 9}),
        ]
        assert "Heat (1995) · 9 ★" in (await talk.asks("/my")).text
        assert await stage.client.outbox("getUpdates") == []
        assert await stage.client.problems() == []


async def test_the_sandbox_is_told_where_to_deliver(hooked: Hooked) -> None:
    talk = await hooked.stage.client.open()
    await talk.asks("/start")
    world = hooked.stage.sandbox.world

    assert world.webhook.hook == Hook(f"http://127.0.0.1:{hooked.door.port}/telegram", SECRET, 40)
    assert world.updates.allowed == set(ACCEPTED)


def rating(update_id: int, stars: int) -> dict[str, Any]:
    """Ann rates a film by command; as Telegram would deliver it."""
    update = message(update_id, f"/rate heat {stars}")
    update["message"]["entities"] = [{"type": "bot_command", "offset": 0, "length": 5}]
    return update


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_is_delivered_twice_has_one_effect(hooked: Hooked, at_once: bool) -> None:
    talk = await hooked.stage.client.open()
    deliveries = [hooked.door.delivers(rating(7, 8)) for _ in range(3)]
    answers = await asyncio.gather(*deliveries) if at_once else [await each for each in deliveries]
    await talk.reply()

    assert [(answer.status, answer.body) for answer in answers] == [(200, b"")] * 3
    assert await talk.stays_silent()
    assert len(await hooked.stage.trail()) == 1


async def eventually(holds: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    async with asyncio.timeout(5):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def idle(storage: Storage) -> bool:
    return await storage.inbox.undone() == []


async def test_while_the_database_is_away_telegram_keeps_what_people_say(hooked: Hooked) -> None:
    client, storage, world = hooked.stage.client, hooked.stage.storage, hooked.stage.sandbox.world
    ann, ben = await client.open(ANN), await client.open(BEN)
    await ann.asks("/start")
    await eventually(lambda: idle(storage))
    pragma(storage, "query_only=ON")
    for talk in (ann, ben):
        await talk.says("/rate heat 8")

    async def refused() -> bool:
        trouble = world.webhook.trouble
        return trouble is not None and trouble.text.endswith("503 Service Unavailable")

    await eventually(refused)
    direct = await hooked.door.delivers(rating(7, 8))
    kept = len(world.updates.waiting)
    pragma(storage, "query_only=OFF")

    assert (direct.status, direct.headers["Retry-After"], kept) == (503, "5", 2)
    assert ["Heat (1995)" in (await talk.reply()).text for talk in (ann, ben)] == [True, True]
    assert {entry.actor for entry in await hooked.stage.trail()} == {ANN, BEN}
    assert (await hooked.door.delivers(rating(7, 8))).status == 200


async def test_what_a_former_process_took_is_answered_at_the_start(tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    storage = await Storage.open(StorageSettings(data_dir=data_dir), now=Clock())
    await storage.inbox.take([(7, ANN, orjson.dumps(rating(7, 8)))])  # acknowledged, and then it was killed
    await storage.close()
    async with hooked_up(data_dir) as hooked:
        await eventually(lambda: idle(hooked.stage.storage))
        again = await hooked.door.delivers(rating(7, 8))
        entries = await hooked.stage.trail()

    assert (again.status, [(entry.actor, entry.after) for entry in entries]) == (200, [(ANN, {"stars": 8})])


async def test_a_stranger_at_the_port_changes_nothing(hooked: Hooked) -> None:
    answers = [await hooked.door.delivers(rating(7, 8), secret) for secret in (None, "guess")]

    assert [answer.status for answer in answers] == [403, 403]
    assert await hooked.stage.storage.inbox.undone() == []
    assert await hooked.stage.trail() == []


@dataclass(frozen=True, slots=True)
class Told:
    """The settings of a program in webhook mode, and where to deliver to it."""

    settings: dict[str, str]
    port: int

    @classmethod
    def about(cls, stub: StubTelegram) -> "Told":
        port = free_port()
        hook = {"webhook_url": "https://films.example.org", "webhook_secret": SECRET, "listen": f"127.0.0.1:{port}"}
        return cls({"token": TOKEN, "api_url": stub.url, **hook}, port)


async def test_the_program_receives_and_stops_in_time_when_told(tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    async with stub_telegram.running() as stub:
        told = Told.about(stub)
        async with program.started(data_dir, "run", **told.settings) as process, door_to(told.port) as door:
            await stub.wait_for("getWebhookInfo")
            ready = await door.asks("/readyz", method="GET")
            taken = await door.delivers(message(1, "/start"))
            noise = await door.hears(b"POST /telegram HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n")
            await stub.wait_for("sendMessage")
            end = await program.terminated(process, within_s=30)  # with Telegram's connection still open

    assert (ready.status, taken.status, end.code, "Traceback" in end.err) == (200, 200, 0, False)
    assert b" 400 " in noise
    assert (stub.named("getUpdates"), stub.named("setWebhook"), stub.named("deleteWebhook")) == ([], [], [])
    assert "run matinee webhook set" in end.err
    assert SECRET not in end.out + end.err


async def test_what_was_acknowledged_when_it_was_killed_runs_at_the_next_start(tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    async with stub_telegram.running() as stub:
        told = Told.about(stub)
        stub.script["sendMessage"] = [stub_telegram.hang]
        async with program.started(data_dir, "run", **told.settings) as process, door_to(told.port) as door:
            await stub.wait_for("getWebhookInfo")
            taken = await door.delivers(message(1, "/start"))
            await stub.wait_for("sendMessage")
            process.kill()
            await process.wait()
        async with program.started(data_dir, "run", **told.settings) as process:
            await stub.wait_for("sendMessage", 2)
            await program.terminated(process)

    assert (taken.status, [call["chat_id"] for call in stub.named("sendMessage")]) == (200, [str(ANN)] * 2)


async def test_whatever_webhook_mode_lacks_has_a_line(tmp_path: Path) -> None:
    end = await program.matinee(tmp_path / "data", "run", token=TOKEN, webhook_url="https://films.example.org")
    secret, listen = end.err.splitlines()

    assert end.code == 2
    assert secret.startswith("matinee: MATINEE_WEBHOOK_SECRET is not set: give 1 to 256 of A-Z")
    assert "openssl rand" in secret
    assert listen.startswith("matinee: MATINEE_LISTEN is not set: give host:port")


async def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    """Or everybody who shows none would know it."""
    empty = tmp_path / "secret"
    empty.write_text("\n")
    settings = {"webhook_url": "https://films.example.org", "listen": "127.0.0.1:0", "webhook_secret_file": str(empty)}
    end = await program.matinee(tmp_path / "data", "run", token=TOKEN, **settings)

    assert (end.code, len(end.err.splitlines())) == (2, 1)
    assert "MATINEE_WEBHOOK_SECRET_FILE: found an empty file" in end.err
