"""People and clubs: names, what is hidden, who counts where, and where the bot may write."""

from dataclasses import replace

from storage.service import Storage
from tests.databases import ANN, CLUB, DUNE, in_club


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


async def test_erasing_a_stranger_changes_nothing(storage: Storage) -> None:
    assert await storage.people.erase(ANN) is None
    assert await actions(storage) == []
