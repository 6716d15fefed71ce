"""deploy/systemd, judged by systemd itself; without a systemd-analyze such tests are skipped."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import Settings
from bot.config_sources import SECRETS

ROOT = Path(__file__).parent.parent
UNITS = ROOT / "deploy" / "systemd"
SERVICE = UNITS / "matinee.service"
REPLICA = UNITS / "matinee@.service.d" / "replica.conf"
MOST_EXPOSURE = 1.5
"""On systemd's scale from 0 to 10. Versions differ by some tenths."""

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(
    not ANALYZE, reason="no systemd-analyze here: tests/tools.sh says why it could not be installed"
)


def analyzed(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ANALYZE or "", *arguments], capture_output=True, text=True, check=False)


def installed(tmp_path: Path, name: str) -> Path:
    """The unit under this name, its program exchanged for one that is on this machine."""
    unit = tmp_path / name
    text = SERVICE.read_text("utf-8")
    assert "/opt/matinee/current/bin/matinee" in text
    unit.write_text(text.replace("/opt/matinee/current/bin/matinee", f"{Path(sys.executable).parent}/matinee"))
    return unit


def settings_in(unit: Path) -> list[tuple[str, str]]:
    return re.findall(r"^Environment=MATINEE_(\w+)=(.*)$", unit.read_text("utf-8"), re.MULTILINE)


@needs_systemd
def test_systemd_finds_no_fault_in_the_service(tmp_path: Path) -> None:
    verified = analyzed("verify", "--man=no", str(installed(tmp_path, "matinee.service")))

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@needs_systemd
def test_systemd_finds_no_fault_in_replicas(tmp_path: Path) -> None:
    template = installed(tmp_path, "matinee@.service")
    shutil.copytree(REPLICA.parent, tmp_path / "matinee@.service.d")

    verified = analyzed("verify", "--man=no", str(template.with_name("matinee@8081.service")))

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@needs_systemd
def test_the_service_is_exposed_no_more_than_the_docs_say(tmp_path: Path) -> None:
    judged = analyzed("security", "--offline=true", "--no-pager", str(installed(tmp_path, "matinee.service")))

    found = re.search(r"Overall exposure level for matinee.service: (\d+\.\d)", judged.stdout)
    assert found, judged.stderr
    assert float(found[1]) <= MOST_EXPOSURE
    assert f"at most {MOST_EXPOSURE} " in (ROOT / "docs" / "deploying.md").read_text("utf-8")


def test_every_setting_in_the_units_is_one() -> None:
    names = {name.lower().removesuffix("_file") for unit in (SERVICE, REPLICA) for name, _ in settings_in(unit)}

    assert names - {"config"} <= set(Settings.model_fields)
    assert names >= {"token", "data_dir", "backup_dir", "listen"}


def test_no_secret_stands_in_a_unit() -> None:
    shown = [name for unit in (SERVICE, REPLICA) for name, _ in settings_in(unit) if name.lower() in SECRETS]
    loaded = [value for name, value in settings_in(SERVICE) if name.endswith("_FILE")]

    assert (shown, loaded) == ([], ["%d/token"])


def test_it_is_started_again_unless_a_setting_is_wrong_and_given_time_to_stop() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(SERVICE)
    service = unit["Service"]

    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("always", "2")
    assert int(service["TimeoutStopSec"].removesuffix("s")) >= 10
    assert unit["Unit"]["StartLimitIntervalSec"] == "0", "after some starts in vain systemd would give up"
