"""Fail when a test is silently missing: a file without tests, a test that was not run, a skip nobody allowed."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

ALLOWED_SKIPS = (
    "no Chromium here: ",
    "no nginx here: ",
    "no pgbouncer here: ",
    "no systemd-analyze here: ",
    "no newman here: ",
)
"""How the reason of a skip must begin. Anything else that skips is a test that somebody believes is run."""


def test_files() -> set[str]:
    """Every test file on the disk, and every one that git knows: one that was lost must be missed."""
    listing = ("git", "ls-files", "tests/")
    known = subprocess.run(listing, check=False, capture_output=True, text=True).stdout.split()  # noqa: S603
    there = [path.as_posix() for path in Path("tests").rglob("test_*.py")]
    return {path for path in (*known, *there) if Path(path).match("test_*.py")}


def module_of(case: ET.Element, files: set[str]) -> str | None:
    """The file of a test: pytest writes `tests.test_config` or `tests.test_config.TestClass`."""
    name = case.get("classname", "").split(".")
    paths = ("/".join(name[:end]) + ".py" for end in range(len(name), 0, -1))
    return next((path for path in paths if path in files), None)


def faults(report: Path) -> list[str]:
    files = test_files()
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - pytest wrote it a moment ago
    ran = Counter(module_of(case, files) for case in cases)
    found = [f"{path}: no test of it was run" for path in sorted(files - ran.keys())]
    for case in cases:
        skip = case.find("skipped")
        if skip is not None:
            name, reason = f"{case.get('classname')}.{case.get('name')}", skip.get("message", "")
            print(f"skipped: {name}: {reason}")
            if not reason.startswith(ALLOWED_SKIPS):
                found.append(f"{name}: skipped for a reason that is not allowed: {reason}")
    print(f"{len(cases)} tests in {len(files)} files")
    return found or ([] if cases else ["no test was run at all"])


if __name__ == "__main__":
    problems = faults(Path(sys.argv[1]))
    print("\n".join(problems), file=sys.stderr)
    sys.exit(bool(problems))
