"""`matinee doctor`: a line for each part, what to do about it, and no part that hides another."""

import json
import platform
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from aiohttp import web

from bot.sandbox.server import running
from bot.updates import ACCEPTED
from storage.copies import NAME
from storage.service import Storage, StorageSettings
from storage.upgrade import head
from storage.values import Owed
from tests import program, stub_telegram
from tests.databases import ALIEN, ANN, CLUB, DUNE, in_club
from tests.deliveries import SECRET
from tests.sandbox_bot import TOKEN as SANDBOX_TOKEN
from tests.stub_telegram import BOT, TOKEN, StubTelegram, result

AWAY = "http://127.0.0.1:9"
HOOKED = {"webhook_url": "https://films.example", "webhook_secret": SECRET}
OF_DATABASE = (
    *("database", "migrations", "catalogue", "search index", "schedule", "digests", "inbox", "outbox", "quarantine"),
    "audit trail",
)
PARTS = ("version", "configuration", "disk", "backups", *OF_DATABASE, "token", "webhook", "clock")

Parts = dict[str, tuple[str, str]]


async def examined(data_dir: Path, code: int, **settings: str) -> Parts:
    """State and detail of each part; nothing secret was printed."""
    end = await program.matinee(data_dir, "doctor", "--json", **{"token": TOKEN, "api_url": AWAY, **settings})
    found = json.loads(end.out)
    assert (end.code, found["well"], end.err) == (code, code == 0, "")
    assert [secret for secret in (TOKEN, TOKEN.partition(":")[2], SECRET, "hunter2") if secret in end.out] == []
    return {part["part"]: (part["state"], part["detail"]) for part in found["parts"]}


def states(parts: Parts, *names: str) -> set[str]:
    return {parts[name][0] for name in names}


@pytest.fixture
async def data_dir(tmp_path: Path) -> Path:
    """Five films and their index."""
    return await program.small_world(tmp_path / "data")


@pytest.fixture
async def stub() -> AsyncIterator[StubTelegram]:
    async with stub_telegram.running() as made:
        yield made


@asynccontextmanager
async def hours_ago(data_dir: Path, hours: int = 5) -> AsyncIterator[Storage]:
    """The storage as it was then."""
    at = datetime.now(UTC) - timedelta(hours=hours)
    storage = await Storage.open(StorageSettings(data_dir=data_dir), now=lambda: at)
    try:
        yield storage
    finally:
        await storage.close()


async def test_each_part_has_its_line_and_all_is_well(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / datetime.now(UTC).strftime(NAME)).touch()
    async with running(seed=True) as sandbox:
        given = {"token": SANDBOX_TOKEN, "api_url": sandbox.url, "backup_dir": str(tmp_path)}
        parts = await examined(data_dir, 0, **given)
        end = await program.matinee(data_dir, "doctor", **given)

    assert (tuple(parts), states(parts, *PARTS)) == (PARTS, {"ok"})
    assert parts["version"][1] == f"Matinee {version('matinee')} on Python {platform.python_version()}"
    lines = [line.split(":")[0] for line in end.out.splitlines()]
    assert (end.code, lines) == (0, [f"ok       {part}" for part in PARTS])


async def test_without_a_token_only_telegram_is_left_out(data_dir: Path) -> None:
    end = await program.matinee(data_dir, "doctor")

    assert (end.code, [line for line in end.out.splitlines() if not line.startswith("ok")]) == (1, [
        "warning  backups: none are scheduled: set backup_dir, or run matinee backup yourself",
        "failed   token: there is none: set MATINEE_TOKEN",
        "warning  webhook: not looked at: there is no token",
        "warning  clock: not looked at: there is no token",
    ])  # fmt: skip


async def test_while_telegram_is_away_the_rest_is_looked_at(data_dir: Path) -> None:
    parts = await examined(data_dir, 1)

    assert (states(parts, "token", "webhook"), states(parts, *OF_DATABASE)) == ({"failed"}, {"ok"})
    assert parts["clock"] == ("warning", "not looked at: Telegram told no time")
    assert "MATINEE_API_URL" in parts["token"][1]


@pytest.mark.parametrize(
    "url", ["postgresql://ann:hunter2@127.0.0.1:9/none", "sqlite:////proc/version", "damaged"], ids=str
)
async def test_while_the_database_is_away_the_rest_is_looked_at(url: str, data_dir: Path, stub: StubTelegram) -> None:
    if url == "damaged":
        (data_dir / "matinee.db").write_bytes(b"no database" * 1000)
        url = ""
    parts = await examined(data_dir, 1, api_url=stub.url, **({"database_url": url} if url else {}))

    assert parts["database"][0] == "failed"
    assert {parts[name] for name in OF_DATABASE[1:]} == {("warning", "not looked at: the database is away")}
    assert states(parts, "disk", "token", "webhook", "clock") == {"ok"}


