"""Where settings are written: `config.toml` in sections, `MATINEE_*` flat. Unknown keys are refused here."""

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bot.errors import ConfigError
from storage.address import passwords_of

SECTIONS: dict[str, tuple[str, ...]] = {
    "bot": ("api_url", "log", "listen", "operators", "flood", "webhook_url", "tmdb_url"),
    "storage": ("data_dir", "database_url"),
    "intake": ("poll_timeout_s", "handlers_at_once"),
    "ranking": ("everyone_prior", "everyone_minimum", "club_prior", "club_minimum", "prior_mean"),
    "digest": ("digest_weekday", "digest_time", "digest_zone", "tick_s"),
    "audit": ("seal_s",),
    "backup": ("backup_dir", "backup_every_h", "backup_keep"),
}
"""Which section of `config.toml` holds which setting."""

UNPLACED = ("token", "webhook_secret", "tmdb_key", "sentry_dsn")
"""Secrets that `config.toml` may not hold."""

SECRETS = (*UNPLACED, "database_url")
"""Settings that no message shows, and that `…_FILE` may give."""

PREFIX = "MATINEE_"

NO_SETTINGS = ("MATINEE_CONFIG", "MATINEE_MOVE_TO")
"""Variables that the program knows besides: where the settings are, and the address of `matinee move`."""


def from_file(path: Path, faults: list[str], *, must_exist: bool) -> dict[str, Any]:
    """The settings of a `config.toml`, flat; none when there is no such file and none was asked for.

    What has no place there goes to `faults`, a line each. Raises ConfigError for a file that cannot be read.
    """
    try:
        if not path.exists() and not must_exist:
            return {}
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # a number of 5,000 digits, brackets 3,000 deep
        raise ConfigError(f"{path}: found {_short(error)}, allowed: a readable TOML file") from None
    values: dict[str, Any] = {}
    for section, content in document.items():
        wrong = _misplaced(section, content)
        faults += [f"{path}: found {each}" for each in wrong.values()]
        values |= {key: value for key, value in content.items() if key not in wrong} if section not in wrong else {}
    return values


def _misplaced(section: str, content: Any) -> dict[str, str]:
    """What is wrong, by the name of the key, or of the section where all of it is."""
    if section not in SECTIONS or not isinstance(content, dict):
        found = f"unknown section [{section}]" if isinstance(content, dict) else f"{section} outside of every section"
        return {section: f"{found}, {_allowed(section, SECTIONS)}"}
    wrong = {}
    for key in content:
        if key in UNPLACED or _has_password(key, content[key]):
            wrong[key] = f"a secret in [{section}] {key}, {_in_the_environment(key)}"
        elif key not in SECTIONS[section]:
            wrong[key] = f"unknown key [{section}] {key}, {_allowed(key, SECTIONS[section])}"
    return wrong


def _has_password(key: str, value: Any) -> bool:
    return key == "database_url" and bool(passwords_of(str(value)))


def environment(env: Mapping[str, str], faults: list[str], *, known: Iterable[str]) -> dict[str, Any]:
    """The settings that the environment gives; an empty variable counts as absent. Unknown ones go to `faults`."""
    names = {PREFIX + field.upper(): field for field in known}
    files = {f"{PREFIX}{field.upper()}_FILE": field for field in SECRETS}
    given = {name: value for name, value in env.items() if name.startswith(PREFIX) and value}
    unknown = sorted(given.keys() - names.keys() - files.keys() - set(NO_SETTINGS))
    faults += [f"{name}: found an unknown variable, {_allowed(name, [*names, *files])}" for name in unknown]
    values: dict[str, Any] = {"listen": env["PORT"]} if env.get("PORT") else {}
    values |= {files[name]: _content(name, value) for name, value in given.items() if name in files}
    values |= {names[name]: value for name, value in given.items() if name in names}
    return values


def _content(name: str, path: str) -> str:
    try:
        content = Path(path).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name}: found {_short(error)}, allowed: a readable file with the secret") from None
    if not content:
        raise ConfigError(f"{name}: found an empty file, allowed: a readable file with the secret")
    return content


def origin(field: str, env: Mapping[str, str], path: Path) -> str:
    """Where the value in force was written: the environment wins over the file."""
    for name in (f"{PREFIX}{field.upper()}", f"{PREFIX}{field.upper()}_FILE"):
        if env.get(name):
            return name
    if field == "listen" and env.get("PORT"):
        return "PORT"
    section = next(name for name, keys in SECTIONS.items() if field in keys)
    return f"{path} [{section}] {field}"


def _in_the_environment(secret: str) -> str:
    return f"allowed: only {PREFIX}{secret.upper()} or {PREFIX}{secret.upper()}_FILE in the environment"


def _allowed(name: str, known: Iterable[str]) -> str:
    """For a name that is not one of those `known` where it was found."""
    if name in UNPLACED:
        return _in_the_environment(name)
    if home := next((section for section, keys in SECTIONS.items() if name in keys), None):
        return f"allowed: {name} in [{home}]"
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else f"allowed: {', '.join(known)}"


def _short(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).splitlines()[0]
