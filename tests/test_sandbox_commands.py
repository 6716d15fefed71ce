"""Command lists per scope and language, and what the bot says of itself."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.methods.commands import visible_to
from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB, DMITRI
from tests.sandbox_bot import Bot, bot_in_sandbox

TOP = {"command": "top", "description": "The top list"}


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


def names(bot: Bot, chat_id: int, user_id: int) -> list[str]:
    world = bot.sandbox.world
    return [each["description"] for each in visible_to(world, world.state.chats[chat_id], user_id)]


async def tell(bot: Bot, description: str, scope: str, language: str = "", **where: int) -> None:
    commands = [{"command": "top", "description": description}]
    await bot.call("setMyCommands", commands=commands, scope={"type": scope, **where}, language_code=language)


async def test_people_see_the_narrowest_list_in_their_language(bot: Bot) -> None:
    await tell(bot, "everyone", "default")
    await tell(bot, "tutti", "default", "it")
    await tell(bot, "groups", "all_group_chats")
    await tell(bot, "admins", "all_chat_administrators")
    await tell(bot, "Dmitri", "chat_member", chat_id=CLUB, user_id=DMITRI)

    assert [names(bot, CLUB, user) for user in (ANN, CHIARA, DMITRI)] == [["admins"], ["groups"], ["Dmitri"]]
    assert [names(bot, user, user) for user in (BEN, CHIARA)] == [["everyone"], ["tutti"]]


async def test_a_list_can_be_read_and_removed(bot: Bot) -> None:
    await bot.call("setMyCommands", commands=[TOP])
    before = (await bot.call("getMyCommands")).result
    await bot.call("deleteMyCommands")

    assert (before, (await bot.call("getMyCommands")).result) == ([TOP], [])


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ("{", "can't parse commands JSON object"),
        ({}, "expected an Array of BotCommand"),
        ([{"command": "x"}], "can't parse BotCommand: can't find field \"description\""),
        ([{"command": "", "description": "x"}], "command must be non-empty"),
        ([{"command": "x" * 33, "description": "x"}], "command length must not exceed 32"),
        ([{"command": "x", "description": " "}], "command description must be non-empty"),
        ([{"command": "x", "description": "x" * 257}], "command description length must not exceed 256"),
        ([{"command": "Top", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([TOP] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_bad_lists_are_refused(bot: Bot, commands: object, reason: str) -> None:
    assert (await bot.call("setMyCommands", commands=commands)).error == f"Bad Request: {reason}"


@pytest.mark.parametrize(
    ("method", "field"), [("Description", "description"), ("ShortDescription", "short_description")]
)
async def test_a_text_of_the_bot_falls_back_to_no_language(bot: Bot, method: str, field: str) -> None:
    await bot.call(f"setMy{method}", **{field: "Films"})
    await bot.call(f"setMy{method}", **{field: "Film", "language_code": "it"})
    read = [(await bot.call(f"getMy{method}", language_code=code)).result[field] for code in ("it", "ru")]

    assert read == ["Film", "Films"]


@pytest.mark.parametrize(("method", "characters"), [("Name", 64), ("Description", 512), ("ShortDescription", 120)])
async def test_texts_of_the_bot_have_a_length(bot: Bot, method: str, characters: int) -> None:
    field = {"ShortDescription": "short_description"}.get(method, method.lower())
    said = [await bot.call(f"setMy{method}", **{field: "x" * length}) for length in (characters, characters + 1)]

    assert [each.status for each in said] == [200, 400]


async def test_the_bots_name_is_its_first_name_until_it_has_another(bot: Bot) -> None:
    assert (await bot.call("getMyName")).result == {"name": "Matinee"}


async def test_the_menu_button_is_everyones_unless_a_chat_has_its_own(bot: Bot) -> None:
    await bot.call("setChatMenuButton", menu_button={"type": "commands"})
    await bot.call("setChatMenuButton", chat_id=ANN, menu_button={"type": "default"})
    everyone = await bot.call("getChatMenuButton")

    assert everyone.result == {"type": "commands"}
    assert (await bot.call("getChatMenuButton", chat_id=ANN)).result == {"type": "default"}
