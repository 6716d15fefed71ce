"""The sandbox's memory on disk."""

from pathlib import Path

import pytest

from bot.sandbox.people import Said, say
from bot.sandbox.persistence import Unreadable, load, save, snapshot
from bot.sandbox.posting import post
from bot.sandbox.seed import ANN, CLUB
from bot.sandbox.seeding import begin_anew
from bot.sandbox.server import serving
from bot.sandbox.state import File
from bot.sandbox.world import Options, World, new_state


def lived_in() -> World:
    """A world in which something of everything has happened."""
    world = World(Options(seed=True), new_state())
    begin_anew(world)
    club = world.state.chats[CLUB]
    say(world, club, Said(ANN, "/top"))
    sent = post(world, club, {"from": world.bot, "text": "Which?"}, own=True, keyboard={"force_reply": True})
    club.reactions[sent["message_id"]] = [{"type": "emoji", "emoji": "👍"}]
    club.topics[3] = "Noir"
    world.state.files["id"] = File("a.csv", "text/csv", b"\xff\x00")
    world.state.commands["key"] = [{"command": "top", "description": "x"}]
    world.state.menu_buttons[0] = {"type": "commands"}
    world.clock.advance(3600)
    return world


def test_everything_comes_back(tmp_path: Path) -> None:
    world, again = lived_in(), World(Options(), new_state())
    save(world, tmp_path / "state.json", "key")

    assert load(again, tmp_path / "state.json") == "key"
    assert again.state == world.state
    assert again.updates.waiting == world.updates.waiting
    assert snapshot(again, "key") == snapshot(world, "key")


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    save(lived_in(), tmp_path / "state.json", "key")

    assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"version": 99}'])
def test_a_foreign_file_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content)

    with pytest.raises(Unreadable):
        load(World(Options(), new_state()), tmp_path / "state.json")
    assert (tmp_path / "state.json").read_text() == content


async def test_a_restart_keeps_people_and_key_and_seeds_only_once(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "state.json"
    async with serving(Options(seed=True), port=0, file=file) as first:
        del first.state.users[ANN]
    async with serving(Options(seed=True), port=0, file=file) as second:
        assert second.key == first.key
        assert ANN not in second.state.users
