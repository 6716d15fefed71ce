"""The sandbox of a run of chaos: its people, their cards, and how a plan's steps become updates."""

import asyncio
from collections.abc import Iterable

from bot.sandbox import people
from bot.sandbox.membership import add_private_chat
from bot.sandbox.people import Said, Tap
from bot.sandbox.posting import post
from bot.sandbox.state import Chat, User
from bot.sandbox.world import World
from tests.faults.plan import CLUBS, FILMS, PEOPLE, Step

BACKLOG = 300
"""So many updates wait at most: more of them at once would all be taken before the first kill."""
DIGEST = "Your week in films"


class Stage:
    """`pushed` are the steps so far with the numbers of their updates."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pushed: list[tuple[int, Step]] = []
        self._cards: dict[tuple[int, int], int] = {}
        for person in PEOPLE:
            self._meet(person)
        for number, club in enumerate(CLUBS):
            self._found(club, f"Club {number}")

    def _meet(self, person: int) -> None:
        profile = {"id": person, "is_bot": False, "first_name": f"P{person % 1000}", "language_code": "en"}
        self.world.state.users[person] = User(profile, has_started=True)
        card = self._card(add_private_chat(self.world, profile))
        self._cards |= dict.fromkeys(((person, film) for film in FILMS), card)

    def _found(self, club: int, title: str) -> None:
        chat = Chat({"id": club, "type": "supergroup", "title": title})
        chat.members = {**dict.fromkeys(PEOPLE, "member"), PEOPLE[0]: "creator", self.world.bot_id: "member"}
        self.world.state.chats[club] = chat
        card = self._card(chat)
        self._cards |= dict.fromkeys(((club, film) for film in FILMS), card)

    def _card(self, chat: Chat) -> int:
        """Something of the bot's to press on, one in each chat: presses on one card cost few edits."""
        return int(post(self.world, chat, {"from": self.world.bot, "text": "a card"}, own=True)["message_id"])

    async def push(self, steps: Iterable[Step]) -> None:
        """One after another, so that their numbers are in the order of the plan."""
        for step in steps:
            while len(self.world.updates.waiting) >= BACKLOG:  # noqa: ASYNC110 - the sandbox tells nobody of it
                await asyncio.sleep(0.01)
            self.pushed.append((self._update(step), step))

    def _update(self, step: Step) -> int:
        chat = self.world.state.chats[step.chat]
        if step.is_press:
            tap = Tap(step.person, self._cards[step.chat, step.film], data=step.text, forge=True)
            number = people.press(self.world, chat, tap)[1]
        else:
            number = people.say(self.world, chat, Said(step.person, step.text))[1]
        if number is None:
            raise AssertionError(f"the sandbox told the bot nothing of {step}")
        return number

    def digests(self, club: int) -> int:
        """How many arrived there, whether the bot heard of it or not."""
        messages = self.world.state.chats[club].messages.values()
        return sum(DIGEST in message.get("text", "") for message in messages)
