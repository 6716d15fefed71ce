"""The role of deploy/ansible on this machine, into a scratch directory, without systemd and without root's rights."""

import asyncio
import grp
import json
import os
import pwd
import re
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.program import free_port
from tests.stub_telegram import TOKEN

ROOT = Path(__file__).parent.parent
PLAYBOOK = ROOT / "deploy" / "ansible"
STOP = """
if [ -f {home}/pid ]; then
  kill $(cat {home}/pid) 2>/dev/null
  while kill -0 $(cat {home}/pid) 2>/dev/null; do sleep 0.05; done
  rm {home}/pid
fi"""
START = """
setsid {home}/prefix/current/bin/matinee run </dev/null >>{home}/log 2>&1 &
echo $! >{home}/pid"""


@dataclass(frozen=True, slots=True)
class Played:
    """How a playbook ended."""

    code: int
    out: str

    @property
    def changed(self) -> int:
        found = re.search(r"changed=(\d+)", self.out)
        assert found, self.out
        return int(found[1])


@dataclass(slots=True)
class Host:
    """A directory that plays a machine; `telegram` is where its bot finds Telegram."""

    home: Path
    telegram: str
    port: int = field(default_factory=free_port)

    @property
    def data_dir(self) -> Path:
        return self.home / "data"

    @property
    def release(self) -> str:
        """The one in use."""
        return (self.home / "prefix" / "current").resolve().name

    async def play(self, wheel: Path, *options: str, config: Mapping[str, Any] | None = None) -> Played:
        """Run the playbook for this wheel."""
        return await self.run("playbook", "site.yml", *options, **self.variables(wheel, config or {}))

    async def run(self, program: str, *arguments: str, **variables: Any) -> Played:
        """One of Ansible's own programs, for this machine."""
        inventory, given = self.home / "inventory.ini", self.home / "variables.json"
        inventory.write_text(
            f"[matinee]\nlocalhost ansible_connection=local ansible_python_interpreter={sys.executable}\n"
        )
        given.write_text(json.dumps(variables))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ansible", program, *arguments, "-i", str(inventory), "-e", f"@{given}",
            cwd=PLAYBOOK, env=self._environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await asyncio.wait_for(process.communicate(), 120)
        return Played(process.returncode or 0, out.decode())

    async def stop(self) -> None:
        process = await asyncio.create_subprocess_shell(STOP.format(home=self.home))
        await process.wait()

    def _environment(self) -> dict[str, str]:
        """The libraries are those of the tests, seen by PYTHONPATH, so that pip finds the lock file satisfied.

        Everything else is real; to fetch them for each release would take minutes.
        """
        own = {name: value for name, value in os.environ.items() if not name.startswith(("MATINEE_", "ANSIBLE_"))}
        own.pop("PORT", None)
        home = {"HOME": str(self.home), "ANSIBLE_LOCAL_TEMP": str(self.home), "ANSIBLE_NOCOLOR": "1"}
        return {**own, **home, "PYTHONPATH": sysconfig.get_path("purelib"), "LC_ALL": "C.UTF-8"}

    def variables(self, wheel: Path, config: Mapping[str, Any]) -> dict[str, Any]:
        """What is chosen for this machine."""
        listen = f"127.0.0.1:{self.port}"
        return {
            "matinee_wheel": str(wheel),
            "matinee_python": sys.executable,
            "matinee_become": False,
            "matinee_manage_user": False,
            "matinee_user": pwd.getpwuid(os.getuid()).pw_name,
            "matinee_group": grp.getgrgid(os.getgid()).gr_name,
            "matinee_prefix": str(self.home / "prefix"),
            "matinee_config_dir": str(self.home / "etc"),
            "matinee_data_dir": str(self.data_dir),
            "matinee_service_manager": "none",
            "matinee_stop_command": STOP.format(home=self.home),
            "matinee_start_command": START.format(home=self.home),
            "matinee_health_url": f"http://{listen}/readyz",
            "matinee_health_s": 4,
            "matinee_config": {"bot": {"api_url": self.telegram, "listen": listen, **config}},
            "matinee_secrets": {"token": TOKEN},
        }
