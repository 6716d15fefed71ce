"""Wheels of the program: one built from its sources, and others of later versions, to upgrade to."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "THIRD_PARTY.md", "bot", "handlers", "storage")


def built(place: Path, sources: tuple[str, ...] = SOURCES) -> Path:
    """A wheel, from a copy of these files and folders of the repository and nothing else."""
    return made_of(copied(place / "source", sources), place)


def copied(source: Path, names: tuple[str, ...]) -> Path:
    source.mkdir(parents=True)
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(ROOT / name, source)
    return source


def made_of(source: Path, place: Path) -> Path:
    """The wheel of these sources, in `place`."""
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    subprocess.run([*pip, "--wheel-dir", str(place), str(source)], check=True, capture_output=True, text=True)
    return next(place.glob("matinee-*.whl"))


def of_version(wheel: Path, version: str, changes: Mapping[str, str] | None = None) -> Path:
    """The same program under another version, with these files written over or added."""
    old = wheel.name.split("-")[1]
    later = wheel.with_name(wheel.name.replace(f"-{old}-", f"-{version}-"))
    renamed = {f"matinee-{old}.dist-info/": f"matinee-{version}.dist-info/"}
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(later, "w", zipfile.ZIP_STORED) as target:
        files = {_renamed(name, renamed): source.read(name) for name in source.namelist()}
        files |= {name: text.encode() for name, text in (changes or {}).items()}
        about = f"matinee-{version}.dist-info"
        files[f"{about}/METADATA"] = files[f"{about}/METADATA"].replace(
            f"\nVersion: {old}\n".encode(), f"\nVersion: {version}\n".encode()
        )
        files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in files).encode()
        for name, content in files.items():
            target.writestr(name, content)
    return later


def _renamed(name: str, renamed: Mapping[str, str]) -> str:
    return next((name.replace(old, new, 1) for old, new in renamed.items() if name.startswith(old)), name)