async def test_postgresql_is_looked_at_in_the_same_way(
    postgres_storage: Storage, data_dir: Path, stub: StubTelegram
) -> None:
    url = postgres_storage.settings.url
    parts = await examined(data_dir, 0, api_url=stub.url, database_url=url)

    assert (parts["database"][1], states(parts, *OF_DATABASE)) == ("PostgreSQL opens", {"ok"})


async def test_where_there_is_nothing_yet_nothing_failed_and_nothing_is_made(
    tmp_path: Path, stub: StubTelegram
) -> None:
    parts = await examined(tmp_path / "data", 0, api_url=stub.url)

    assert states(parts, *OF_DATABASE) == {"warning"}
    assert parts["database"][1] == f"{tmp_path / 'data' / 'matinee.db'} is not there yet: matinee run makes it"
    assert parts["inbox"][1].startswith("not looked at: there are no tables yet")
    assert not (tmp_path / "data").exists()


async def test_a_database_that_everybody_can_read_is_worth_knowing() -> None:
    with TemporaryDirectory() as name:  # pytest's own folders are closed
        data_dir = await program.small_world(Path(name) / "data")
        for path, mode in ((Path(name), 0o755), (data_dir, 0o755), (data_dir / "matinee.db", 0o644)):
            path.chmod(mode)
        parts = await examined(data_dir, 1, token="")

    told = f"SQLite opens, and everybody on this machine can read names and ratings: chmod 600 {data_dir}/matinee.db*"
    assert parts["database"] == ("warning", told)


async def test_where_a_file_stands_in_the_way_it_is_named(tmp_path: Path, stub: StubTelegram) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    parts = await examined(blocked, 1, api_url=stub.url, backup_dir=str(blocked / "copies"))

    assert states(parts, "disk", "backups", "database") == {"failed"}
    assert [name for name in ("disk", "backups", "database") if f"{blocked} is a file" not in parts[name][1]] == []


@pytest.mark.parametrize(
    ("found", "told"),
    [("2020_01_01_aaa", "run 'matinee migrate'"), ("2999_01_01_aaa", "run the newer program")],
    ids=["older", "newer"],
)
async def test_tables_of_another_version_are_told_and_left(found: str, told: str, data_dir: Path) -> None:
    with sqlite3.connect(data_dir / "matinee.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (found[: len(head())],))
    parts = await examined(data_dir, 1)

    assert (parts["database"][0], told in parts["migrations"][1]) == ("ok", True)
    assert (parts["migrations"][0], parts["inbox"]) == (
        "failed", ("warning", "not looked at: the tables are not this program's")
    )  # fmt: skip


async def test_what_waits_and_what_was_given_up_is_shown(data_dir: Path, tmp_path: Path) -> None:
    async with hours_ago(data_dir) as storage:
        await storage.ratings.rate(DUNE, 8, ANN)
        await storage.outbox.owe(Owed(key="notice", kind="notice", chat_id=7, payload={}))
        _, item = await storage.inbox.take([(1, 7, b"{}"), (2, 8, b"{}")])
        await storage.quarantine.put(item, "ValueError: a bug")
        since = f"since {storage.now():%Y-%m-%d %H:%M} UTC"
    parts = await examined(data_dir, 1, backup_dir=str(tmp_path))

    assert parts["inbox"] == ("failed", f"1 update waits, {since}: is the bot running?")
    assert parts["outbox"] == ("failed", f"1 message waits, {since}: is the bot running?")
    assert parts["quarantine"] == ("failed", "1 update was given up: matinee quarantine list says why")
    assert parts["audit trail"][1].startswith(f"not sealed {since}: is the bot running?")
    assert parts["backups"][1].startswith(f"there is none in {tmp_path} yet")


@pytest.mark.parametrize(
    ("hours", "state", "told"), [(1, "ok", "the next digest is due at "), (400, "failed", "a digest is overdue since ")]
)
async def test_a_digest_that_is_due_and_one_that_is_overdue(hours: int, state: str, told: str, data_dir: Path) -> None:
    async with hours_ago(data_dir, hours) as storage:
        await storage.ratings.rate(DUNE, 8, in_club(ANN))
        at = storage.now() + timedelta(hours=4)
        await storage.digests.change(in_club(ANN), weekday=at.weekday(), minute=60 * at.hour, zone="UTC", enabled=True)
    parts = await examined(data_dir, 1)

    assert parts["schedule"][0] == state
    assert parts["schedule"][1].startswith(f"{told}{at:%Y-%m-%d %H}:00 UTC")


async def test_a_digest_of_unknown_fate_is_worth_knowing(data_dir: Path) -> None:
    async with hours_ago(data_dir) as storage:
        await storage.ratings.rate(DUNE, 8, in_club(ANN))
    with sqlite3.connect(data_dir / "matinee.db") as raw:
        columns = {row[1]: row for row in raw.execute("PRAGMA table_info(digest_run)")}
        given: dict[str, Any] = {"chat_id": CLUB, "week": "2026-W40", "status": "unknown", "claimed_at": 1}
        given |= {name: 1 for name, row in columns.items() if row[3] and row[4] is None and name not in given}
        marks = ", ".join("?" * len(given))
        raw.execute(f"INSERT INTO digest_run ({', '.join(given)}) VALUES ({marks})", tuple(given.values()))
    parts = await examined(data_dir, 1)

    assert parts["digests"][0] == "warning"
    assert f"week 2026-W40 of chat {CLUB}" in parts["digests"][1]


async def test_the_newest_seal_is_shown_and_a_broken_chain_found(data_dir: Path) -> None:
    async with hours_ago(data_dir) as storage:
        for film in (DUNE, ALIEN):
            await storage.ratings.rate(film, 8, ANN)
            newest = await storage.audit.seal()
    whole = await examined(data_dir, 1)
    with sqlite3.connect(data_dir / "matinee.db") as raw:
        raw.execute("DROP TRIGGER audit_seal_keep")
        raw.execute("DELETE FROM audit_seal WHERE id = 1")
    broken = await examined(data_dir, 1)

    assert newest is not None
    assert (whole["audit trail"][0], newest.fingerprint in whole["audit trail"][1]) == ("ok", True)
    assert whole["audit trail"][1].startswith("2 seals in an unbroken chain, the newest of ")
    assert broken["audit trail"] == ("failed", "TAMPERED: seal 1 is missing: see matinee audit verify")


async def test_an_index_that_is_not_there_is_not_built(data_dir: Path) -> None:
    (data_dir / "search" / "current").unlink()
    parts = await examined(data_dir, 1)

    assert parts["search index"][0] == "warning"
    assert not (data_dir / "search" / "current").exists()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (stub_telegram.error(401, "Unauthorized"), "Telegram refuses the token: check MATINEE_TOKEN"),
        (stub_telegram.error(500, f"http://x/bot{TOKEN}/getMe broke"), "status 500: http://x/bot[secret]/getMe broke"),
        (stub_telegram.html_502, "status 502: no answer of the Bot API; check MATINEE_API_URL"),
        (stub_telegram.drop, "check the network, the proxy and MATINEE_API_URL"),
    ],
    ids=["refused", "broken", "not the Bot API", "dropped"],
)
async def test_why_the_token_could_not_be_tried(
    answer: stub_telegram.Answer, told: str, data_dir: Path, stub: StubTelegram
) -> None:
    stub.script["getMe"] = [answer]
    parts = await examined(data_dir, 1, api_url=stub.url)

    assert (parts["token"][0], told in parts["token"][1], parts["webhook"][0]) == ("failed", True, "ok")


