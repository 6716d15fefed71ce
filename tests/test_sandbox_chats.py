"""Where a bot may write, and what it learns about chats."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.membership import migrate, set_blocked, set_member
from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB, NEWS
from bot.sandbox.state import Chat
from tests.sandbox_bot import Bot, bot_in_sandbox


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


def group(bot: Bot) -> Chat:
    """A basic group of Ann's with the bot in it."""
    state = bot.sandbox.state
    chat = Chat({"id": state.new_chat_id("group"), "type": "group", "title": "Sofa"})
    chat.members = {ANN: "creator", bot.sandbox.world.bot_id: "member"}
    state.chats[chat.id] = chat
    return chat


@pytest.mark.parametrize(
    ("chat_id", "status", "answer"),
    [
        (CLUB, "kicked", (403, "Forbidden: bot was kicked from the supergroup chat")),
        (CLUB, "left", (403, "Forbidden: bot is not a member of the supergroup chat")),
        (CLUB, "restricted", (400, "Bad Request: not enough rights to send text messages to the chat")),
        (NEWS, "kicked", (403, "Forbidden: bot was kicked from the channel chat")),
        (NEWS, "member", (400, "Bad Request: need administrator rights in the channel chat")),
    ],
)
async def test_a_bot_writes_only_where_it_may(bot: Bot, chat_id: int, status: str, answer: tuple[int, str]) -> None:
    world = bot.sandbox.world
    set_member(world, world.state.chats[chat_id], world.bot_id, status)
    refused = await bot.send(chat_id, "x")

    assert (refused.status, refused.error) == answer


async def test_somebody_who_blocked_the_bot_is_not_reached(bot: Bot) -> None:
    set_blocked(bot.sandbox.world, ANN, blocked=True)
    refused = await bot.send(ANN, "x")

    assert (refused.status, refused.error) == (403, "Forbidden: bot was blocked by the user")


async def test_a_deleted_account_is_not_reached(bot: Bot) -> None:
    bot.sandbox.state.users[ANN].deactivated = True

    assert (await bot.send(ANN, "x")).error == "Forbidden: user is deactivated"


async def test_a_migrated_group_names_its_new_id_and_can_still_be_read(bot: Bot) -> None:
    old = group(bot)
    new = migrate(bot.sandbox.world, old, [])
    refused = await bot.send(old.id, "x")

    assert refused.error == "Bad Request: group chat was upgraded to a supergroup chat"
    assert refused.body["parameters"] == {"migrate_to_chat_id": new.id}
    assert (await bot.call("getChat", chat_id=old.id)).result["title"] == "Sofa"


async def test_a_migration_is_told_in_both_chats(bot: Bot) -> None:
    old = group(bot)
    new = migrate(bot.sandbox.world, old, [])
    moved, arrived = (update["message"] for update in await bot.updates())

    assert (moved["chat"]["id"], moved["migrate_to_chat_id"]) == (old.id, new.id)
    assert (arrived["chat"]["id"], arrived["migrate_from_chat_id"]) == (new.id, old.id)


@pytest.mark.parametrize("thread_id", [1, 77])
async def test_general_and_unknown_topics_are_no_threads(bot: Bot, thread_id: int) -> None:
    club = bot.sandbox.state.chats[CLUB]
    club.profile["is_forum"], club.topics = True, {3: "Noir"}
    refused = await bot.send(CLUB, "x", message_thread_id=thread_id)

    assert refused.error == "Bad Request: message thread not found"
    assert (await bot.send(CLUB, "x", message_thread_id=3)).result["is_topic_message"]


async def test_ordinary_groups_ignore_a_thread(bot: Bot) -> None:
    assert "message_thread_id" not in (await bot.send(CLUB, "x", message_thread_id=77)).result


async def test_members_have_their_status_and_strangers_left(bot: Bot) -> None:
    statuses = {}
    for user_id in (ANN, BEN, CHIARA):
        statuses[user_id] = (await bot.call("getChatMember", chat_id=CLUB, user_id=user_id)).result["status"]
    stranger = await bot.call("getChatMember", chat_id=NEWS, user_id=CHIARA)

    assert statuses == {ANN: "creator", BEN: "administrator", CHIARA: "member"}
    assert stranger.result["status"] == "left"


async def test_administrators_and_number_of_members_are_told(bot: Bot) -> None:
    admins = (await bot.call("getChatAdministrators", chat_id=CLUB)).result
    refused = await bot.call("getChatAdministrators", chat_id=ANN)

    assert {admin["user"]["id"] for admin in admins} == {ANN, BEN}
    assert (await bot.call("getChatMemberCount", chat_id=CLUB)).result == 5
    assert refused.error == "Bad Request: there are no administrators in the private chat"


async def test_a_bot_that_leaves_is_gone(bot: Bot) -> None:
    await bot.call("leaveChat", chat_id=CLUB)

    assert (await bot.send(CLUB, "x")).error == "Forbidden: bot is not a member of the supergroup chat"


async def test_an_unknown_action_is_refused(bot: Bot) -> None:
    refused = await bot.call("sendChatAction", chat_id=ANN, action="dancing")

    assert refused.error == "Bad Request: wrong parameter action in request"
    assert (await bot.call("sendChatAction", chat_id=ANN, action="typing")).result is True
