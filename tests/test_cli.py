"""The command line, as a child process: what it prints, where, and the exit code."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.common import counted
from storage.service import Storage, StorageSettings
from tests import program, stub_telegram
from tests.databases import ANN, BEN, CLUB, DUNE, NOON, in_club
from tests.stub_telegram import TOKEN

COMMANDS = (
    *("", "run", "demo", "migrate", "search", "doctor", "catalogue", "catalogue import", "catalogue import starter"),
    *("catalogue status", "digest", "digest run", "digest preview"),
    *("audit", "audit export", "audit verify", "audit seal"),
    *("backup", "restore", "quarantine", "quarantine list", "quarantine retry", "quarantine drop"),
    *("webhook", "webhook set", "webhook delete", "webhook info"),
)


@pytest.fixture
async def data_dir(tmp_path: Path) -> Path:
    """Five films and their index."""
    return await program.small_world(tmp_path / "data")


@asynccontextmanager
async def opened(data_dir: Path, at: datetime) -> AsyncIterator[Storage]:
    """Its storage, where it is always `at`."""
    storage = await Storage.open(StorageSettings(data_dir=data_dir), now=lambda: at)
    try:
        yield storage
    finally:
        await storage.close()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="matinee")

    assert result.exit_code == 0
    assert f"Usage: matinee {command}".strip() in result.output


def test_the_version_is_said() -> None:
    result = CliRunner().invoke(app, ["--version"])

    assert (result.exit_code, result.output) == (0, f"matinee {version('matinee')}\n")


@pytest.mark.parametrize(("number", "shown"), [(0, "0 entries"), (1, "1 entry"), (1200, "1,200 entries")])
def test_one_is_not_many(number: int, shown: str) -> None:
    assert counted(number, "entry", "entries") == shown


def test_help_loads_nothing_that_takes_long() -> None:
    """How long it takes says `make bench`; here is why."""
    code = "import sys; from bot.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    end = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in end.stdout.splitlines()[-1].split()}

    assert "typer" in loaded
    assert not loaded & {"sqlalchemy", "telegram", "aiohttp", "alembic", "asyncpg", "tantivy", "apscheduler"}


@pytest.mark.parametrize(
    ("arguments", "settings", "line"),
    [
        (["run"], {}, "matinee: MATINEE_TOKEN is not set: give a bot token as BotFather gives it"),
        (["run"], {"log": "xml"}, "matinee: MATINEE_LOG: found 'xml', allowed: text or json"),
        (["doctor"], {"tokem": "1"}, "matinee: MATINEE_TOKEM: found an unknown variable, did you mean MATINEE_TOKEN?"),
    ],
)
async def test_bad_configuration_is_one_line_and_code_2(
    arguments: list[str], settings: dict[str, str], line: str, tmp_path: Path
) -> None:
    end = await program.matinee(tmp_path / "data", *arguments, **settings)

    assert (end.code, len(end.err.splitlines()), end.out) == (2, 1, "")
    assert end.err.startswith(line)


WRONG = (
    *("sing", "search", "digest run", "digest run --at Friday"),
    *("demo --port 99999", "demo --port -5"),
)


@pytest.mark.parametrize("arguments", WRONG)
async def test_bad_usage_is_code_2_without_a_traceback(arguments: str, tmp_path: Path) -> None:
    end = await program.matinee(tmp_path / "data", *arguments.split())

    assert (end.code, end.out, "Traceback" in end.err) == (2, "", False)


async def test_a_database_that_cannot_be_opened_is_one_line_and_code_1(tmp_path: Path) -> None:
    end = await program.matinee(
        tmp_path / "data", "audit", "export", database_url="postgresql://ann:hunter2@127.0.0.1:9/none"
    )

    assert (end.code, len(end.err.splitlines()), "hunter2" in end.err) == (1, 1, False)


@pytest.mark.parametrize("command", ["run", "search dune", "backup copy.db", "audit verify", "catalogue add Dune"])
async def test_what_hinders_a_database_is_named_with_its_place(command: str, tmp_path: Path) -> None:
    given = {"token": TOKEN, "database_url": f"sqlite:///{tmp_path}"}
    end = await program.matinee(tmp_path / "data", *command.split(), **given)

    told = f"matinee: the database cannot be opened: unable to open database file: {tmp_path} is a directory\n"
    assert (end.code, end.err) == (1, told)


async def test_a_database_that_cannot_be_looked_at_is_not_called_missing(tmp_path: Path) -> None:
    (file := tmp_path / "matinee.db").symlink_to(file)
    end = await program.matinee(tmp_path, "audit", "verify")

    assert end.code == 1
    assert end.err.startswith("matinee: the database cannot be opened: ")


async def test_search_shows_the_likeliest_first(data_dir: Path) -> None:
    end = await program.matinee(data_dir, "search", "amelie")

    assert (end.code, end.out.split()[:3]) == (0, ["4", "Amélie", "(2001)"])


async def test_a_search_that_finds_nothing_is_code_1(data_dir: Path) -> None:
    end = await program.matinee(data_dir, "search", "qqqqqqqqq")

    assert (end.code, end.out) == (1, "")


async def test_search_answers_every_line_with_a_json_line(data_dir: Path) -> None:
    end = await program.matinee(data_dir, "search", "--stdin", "--json", stdin="heat\n\nqqqqqqqqq\nAliens\n")
    answers = [json.loads(line) for line in end.out.splitlines()]

    assert [answer["query"] for answer in answers] == ["heat", "", "qqqqqqqqq", "Aliens"]
    assert [[film["title"] for film in answer["results"][:1]] for answer in answers] == [["Heat"], [], [], ["Alien"]]
    assert set(answers[0]) == {"query", "elapsed_ms", "results"}
    assert set(answers[0]["results"][0]) == {"id", "title", "year", "score"}


def test_a_reader_who_leaves_early_hears_no_complaint(data_dir: Path) -> None:
    pipe = f"printf 'heat\\n%.0s' $(seq 3000) | {sys.executable} -m bot search --stdin --json | head -1"
    child = subprocess.run(
        ["bash", "-c", pipe], env=program.environment(data_dir), capture_output=True, text=True, check=True
    )

    assert (len(child.stdout.splitlines()), child.stderr) == (1, "")


async def test_the_catalogue_says_what_is_loaded(data_dir: Path, tmp_path: Path) -> None:
    full = await program.matinee(data_dir, "catalogue", "status")
    await program.matinee(tmp_path / "empty", "migrate")
    empty = await program.matinee(tmp_path / "empty", "catalogue", "status")

    assert (full.code, full.out.splitlines()[0]) == (0, "5 films")
    assert (empty.code, empty.out) == (1, "0 films\n")


LOOKING = (
    *("catalogue status", "audit export", "audit verify", "audit seal", "quarantine list", "quarantine drop 1"),
    *("digest preview --chat 5", "backup {}/copy.db", "move --to sqlite:///{}/there.db"),
)


@pytest.mark.parametrize("command", LOOKING)
async def test_who_only_looks_makes_no_database(command: str, tmp_path: Path) -> None:
    end = await program.matinee(tmp_path / "typo", *command.format(tmp_path).split())

    assert (end.code, end.out, len(end.err.splitlines())) == (1, "", 1)
    assert f"there is no database at {tmp_path / 'typo' / 'matinee.db'}" in end.err
    assert [name for name in ("typo", "copy.db", "there.db") if (tmp_path / name).exists()] == []


async def test_the_starter_catalogue_is_loaded_once(tmp_path: Path) -> None:
    first = await program.matinee(tmp_path / "data", "catalogue", "import", "starter")
    again = await program.matinee(tmp_path / "data", "catalogue", "import", "starter")
    status = await program.matinee(tmp_path / "data", "catalogue", "status", "--json")
    found = await program.matinee(tmp_path / "data", "search", "godfahter")

    assert (first.code, again.code, found.code) == (0, 0, 0)
    assert again.out.endswith("123,818 unchanged: nothing to do\n")
    assert json.loads(status.out)["films"] > 100_000
    assert "The Godfather (1972)" in found.out.splitlines()[0]


async def test_the_audit_trail_is_exported_in_full(data_dir: Path) -> None:
    storage = await Storage.open(StorageSettings(data_dir=data_dir), now=lambda: NOON)
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    await storage.ratings.rate(DUNE, 9, in_club(ANN))
    await storage.close()

    end = await program.matinee(data_dir, "audit", "export")
    entries = [json.loads(line) for line in end.out.splitlines()]

    assert [(each["action"], each["before"], each["after"]) for each in entries if "rating" in each["action"]] == [
        ("rating.create", None, {"stars": 8}),
        ("rating.update", {"stars": 8}, {"stars": 9}),
    ]
    assert set(entries[0]) == {"id", "at", "actor", "chat", "action", "subject", "before", "after", "update_id"}
    assert (entries[-1]["actor"], entries[-1]["chat"], entries[-1]["at"]) == (
        ANN.person_id, CLUB, "2026-11-25T12:00:00Z"
    )  # fmt: skip


async def test_a_due_digest_is_posted_once_however_often_it_is_asked_for(data_dir: Path) -> None:
    storage = await Storage.open(StorageSettings(data_dir=data_dir), now=lambda: NOON)
    for actor, stars in ((ANN, 8), (BEN, 9)):
        await storage.ratings.rate(DUNE, stars, in_club(actor))
    setting = await storage.digests.change(in_club(ANN), enabled=True, zone="Europe/Berlin")
    await storage.close()
    assert setting.next_run_at is not None

    async with stub_telegram.running() as stub:
        run = ("digest", "run", "--at", setting.next_run_at.isoformat())
        first, again = [await program.matinee(data_dir, *run, token=TOKEN, api_url=stub.url) for _ in range(2)]

    assert (first.code, first.out, again.code, again.out) == (0, f"{CLUB}\tsent\n", 0, "")
    assert [call["chat_id"] for call in stub.named("sendMessage")] == [str(CLUB)]


async def test_a_digest_can_be_looked_at_without_posting_it(data_dir: Path) -> None:
    storage = await Storage.open(StorageSettings(data_dir=data_dir), now=lambda: datetime.now(UTC))
    for actor in (ANN, BEN):
        await storage.ratings.rate(DUNE, 8, in_club(actor))
    await storage.close()

    week = await program.matinee(data_dir, "digest", "preview", "--chat", str(CLUB))
    unknown = await program.matinee(data_dir, "digest", "preview", "--chat", "-7")

    assert (week.code, "Dune (2021)" in week.out, "<" in week.out) == (0, True, False)
    assert (unknown.code, unknown.out, "the bot knows no chat -7" in unknown.err) == (1, "", True)


async def test_a_chat_without_ratings_has_an_empty_digest(data_dir: Path) -> None:
    async with opened(data_dir, NOON) as storage:
        await storage.people.meet(in_club(ANN))
    nothing = await program.matinee(data_dir, "digest", "preview", "--chat", str(CLUB))

    assert (nothing.code, "Nothing was rated" in nothing.out) == (1, True)


async def test_quarantine_is_listed_retried_and_dropped(data_dir: Path) -> None:
    async with opened(data_dir, NOON) as storage:
        for item in await storage.inbox.take([(1, 7, b"{}"), (2, None, b"{}")]):
            await storage.quarantine.put(item, "ValueError: a bug")
    listed = await program.matinee(data_dir, "quarantine", "list")
    ends = [await program.matinee(data_dir, "quarantine", *each) for each in (("retry", "1"), ("drop", "2"))]
    gone = await program.matinee(data_dir, "quarantine", "drop", "2")
    empty = await program.matinee(data_dir, "quarantine", "list")

    assert [line.split("  ")[2:] for line in listed.out.splitlines()] == [
        ["update 1", "person 7", "ValueError: a bug"],
        ["update 2", "no person", "ValueError: a bug"],
    ]
    assert [end.out for end in ends] == ["1 is back in the inbox\n", "2 is gone\n"]
    assert (gone.code, empty.out) == (1, "nothing is in quarantine\n")


async def test_migrate_brings_an_empty_database_up_to_date(tmp_path: Path) -> None:
    end = await program.matinee(tmp_path / "data", "migrate")

    assert (end.code, end.out) == (0, "the database is up to date\n")


async def test_what_it_makes_is_its_own_users_only(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    end = await program.matinee(data_dir, "catalogue", "add", "Home Video")

    assert end.code == 0
    assert {path.stat().st_mode & 0o077 for path in (data_dir, *data_dir.rglob("*"))} == {0}


@pytest.mark.parametrize("title", ["", "  ", "Home\nVideo", "Home\x07", "X" * 501, "\udc80"])
def test_a_title_that_cannot_be_shown_is_refused(title: str) -> None:
    result = CliRunner().invoke(app, ["catalogue", "add", title])

    assert result.exit_code == 2
    assert "is no title: expected are 1 to 500 characters" in " ".join(result.output.replace("│", " ").split())
