"""Posting digests through a strict Bot API server: once, on time, and what happens when Telegram does not play."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.broadcaster import Broadcaster
from bot.config import Settings
from bot.digest import Outcome, post_due
from bot.pacer import Pacer
from bot.sandbox.seed import CLUB
from bot.sandbox.server import running
from bot.telegram_bot import build_bot
from storage.service import Storage
from tests import program
from tests.conversations import TOKEN
from tests.databases import ANN, BEN, DUNE, Clock, in_club
from tests.sandbox_client import SandboxClient, connected

FRIDAY_18 = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)  # in Berlin


@dataclass(frozen=True, slots=True)
class Post:
    """A sandbox, the storage, and a bot to post with; the clock is the storage's."""

    client: SandboxClient
    storage: Storage
    clock: Clock
    broadcaster: Broadcaster
    pacer: Pacer

    async def due(self, at: datetime) -> list[Outcome]:
        self.clock.at = at
        return [outcome for _, outcome in (await post_due(self.storage, self.broadcaster)).outcomes]

    async def posted(self, chat: int = CLUB) -> list[str]:
        calls = await self.client.outbox("sendMessage")
        return [
            call["params"]["text"] for call in calls if int(call["params"]["chat_id"]) == chat and call["status"] == 200
        ]


@pytest.fixture
async def post(sqlite_storage: Storage, clock: Clock) -> AsyncIterator[Post]:
    """The seeded club has its digest on Friday at 18:00 in Berlin, and something to read in it."""
    pacer = Pacer()
    async with (
        running(pedantic=True, seed=True) as sandbox,
        connected(sandbox.url, sandbox.key) as client,
        build_bot(Settings(token=TOKEN, api_url=sandbox.url), pacer) as bot,
    ):
        await prepare(sqlite_storage, CLUB, "Europe/Berlin")
        yield Post(client, sqlite_storage, clock, Broadcaster(sqlite_storage, bot, pacer), pacer)


async def prepare(storage: Storage, chat: int, zone: str) -> None:
    await storage.digests.change(in_club(ANN, chat), enabled=True, weekday=4, minute=18 * 60, zone=zone)
    for actor, stars in ((ANN, 8), (BEN, 6)):
        await storage.ratings.rate(DUNE, stars, in_club(actor, chat))


async def test_a_digest_is_posted_once(post: Post) -> None:
    assert await post.due(FRIDAY_18 - timedelta(seconds=1)) == []
    assert await post.due(FRIDAY_18) == [Outcome.SENT]
    assert await post.due(FRIDAY_18 + timedelta(minutes=5)) == []
    (text,) = await post.posted()

    assert "Your week in films" in text
    assert "Dune" in text


async def test_a_chat_that_removed_the_bot_is_left_in_peace(post: Post) -> None:
    bot_id = (await post.client.get("/sim/state"))["bot"]["id"]
    await post.client.post("/sim/member", chat_id=CLUB, user_id=bot_id, status="kicked")

    assert await post.due(FRIDAY_18) == [Outcome.FAILED]
    assert await post.due(FRIDAY_18 + timedelta(days=7)) == []
    actions = [entry.action async for entry in post.storage.audit.export()]
    assert actions[-1] == "chat.deactivate"


async def test_telegrams_pause_is_kept_and_then_it_is_posted(post: Post) -> None:
    fault = {"status": 429, "code": 429, "description": "Too Many Requests: retry after 1", "retry_after": 1}
    await post.client.post("/sim/fault", method="sendMessage", kind="status", times=1, **fault)

    assert await post.due(FRIDAY_18) == [Outcome.SENT]
    assert len(await post.posted()) == 1


async def test_a_gateway_that_turns_away_delays_the_digest_and_loses_nothing(post: Post) -> None:
    await post.client.post("/sim/fault", method="sendMessage", kind="html502", times=5)

    assert await post.due(FRIDAY_18) == [Outcome.LATER]
    async with asyncio.timeout(20):
        while not await post.posted():
            await asyncio.sleep(post.pacer.wait_all_s())
            await post.due(FRIDAY_18 + timedelta(seconds=30))
    assert len(await post.posted()) == 1


async def test_a_lost_answer_is_never_repeated(post: Post) -> None:
    await post.client.post("/sim/fault", method="sendMessage", kind="execute_then_drop", times=1)

    assert await post.due(FRIDAY_18) == [Outcome.UNKNOWN]
    assert await post.due(FRIDAY_18 + timedelta(minutes=5)) == []
    assert await post.storage.digests.unknown() == [(CLUB, "2026-W48")]


async def test_one_chats_failure_stops_no_other(post: Post) -> None:
    await prepare(post.storage, -1009999999999, "Europe/Berlin")  # a chat that Telegram does not know

    assert sorted(await post.due(FRIDAY_18)) == [Outcome.FAILED, Outcome.SENT]


async def test_two_zones_get_theirs_at_their_own_hour_across_a_change_of_clocks(tmp_path: Path) -> None:
    """By the command line, week after week, each scan twice: New York changes its clocks a week after Berlin."""
    data_dir = await program.small_world(tmp_path / "data")
    clock = Clock(datetime(2026, 10, 20, 12, 0, tzinfo=UTC))
    async with running(pedantic=True, seed=True) as sandbox, connected(sandbox.url, sandbox.key) as client:
        new_york = (await client.post("/sim/chat", type="supergroup", title="NYC", members=[5000000001]))["id"]
        storage = await Storage.open(program.storage_settings(data_dir), now=clock)
        for chat, zone in ((CLUB, "Europe/Berlin"), (new_york, "America/New_York")):
            await prepare(storage, chat, zone)
        sent: dict[str, str] = {}
        for at, stars in (
            ("10-23T16:00", 3),
            ("10-23T22:00", 4),
            ("10-30T17:00", 5),
            ("10-30T22:00", 6),
            ("11-06T23:00", 7),
        ):
            clock.at = datetime.fromisoformat(f"2026-{at}").replace(tzinfo=UTC) - timedelta(hours=8)
            await storage.ratings.rate(DUNE, stars, ANN)
            for _ in range(2):
                end = await program.matinee(
                    data_dir, "digest", "run", "--at", f"2026-{at}:00Z", token=TOKEN, api_url=sandbox.url
                )
                sent[at] = sent.get(at, "") + end.out
        await storage.close()

    def who(out: str) -> list[str]:
        return sorted("Berlin" if line.startswith(f"{CLUB}\t") else "New York" for line in out.splitlines())

    assert {at: who(out) for at, out in sent.items()} == {
        "10-23T16:00": ["Berlin"],
        "10-23T22:00": ["New York"],
        "10-30T17:00": ["Berlin"],
        "10-30T22:00": ["New York"],
        "11-06T23:00": ["Berlin", "New York"],
    }
