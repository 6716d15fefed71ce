"""deploy/ansible, run by the real Ansible: an installation, nothing, an upgrade that fails, and one that does not."""

import asyncio
import sqlite3
import sys
import tomllib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import yaml

from storage import upgrade
from tests import program, stub_telegram, wheels
from tests.ansible import PLAYBOOK, Host, Played
from tests.stub_telegram import TOKEN
from tests.test_intake import message
from tests.test_systemd import analyzed, installed, needs_systemd

VARIABLES = PLAYBOOK / "roles" / "matinee" / "vars" / "main.yml"
FUTURE = "2999_01_01_001"
MIGRATION = f'''
revision, down_revision = "{FUTURE}", "{upgrade.head()}"

def upgrade() -> None:
    pass
'''
NEXT = {f"storage/migrations/versions/{FUTURE}_future.py": MIGRATION}
BROKEN = NEXT | {"bot/app.py": "raise SystemExit(3)\n"}
"""Migrates, and does not start."""


@dataclass(frozen=True, slots=True)
class Story:
    """One host, play by play; `made` is what the rehearsal left, `readiness` what the bot said."""

    host: Host
    rehearsal: Played
    made: list[str]
    installation: Played
    again: Played
    upgrade: Played
    release: str
    readiness: int
    schema: str
    """After that."""
    later: Played
    """An upgrade to a version that starts."""
    later_readiness: int


async def readiness(host: Host) -> int:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{host.port}/readyz") as answer:
        return answer.status


async def told(place: Path) -> Story:
    wheel = wheels.built(place)
    first, broken = wheels.of_version(wheel, "1.0.0"), wheels.of_version(wheel, "1.1.0", BROKEN)
    mended = wheels.of_version(wheel, "1.2.0", NEXT)
    async with stub_telegram.running() as stub:
        host = Host(place / "host", stub.url)
        host.home.mkdir()
        try:
            rehearsal = await host.play(first, "--check", "--diff")
            made = [name for name in ("prefix", "etc", "data", "pid") if (host.home / name).exists()]
            await program.small_world(host.data_dir)
            installation = await host.play(first)
            stub.updates = [message(1, "/start")]
            await stub.wait_for("sendMessage")
            again, failed = await host.play(first), await host.play(broken)
            rolled_back = host.release, await readiness(host), schema_of(host.data_dir / "matinee.db")
            later = await host.play(mended)
            return Story(host, rehearsal, made, installation, again, failed, *rolled_back, later, await readiness(host))
        finally:
            await host.stop()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Told once for all tests: each play takes some seconds."""
    return asyncio.run(told(tmp_path_factory.mktemp("ansible")))


def rows(database: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement).fetchall()


def schema_of(database: Path) -> str:
    ((version,),) = rows(database, "SELECT version_num FROM alembic_version")
    return str(version)


def test_a_rehearsal_on_a_new_machine_passes_and_changes_nothing(story: Story) -> None:
    assert (story.rehearsal.code, story.rehearsal.changed > 5, story.made) == (0, True, []), story.rehearsal.out


def test_it_installs_configures_and_starts(story: Story) -> None:
    release = story.host.home / "prefix" / "releases" / "1.0.0"
    config = tomllib.loads((release / "config.toml").read_text("utf-8"))

    assert story.installation.code == 0, story.installation.out
    assert config["bot"]["listen"] == f"127.0.0.1:{story.host.port}"
    assert list(release.glob("lib/python*/site-packages/matinee-1.0.0.dist-info"))


def test_a_second_time_changes_nothing(story: Story) -> None:
    assert (story.again.code, story.again.changed) == (0, 0), story.again.out


def test_what_does_not_become_healthy_is_rolled_back_and_says_why(story: Story) -> None:
    assert story.upgrade.code != 0
    assert "1.1.0 is not in use (Ask whether it is ready: " in story.upgrade.out
    assert "Rolled back to 1.0.0, which is healthy; its database is the backup made before." in story.upgrade.out
    assert (story.release, story.readiness) == ("1.0.0", 200)


def test_after_a_roll_back_the_database_is_as_before_and_the_other_is_kept(story: Story) -> None:
    """The new version had migrated it, and the former one would not have opened it."""
    data_dir = story.host.data_dir
    (kept,) = data_dir.glob("matinee.db.before-restore-*")

    assert (story.schema, schema_of(kept)) == (upgrade.head(), FUTURE)
    assert (data_dir / "backups" / "before-1.1.0.db").exists()


def test_an_upgrade_backs_up_migrates_and_keeps_what_was_there(story: Story) -> None:
    data_dir, releases = story.host.data_dir, story.host.home / "prefix" / "releases"
    before = data_dir / "backups" / "before-1.2.0.db"

    assert (story.later.code, story.host.release, story.later_readiness) == (0, "1.2.0", 200), story.later.out
    assert (schema_of(before), schema_of(data_dir / "matinee.db")) == (upgrade.head(), FUTURE)
    assert rows(data_dir / "matinee.db", "SELECT update_id FROM inbox") == [(1,)]
    assert (releases / "1.0.0" / "bin" / "matinee").exists()  # to go back to


def test_the_token_is_for_the_bot_alone_and_is_never_shown(story: Story) -> None:
    secret = story.host.home / "etc" / "secrets" / "token"
    plays = story.rehearsal, story.installation, story.again, story.upgrade, story.later
    shown = "".join(each.out for each in plays)

    assert (secret.read_text("utf-8"), oct(secret.stat().st_mode)) == (TOKEN, "0o100640")
    assert (TOKEN in shown, TOKEN in (story.host.home / "log").read_text("utf-8")) == (False, False)


@needs_systemd
async def test_systemd_finds_no_fault_in_what_the_role_adds_to_the_service(tmp_path: Path) -> None:
    """No systemd is at work where tests run, so that branch of the role is judged by what it would install."""
    host = Host(tmp_path, "http://127.0.0.1:9")
    unit = installed(tmp_path, "matinee.service")
    added = tmp_path / "matinee.service.d" / "ansible.conf"
    added.parent.mkdir()
    variables = host.variables(tmp_path / "matinee-1.0.0-py3-none-any.whl", {}) | yaml.safe_load(VARIABLES.read_text())
    variables |= {"matinee_secrets": {"token": "x", "webhook_secret": "x"}, "matinee_current": sys.prefix}

    template = f"src={PLAYBOOK}/roles/matinee/templates/ansible.conf.j2 dest={added}"
    rendered = await host.run("adhoc", "localhost", "-m", "template", "-a", template, **variables)
    verified = analyzed("verify", "--man=no", str(unit))

    assert (rendered.code, verified.returncode, verified.stdout + verified.stderr) == (0, 0, ""), rendered.out
    assert f"LoadCredential=webhook_secret:{tmp_path}/etc/secrets/webhook_secret" in added.read_text("utf-8")
    assert "Environment=MATINEE_WEBHOOK_SECRET_FILE=%d/webhook_secret" in added.read_text("utf-8")


def test_what_may_be_chosen_is_explained() -> None:
    """The lock file is found where the default says."""
    role = PLAYBOOK / "roles" / "matinee"
    defaults = yaml.safe_load((role / "defaults" / "main.yml").read_text("utf-8"))

    assert {"matinee_wheel", "matinee_config", "matinee_secrets"} <= set(defaults)
    assert (PLAYBOOK / defaults["matinee_requirements"].removeprefix("{{ playbook_dir }}/")).exists()
