"""`make build`: a wheel and the sources, and the sources are enough to make the same wheel."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests import wheels
from tests.wheels import ROOT

SDIST = "from setuptools import build_meta; import sys; build_meta.build_sdist(sys.argv[1])"
MORE = ("MANIFEST.in", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Makefile", "Procfile", "config.toml",
        "requirements.lock", "requirements-dev.lock", "requirements-build.in", "deploy", "docs", "tests")  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources as they are released, unpacked."""
    place = tmp_path_factory.mktemp("sources")
    checkout = wheels.copied(place / "checkout", (*wheels.SOURCES, *MORE))
    made = (sys.executable, "-c", SDIST, str(place))
    subprocess.run(made, cwd=checkout, check=True, capture_output=True)
    with tarfile.open(next(place.glob("matinee-*.tar.gz"))) as packed:
        packed.extractall(place, filter="data")
    return next(path for path in place.glob("matinee-*") if path.is_dir())


def names(wheel: Path) -> list[str]:
    return sorted(zipfile.ZipFile(wheel).namelist())


def test_the_sources_make_the_same_wheel(sources: Path, tmp_path: Path) -> None:
    again = wheels.made_of(sources, tmp_path / "again")

    assert names(again) == names(wheels.built(tmp_path / "first"))


def test_the_sources_hold_what_it_is_tested_and_hosted_with(sources: Path) -> None:
    for name in ("Makefile", "requirements.lock", "config.toml", "deploy/nginx/matinee.conf", "docs/scaling.md",
                 "tests/test_build.py", "tests/newman.sh"):  # fmt: skip
        assert (sources / name).exists(), name
    assert not list(sources.glob("**/node_modules"))


def test_make_builds_both_and_the_release_takes_both() -> None:
    makefile, workflow = (ROOT / "Makefile").read_text(), (ROOT / ".github/workflows/ci.yml").read_text()

    assert 'build_meta.build_sdist("dist")' in makefile
    assert "path: dist/*\n" in workflow
