"""Everything the sandbox says is a Bot API object: python-telegram-bot leaves nothing over, the type table agrees."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest_asyncio
import telegram
from telegram import TelegramObject

from bot.sandbox.membership import migrate, set_blocked, set_member
from bot.sandbox.people import Said, Tap, edit, press, say
from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB, NEWS
from bot.sandbox.state import Chat
from bot.sandbox.table import mismatches, returned
from tests.sandbox_bot import Bot, bot_in_sandbox, button, keyboard


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


def leftovers(value: Any) -> Iterator[tuple[str, Any]]:
    """What python-telegram-bot could not place, at any depth."""
    if isinstance(value, TelegramObject):
        if value.api_kwargs:
            yield type(value).__name__, dict(value.api_kwargs)
        value = [getattr(value, name) for name in value.to_dict(recursive=False) if hasattr(value, name)]
    if isinstance(value, list | tuple):
        for each in value:
            yield from leftovers(each)


async def everything_that_happens(bot: Bot) -> None:
    world, chats = bot.sandbox.world, bot.sandbox.state.chats
    await bot.call("getUpdates", allowed_updates=["message", "edited_message", "channel_post", "callback_query",
                                                  "my_chat_member", "chat_member"])  # fmt: skip
    sent = (await bot.send(CLUB, "<b>Dune</b>", parse_mode="HTML", reply_markup=keyboard([button()]))).result
    set_member(world, chats[CLUB], world.bot_id, "administrator")
    stored, _ = say(world, chats[CLUB], Said(CHIARA, "/top", reply_to=sent["message_id"]))
    edit(world, chats[CLUB], CHIARA, stored["message_id"], "/top 10")
    say(world, chats[CLUB], Said(ANN, "as the club", as_chat=CLUB))
    say(world, chats[NEWS], Said(ANN, "news"))
    press(world, chats[CLUB], Tap(BEN, sent["message_id"], 0, 0))
    press(world, chats[CLUB], Tap(BEN, 999, data="gone", forge=True))
    for status in ("restricted", "kicked", "left", "member", "administrator"):
        set_member(world, chats[CLUB], CHIARA, status)
    set_blocked(world, ANN, blocked=True)
    sofa = Chat(
        {"id": -4_000_000_000, "type": "group", "title": "Sofa"}, members={ANN: "creator", world.bot_id: "member"}
    )
    chats[sofa.id] = sofa
    migrate(world, sofa, [])


async def test_every_update_parses_completely(bot: Bot) -> None:
    await everything_that_happens(bot)
    raw = await bot.updates(wait_s=3)
    updates = [telegram.Update.de_json(each, None) for each in raw]
    kinds = {kind for each in raw for kind in each if kind != "update_id"}

    assert list(leftovers(updates)) == []
    assert kinds == {"message", "edited_message", "channel_post", "callback_query", "my_chat_member", "chat_member"}


async def test_every_update_is_what_the_table_says(bot: Bot) -> None:
    await everything_that_happens(bot)
    raw = await bot.updates(wait_s=3)

    assert list(mismatches(raw, returned("getUpdates"), "getUpdates")) == []


ANSWERS: list[tuple[str, dict[str, Any], type[TelegramObject] | None]] = [
    ("getMe", {}, telegram.User),
    ("sendMessage", {"chat_id": ANN, "text": "x https://imdb.com", "protect_content": True}, telegram.Message),
    ("sendMessage", {"chat_id": CLUB, "text": "x", "reply_parameters": {"message_id": 1}}, telegram.Message),
    ("sendMessage", {"chat_id": NEWS, "text": "x", "link_preview_options": {"is_disabled": True}}, telegram.Message),
    ("getChat", {"chat_id": ANN}, telegram.ChatFullInfo),
    ("getChat", {"chat_id": CLUB}, telegram.ChatFullInfo),
    ("getChatMember", {"chat_id": CLUB, "user_id": ANN}, telegram.ChatMember),
    ("getChatMember", {"chat_id": CLUB, "user_id": BEN}, telegram.ChatMember),
    ("getChatMember", {"chat_id": CLUB, "user_id": CHIARA}, telegram.ChatMember),
    ("getChatMember", {"chat_id": NEWS, "user_id": CHIARA}, telegram.ChatMember),
    ("getChatAdministrators", {"chat_id": NEWS}, telegram.ChatMember),
    ("getMyName", {}, telegram.BotName),
    ("getMyDescription", {}, telegram.BotDescription),
    ("getMyShortDescription", {}, telegram.BotShortDescription),
    ("getChatMenuButton", {}, telegram.MenuButton),
    ("getMyCommands", {}, telegram.BotCommand),
    ("getWebhookInfo", {}, telegram.WebhookInfo),
    ("getChatMemberCount", {"chat_id": CLUB}, None),
    ("deleteWebhook", {}, None),
]


async def test_every_answer_parses_completely_and_is_what_the_table_says(bot: Bot) -> None:
    await bot.call("setMyCommands", commands=[{"command": "top", "description": "x"}])
    for method, params, kind in ANSWERS:
        result = (await bot.call(method, **params)).result
        parsed = (
            [kind.de_json(each, None) for each in (result if isinstance(result, list) else [result])] if kind else []
        )

        assert list(leftovers(parsed)) == [], method
        assert list(mismatches(result, returned(method), method)) == []


async def test_a_document_parses_completely(bot: Bot) -> None:
    async with telegram.Bot("1:x", base_url=f"{bot.sandbox.url}/bot") as library:
        sent = await library.send_document(ANN, b"title,stars", filename="ratings.csv", caption="Yours")
        again = await library.send_document(ANN, sent.document.file_id)

    assert list(leftovers([sent, again])) == []
    assert (again.document.file_name, sent.caption) == ("ratings.csv", "Yours")


async def test_the_librarys_own_calls_pass_the_pedantic_check(bot: Bot) -> None:
    async with telegram.Bot("1:x", base_url=f"{bot.sandbox.url}/bot") as library:
        keys = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("8", callback_data="r:8")]])
        sent = await library.send_message(
            ANN, "x", reply_markup=keys, link_preview_options=telegram.LinkPreviewOptions(True)
        )
        await sent.edit_text("y", reply_markup=keys)
        await sent.set_reaction("👍")
        await library.set_my_commands([("top", "x")], telegram.BotCommandScopeChat(CLUB), language_code="it")
        await library.get_updates(timeout=0, allowed_updates=telegram.Update.ALL_TYPES)

    assert list(bot.sandbox.world.journal.problems) == []
