"""The page's side over HTTP: people talk, chats are made, time passes; nobody else gets in."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB, NEWS
from tests.sandbox_bot import Bot, bot_in_sandbox, button, keyboard
from tests.sandbox_client import Refused, SandboxClient, connected


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


@pytest_asyncio.fixture
async def client(bot: Bot) -> AsyncIterator[SandboxClient]:
    async with connected(bot.sandbox.url, bot.sandbox.key) as client:
        yield client


async def test_the_seed_has_four_people_their_club_and_a_channel(client: SandboxClient) -> None:
    world = await client.get("/sim/state")

    assert [user["first_name"] for user in world["users"]] == ["Ann", "Ben", "Chiara", "Dmitri"]
    assert all(user["id"] > 2**32 for user in world["users"])
    assert [chat["title"] for chat in world["chats"] if chat["id"] in {CLUB, NEWS}] == [
        "Friday Film Club",
        "Matinee News",
    ]


async def test_a_first_word_in_private_starts_the_bot(client: SandboxClient) -> None:
    await client.send(BEN, BEN, "/start")
    people = {user["id"]: user["has_started"] for user in (await client.get("/sim/state"))["users"]}

    assert (people[BEN], people[CHIARA]) == (True, False)


@pytest.mark.parametrize(
    ("user", "chat", "text", "reason"),
    [
        (BEN, ANN, "x", "403: This private chat belongs to somebody else."),
        (BEN, NEWS, "x", "403: Only administrators can post in a channel."),
        (ANN, ANN, " \n", "400: A message has 1 to 4096 characters."),
        (ANN, 42, "x", "404: There is no such chat."),
        (42, CLUB, "x", "404: There is no such person."),
    ],
)
async def test_people_are_told_why_not(client: SandboxClient, user: int, chat: int, text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        await client.send(user, chat, text)


async def test_messages_can_be_edited_by_their_author(bot: Bot, client: SandboxClient) -> None:
    sent = await client.send(ANN, ANN, "/tpo")
    edited = await client.send(ANN, ANN, "/top", edit=sent["message_id"])

    assert (edited["text"], edited["message_id"]) == ("/top", sent["message_id"])
    assert [set(update) - {"update_id"} for update in await bot.updates()] == [{"message"}, {"edited_message"}]


async def test_a_chat_reads_like_a_transcript(bot: Bot, client: SandboxClient) -> None:
    await bot.send(CLUB, "Dune\n2021", reply_markup=keyboard([button("7"), button("8")]))
    last = (await client.transcript(CLUB)).splitlines()[-3:]

    assert last[0].endswith(" Matinee: Dune")
    assert last[1:] == ["      2021", "      [7]  [8]"]


async def test_the_clock_goes_forward_only(bot: Bot, client: SandboxClient) -> None:
    await client.advance(3600)

    assert 3599 < bot.sandbox.world.clock.offset_s < 3601
    with pytest.raises(Refused, match="never goes backwards"):
        await client.post("/sim/clock", to=0)


async def test_landmarks_are_kept_for_the_page(client: SandboxClient) -> None:
    await client.post("/sim/landmarks", landmarks=[{"name": "Next digest", "at": 2_000_000_000}])

    assert (await client.get("/sim/state"))["landmarks"] == [{"name": "Next digest", "at": 2_000_000_000}]


async def test_people_and_chats_can_be_added(bot: Bot, client: SandboxClient) -> None:
    eve = await client.post("/sim/user", first_name="Eve", language_code="de")
    forum = await client.post(
        "/sim/chat", type="supergroup", title="Forum", members=[eve["id"]], admins=[ANN], is_forum=True, topics=["Noir"]
    )
    [topic] = forum["topics"]
    await client.send(eve["id"], forum["id"], "/top", thread_id=topic["thread_id"])
    message = (await bot.updates())[-1]["message"]

    assert (message["from"]["first_name"], message["message_thread_id"]) == ("Eve", topic["thread_id"])
    assert message["is_topic_message"] is True


async def test_joining_and_blocking_are_told_to_the_bot(bot: Bot, client: SandboxClient) -> None:
    left = await client.post("/sim/member", chat_id=CLUB, user_id=bot.sandbox.world.bot_id, status="left", by=ANN)
    blocked = await client.post("/sim/block", user_id=ANN, blocked=True)
    changes = [update["my_chat_member"] for update in await bot.updates() if "my_chat_member" in update]

    assert None not in {left["update_id"], blocked["update_id"]}
    assert [(each["chat"]["id"], each["new_chat_member"]["status"]) for each in changes] == [
        (CLUB, "left"),
        (ANN, "kicked"),
    ]


async def test_any_update_can_be_sent_raw(bot: Bot, client: SandboxClient) -> None:
    number = (await client.post("/sim/raw", message="poison"))["update_id"]

    assert await bot.updates() == [{"update_id": number, "message": "poison"}]


async def test_a_reset_leaves_only_the_seed(bot: Bot, client: SandboxClient) -> None:
    await bot.send(ANN, "x")
    await client.post("/sim/reset")

    assert await client.messages(ANN) == []
    assert len((await client.get("/sim/state"))["users"]) == 4


async def test_the_outbox_has_calls_with_their_answers(bot: Bot, client: SandboxClient) -> None:
    await bot.send(ANN, "x")
    [call] = await client.outbox("sendMessage")

    assert (call["params"]["text"], call["status"], call["response"]["result"]["text"]) == ("x", 200, "x")
    assert call["ms"] < 50


@pytest.mark.parametrize(
    "headers", [{}, {"X-Sim-Key": "wrong"}, {"Host": "evil.example"}, {"Origin": "http://evil.example"}]
)
async def test_without_key_or_from_elsewhere_there_is_no_entry(bot: Bot, headers: dict[str, str]) -> None:
    given = headers if headers.keys() <= {"X-Sim-Key"} else {"X-Sim-Key": bot.sandbox.key, **headers}
    async with aiohttp.request("GET", f"{bot.sandbox.url}/sim/state", headers=given) as response:
        assert response.status == 403


async def test_the_address_with_the_key_leaves_a_cookie(bot: Bot) -> None:
    jar = aiohttp.CookieJar(unsafe=True)  # an address without a name
    async with aiohttp.ClientSession(bot.sandbox.url, cookie_jar=jar) as browser:
        statuses = []
        for path in ("/", f"/?key={bot.sandbox.key}", "/", "/sim/state"):
            async with browser.get(path) as response:
                statuses.append(response.status)

    assert statuses == [403, 200, 200, 200]


async def test_other_addresses_are_not_found(bot: Bot) -> None:
    async with aiohttp.request("GET", f"{bot.sandbox.url}/nothing") as response:
        assert (response.status, (await response.json())["description"]) == (404, "Not Found")
