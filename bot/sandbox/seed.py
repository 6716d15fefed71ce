"""The people and chats of a new sandbox. The ids are fixed, so demos and tests may name them."""

from bot.sandbox.membership import add_private_chat
from bot.sandbox.people import Said, say
from bot.sandbox.posting import post
from bot.sandbox.state import Chat, User
from bot.sandbox.world import World

ANN = 5_000_000_001
BEN = 5_000_000_002
CHIARA = 5_000_000_003
DMITRI = 5_000_000_004
PEOPLE = (
    (ANN, "Ann", "Hart", "ann_hart", "en"),
    (BEN, "Ben", "Okafor", "ben_okafor", "en"),
    (CHIARA, "Chiara", "Russo", "chiara_russo", "it"),
    (DMITRI, "Dmitri", "Volkov", "dmitri_volkov", "de"),
)
"""Id, first and last name, username, language."""

CLUB = -1_001_234_567_891
"""The supergroup "Friday Film Club": Ann is its creator, Ben an administrator, the bot a member."""
NEWS = -1_001_234_567_892
"""The channel "Matinee News": Ann is its creator, the bot an administrator."""

FRIENDS = -1_234_567_893
"""The group "Weekend friends": Ann, Ben and Chiara, and no bot, which can be called there all the same."""

TALK = (
    (BEN, "So, what are we watching this Friday?"),
    (CHIARA, "Something shorter than last week, please 😅"),
    (DMITRI, "Three hours of trains is not long. It is generous."),
    (ANN, "I added a bot that keeps our scores. Try /top, or search for a film and tap the stars."),
)


def plant(world: World) -> None:
    """Into a state that has nobody yet."""
    for user_id, first, last, username, language in PEOPLE:
        profile = {"id": user_id, "is_bot": False, "first_name": first, "last_name": last}
        profile |= {"username": username, "language_code": language}
        world.state.users[user_id] = User(profile, has_started=user_id == ANN)
        add_private_chat(world, profile)
    club = _chat(world, CLUB, "supergroup", "Friday Film Club")
    club.members = {ANN: "creator", BEN: "administrator", CHIARA: "member", DMITRI: "member", world.bot_id: "member"}
    news = _chat(world, NEWS, "channel", "Matinee News")
    news.members = {ANN: "creator", BEN: "member", world.bot_id: "administrator"}
    friends = _chat(world, FRIENDS, "group", "Weekend friends")
    friends.members = {ANN: "creator", BEN: "member", CHIARA: "member"}
    say(world, friends, Said(CHIARA, "What was that film with the tesseract called?"))
    post(
        world,
        news,
        {"sender_chat": news.profile, "text": "Welcome to Matinee News: what the clubs watch, once a week."},
    )
    for user_id, text in TALK:
        say(world, club, Said(user_id, text))
    world.updates.waiting.clear()  # all this was before the bot came


def _chat(world: World, chat_id: int, kind: str, title: str) -> Chat:
    chat = Chat({"id": chat_id, "type": kind, "title": title})
    world.state.chats[chat_id] = chat
    return chat
