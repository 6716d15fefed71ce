"""deploy/container. No engine builds the image here: what it says is read, and what it does is done step by step."""

import asyncio
import json
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from bot.config import Settings
from bot.config_sources import environment
from tests import wheels
from tests.wheels import ROOT

FOLDER = ROOT / "deploy" / "container"


def instructions() -> list[tuple[str, str]]:
    """Name and rest of each, its lines joined, comments left out."""
    text = (FOLDER / "Containerfile").read_text("utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines.splitlines() if line)]


def all_of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def copied() -> list[str]:
    """What comes out of the checkout, and not out of a former stage."""
    words = [shlex.split(rest) for rest in all_of("COPY")]
    return [source for each in words if not each[0].startswith("--from") for source in each[:-1]]


@asynccontextmanager
async def serving(healthz: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[int]:
    """Its port."""
    server = web.Application()
    server.add_routes([web.get("/healthz", healthz)])
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


def ignored(path: Path) -> bool:
    """By git, in a checkout."""
    relative = path.resolve().relative_to(ROOT).as_posix()
    return any(f"/{relative}".startswith(line) for line in (ROOT / ".gitignore").read_text("utf-8").split())


def in_packages() -> set[str]:
    """Every file of the program's packages, those that are no modules included."""
    paths = (path for folder in ("bot", "handlers", "storage") for path in (ROOT / folder).rglob("*"))
    return {path.relative_to(ROOT).as_posix() for path in paths if path.is_file() and path.parent.name != "__pycache__"}


@pytest.fixture
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
    return document


def test_what_is_copied_is_there_and_let_into_the_build() -> None:
    let_in = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    assert [source for source in copied() if not (ROOT / source).exists()] == []
    assert [source for source in copied() if f"!{source}" not in let_in] == []
    assert let_in[1] == "*"


def test_what_is_copied_is_enough_to_build_the_program(tmp_path: Path) -> None:
    sources = tuple(source for source in copied() if source != "requirements.lock")

    files = zipfile.ZipFile(wheels.built(tmp_path, sources)).namelist()

    assert in_packages() - set(files) <= {"handlers/locales/matinee.pot", "storage/catalogue/SOURCES.md"}
    assert [file for file in files if file.startswith("tests/")] == []


def test_libraries_are_those_of_the_lock_file_and_no_others() -> None:
    installs = [step for rest in all_of("RUN") for step in rest.split("&&") if "pip install" in step]

    assert len(installs) == 2
    assert [set(shlex.split(step)) & {"--require-hashes", "--no-deps"} for step in installs] == [
        {"--require-hashes"}, {"--no-deps"}
    ]  # fmt: skip


def test_two_stages_and_nothing_of_the_first_but_the_program() -> None:
    stages = all_of("FROM")

    assert (len(stages), [rest for rest in all_of("COPY") if rest.startswith("--from")]) == (
        2, ["--from=build /opt/matinee /opt/matinee"]
    )  # fmt: skip
    assert [stage for stage in stages if not re.search(r":\d+\.\d+-\w+", stage)] == []


def test_it_is_not_root_and_is_stopped_as_the_bot_expects() -> None:
    assert (all_of("USER"), all_of("STOPSIGNAL")) == (["10001"], ["SIGTERM"])
    assert json.loads(all_of("ENTRYPOINT")[0]) + json.loads(all_of("CMD")[0]) == ["matinee", "run"]


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (500, False)])
async def test_the_health_check_tells_alive_from_dead(status: int, healthy: bool) -> None:
    async def healthz(_: web.Request) -> web.Response:
        return web.Response(status=status)

    async with serving(healthz) as port:
        command = json.loads(all_of("HEALTHCHECK")[0].partition(" CMD ")[2])
        process = await asyncio.create_subprocess_exec(
            sys.executable, *(word.replace(":8080", f":{port}") for word in command[1:]), stderr=subprocess.DEVNULL
        )

        assert (await process.wait() == 0) is healthy


def test_every_setting_of_image_and_services_is_one(compose: dict[str, Any]) -> None:
    image = dict(word.split("=", 1) for rest in all_of("ENV") for word in shlex.split(rest))
    given = [image, *(service.get("environment", {}) for service in compose["services"].values())]
    names = {name.removesuffix("_FILE") for each in given for name in each if name.startswith("MATINEE_")}

    faults: list[str] = []
    assert environment(dict.fromkeys(names, "x"), faults, known=Settings.model_fields)
    assert faults == []


def test_the_services_build_this_image_and_wait_for_each_other(compose: dict[str, Any]) -> None:
    build, services = compose["services"]["bot"]["build"], compose["services"]

    assert (FOLDER / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).read_text("utf-8")
    assert services["migrate"]["command"] == ["migrate"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["bot"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_secrets_are_files_that_git_does_not_take(compose: dict[str, Any]) -> None:
    files = {name: secret["file"] for name, secret in compose["secrets"].items()}
    used = {name for service in compose["services"].values() for name in service["secrets"]}
    taken = [file for file in files.values() if not ignored(FOLDER / file)]

    assert (used, taken) == (set(files), [])
    assert "password" not in str(compose["services"]["bot"]).lower()


def test_nothing_but_this_machine_reaches_the_port(compose: dict[str, Any]) -> None:
    assert [port for service in compose["services"].values() for port in service.get("ports", [])] == [
        "127.0.0.1:8080:8080"
    ]
