"""Everything that survives a restart: people, chats, messages and what the bot told Telegram about itself."""

import secrets
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

MEMBERS = frozenset({"creator", "administrator", "member", "restricted"})
ADMINS = frozenset({"creator", "administrator"})

FIRST_USER_ID = 5_000_000_001
"""Above 2**32, where real ids have been since 2021: code that keeps 32 bits fails at once."""


@dataclass(slots=True)
class User:
    """A person. `profile` is the Bot API's User."""

    profile: Json
    has_started: bool = False
    blocked: bool = False
    deactivated: bool = False

    @property
    def id(self) -> int:
        return int(self.profile["id"])


@dataclass(slots=True)
class Chat:
    """`profile` is the Bot API's Chat; a message, once stored, is replaced and never changed in place."""

    profile: Json
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    own: set[int] = field(default_factory=set)
    """Messages that the bot posted."""
    keyboards: dict[int, Json] = field(default_factory=dict)
    """Reply keyboards and forced replies by message; the Bot API never echoes them."""
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    """The bot's reactions by message."""
    inline: dict[int, str] = field(default_factory=dict)
    """Inline ids by message: of what came by inline mode or from a guest."""
    next_message_id: int = 1
    instance: str = field(default_factory=lambda: str(secrets.randbits(62)))
    migrated_to: int | None = None
    deleted: bool = False

    @property
    def id(self) -> int:
        return int(self.profile["id"])

    @property
    def type(self) -> str:
        return str(self.profile["type"])

    @property
    def last(self) -> Json | None:
        """The newest message: they are stored in the order of their numbers."""
        return next(reversed(self.messages.values()), None)

    @property
    def is_forum(self) -> bool:
        return bool(self.profile.get("is_forum"))

    def status(self, user_id: int) -> str:
        return self.members.get(user_id, "left")


@dataclass(slots=True)
class File:
    """An uploaded document, kept so that people can open it."""

    name: str
    mime: str
    content: bytes


@dataclass(slots=True)
class State:
    """`commands` by scope and language, `texts` (name, description, short_description) by field and language."""

    bot: Json
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    next_message_id: int = 1
    """Private chats and basic groups share one counter."""
    commands: dict[str, list[Json]] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)
    """By chat; 0 is everyone's."""
    landmarks: list[Json] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    inline_feedback: bool = False
    """Whether the bot hears which results were chosen."""

    def place_of(self, inline_id: str) -> tuple[Chat, int] | None:
        """Where the message with an inline id is."""
        places = (
            (chat, number) for chat in self.chats.values() for number, each in chat.inline.items() if each == inline_id
        )
        return next(places, None)

    def new_message_id(self, chat: Chat) -> int:
        if chat.type in {"private", "group"}:
            self.next_message_id += 1
            return self.next_message_id - 1
        chat.next_message_id += 1
        return chat.next_message_id - 1

    def new_user_id(self) -> int:
        return max([*self.users, FIRST_USER_ID - 1]) + 1

    def new_chat_id(self, kind: str) -> int:
        first = -4_000_000_000 if kind == "group" else -1_001_234_567_890
        taken = [
            chat.id for chat in self.chats.values() if chat.id <= first and (kind != "group" or chat.id > -(10**12))
        ]
        return min(taken, default=first + 1) - 1