def known(**more: Any) -> dict[str, Any]:
    """What Telegram knows when all is well."""
    url = f"{HOOKED['webhook_url']}/telegram"
    return {"url": url, "pending_update_count": 3, "allowed_updates": ACCEPTED, **more}


@pytest.mark.parametrize(
    ("knows", "given", "state", "told"),
    [
        ({"url": ""}, {}, "ok", "updates are polled"),
        (known(url=f"https://other.example/{TOKEN}"), {}, "failed", "delivers to other.example, so it answers no poll"),
        (known(), HOOKED, "ok", "Telegram delivers here; 3 updates wait at Telegram; no error"),
        ({"url": ""}, HOOKED, "failed", "delivers nowhere, not here: matinee webhook set"),
        (known(url="https://other.example/x"), HOOKED, "failed", "delivers to other.example, not here"),
        (known(allowed_updates=["message"]), HOOKED, "warning", "matinee webhook set"),
        (known(last_error_date=4e9, last_error_message="Connection refused"), HOOKED, "warning", "Connection refused"),
        (known(last_error_date=1e9, last_error_message="Connection refused"), HOOKED, "ok", "2001-09-09 01:46 UTC"),
        (known(), {"webhook_url": "https://films.example"}, "failed", "MATINEE_WEBHOOK_SECRET is not set: give"),
    ],
)  # fmt: skip
async def test_the_webhook_as_telegram_knows_it(
    knows: dict[str, Any], given: dict[str, str], state: str, told: str, data_dir: Path, stub: StubTelegram
) -> None:
    stub.script["getWebhookInfo"] = [result(knows)]
    parts = await examined(data_dir, int(state == "failed"), api_url=stub.url, **given)

    assert (parts["webhook"][0], told in parts["webhook"][1]) == (state, True)


@pytest.mark.parametrize(
    ("ahead_s", "state", "told"),
    [(0, "ok", "beside Telegram's"), (300, "warning", "behind Telegram's"), (-300, "warning", "ahead of Telegram's")],
)
async def test_a_clock_that_differs_is_worth_knowing(
    ahead_s: int, state: str, told: str, data_dir: Path, stub: StubTelegram
) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead_s), usegmt=True) if ahead_s else "today"
        return web.json_response({"ok": True, "result": BOT}, headers={"Date": date})

    stub.script["getMe"] = [answer]
    parts = await examined(data_dir, 0, api_url=stub.url)

    assert (parts["clock"][0], told in parts["clock"][1]) == (state, True)
