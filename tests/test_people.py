"""People and clubs: names, what is hidden, who counts where, and where the bot may write."""

from collections.abc import Awaitable
from dataclasses import replace

import sqlalchemy as sa

from storage.service import Storage
from tests.databases import ANN, BEN, CLUB, DUNE, FILMS, in_club


async def actions(storage: Storage) -> list[str | None]:
    return [entry.action async for entry in storage.audit.export()]


async def test_meeting_somebody_is_no_change(storage: Storage) -> None:
    await storage.people.meet(ANN)
    await storage.people.meet(replace(ANN, name="Anna"))

    assert await actions(storage) == []


async def test_a_new_name_shows_in_the_club(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    await storage.people.meet(replace(ANN, name="Anna"))
    card = await storage.movies.card(DUNE, in_club(ANN))

    assert [voice.name for voice in card.voices] == ["Anna"]


async def test_hiding_a_name_is_written_down_once(storage: Storage) -> None:
    first = await storage.people.hide_name(ANN, True)
    second = await storage.people.hide_name(ANN, True)

    assert (first.name_hidden, second.name_hidden) == (True, True)
    assert await actions(storage) == ["person.update"]


async def test_privacy_lists_clubs_and_ratings(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    privacy = await storage.people.privacy(ANN)

    assert (privacy.clubs, privacy.ratings) == (((CLUB, "Film Club"),), 1)


async def test_leaving_a_club_from_elsewhere(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    left = await storage.clubs.leave(ANN, CLUB)
    card = await storage.movies.card(DUNE, in_club(ANN))

    assert (left, card.here, card.voices) == (True, None, ())
    assert await actions(storage) == ["rating.create", "club.leave"]


async def test_a_private_chat_is_no_club(storage: Storage) -> None:
    assert await storage.clubs.join(ANN) is False


async def test_a_chat_that_cannot_be_written_to_is_noted_once(storage: Storage) -> None:
    await storage.people.meet(in_club(ANN))
    news = [await storage.clubs.set_active(CLUB, False, in_club(ANN)) for _ in range(2)]
    back = await storage.clubs.set_active(CLUB, True, None)

    assert (news, back) == ([True, False], True)
    assert await actions(storage) == ["chat.deactivate", "chat.activate"]


async def statements_of(storage: Storage, change: Awaitable[object]) -> int:
    """How many are sent to the database while `change` is made."""
    writing = storage.database._writing
    engine = writing.engine if writing else storage.database.engine.sync_engine
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    await change
    sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


async def test_who_has_many_ratings_holds_up_the_others_no_longer(storage: Storage) -> None:
    """To join, to leave and to be erased: everybody else's stars wait for it."""
    many = {ANN: FILMS, BEN: FILMS[:1]}
    counts = []
    await storage.clubs.join(in_club(replace(ANN, person_id=5000000009), CLUB - 3))
    for actor, films in many.items():
        for film in films:
            await storage.ratings.rate(int(str(film["id"])), 7, actor)
        for club in range(3):
            await storage.clubs.join(in_club(actor, CLUB - club))
        counts.append(
            (
                await statements_of(storage, storage.clubs.join(in_club(actor, CLUB - 3))),
                await statements_of(storage, storage.clubs.leave(in_club(actor))),
                await statements_of(storage, storage.people.erase(actor)),
            )
        )

    assert counts[0] == counts[1]


async def test_erasing_a_stranger_changes_nothing(storage: Storage) -> None:
    assert await storage.people.erase(ANN) is None
    assert await actions(storage) == []


async def test_an_update_that_runs_again_does_not_note_once_more_that_the_bot_left(storage: Storage) -> None:
    """Who let it back meanwhile is somebody else, and their update does not wait for the first one's."""
    left = replace(in_club(ANN), update_id=7)
    await storage.people.meet(in_club(ANN))
    await storage.inbox.take([(7, ANN.person_id, b"{}")], storage.replicas.id)
    await storage.clubs.set_active(CLUB, False, left)
    await storage.people.meet(in_club(BEN))
    again = await storage.clubs.set_active(CLUB, False, left)

    assert (again, await actions(storage)) == (False, ["chat.deactivate", "chat.activate"])
    assert not await storage.clubs.set_active(CLUB, True, None), "it is active as the trail says"
