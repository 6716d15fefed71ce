"""Any text in the environment or in config.toml: settings, or one clear refusal that gives no secret away."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import Settings, load, token_of
from bot.config_sources import PREFIX, SECRETS, SECTIONS
from bot.errors import ConfigError

SHIPPED = (Path(__file__).parent.parent / "config.toml").read_text()
SECRET = "Sesame-1234567890"
LIKELY = [
    "off", "0", "-1", "1e3", "x" * 300, "9" * 5000, "http://[", "https://h", "::", "h:80", "UTC", "../UTC", "/etc",
    "sqlite:///a", "postgresql://a:b@h/m", "postgresql://[", "12:30", "1,2", "json", "monday", "\udcff",
]  # fmt: skip
# An environment holds no NUL, and bytes that are no UTF-8 as lone surrogates.
TEXTS = st.text(st.characters(exclude_characters="\0"), max_size=30) | st.sampled_from(LIKELY)
VARIABLES = [PREFIX + field.upper() for field in Settings.model_fields] + ["PORT"]
TOML_VALUES = st.recursive(
    st.integers(-(10**20), 10**20) | st.booleans() | st.text(max_size=20) | st.sampled_from(LIKELY[:-1]),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
).map(json.dumps) | st.sampled_from(["1.5", "inf", "nan", "1979-05-27", "{}", "{a = 1}", "[", '"""', "'x'"])
KEYS = st.sampled_from([key for keys in SECTIONS.values() for key in keys] + [*SECRETS, "colour"])
LINES = st.one_of(
    st.tuples(KEYS, TOML_VALUES).map(" = ".join),
    st.sampled_from([*(f"[{section}]" for section in SECTIONS), "[a.b]", "[[bot]]", "[colour]"]),
    st.text(max_size=10),
)
IN_PLACE = [(key, section) for section, keys in SECTIONS.items() for key in keys]
fuzz = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refusal(env: dict[str, str], directory: Path, text: str = "") -> str:
    """What load has against it; empty when it takes it. Any error but a ConfigError fails the test."""
    (directory / "config.toml").write_text(text, "utf-8", newline="")
    try:
        assert isinstance(load(env, directory=directory), Settings)
    except ConfigError as error:
        return str(error)
    return ""


@given(env=st.dictionaries(st.sampled_from(VARIABLES), TEXTS, max_size=4))
@fuzz
def test_any_environment_is_taken_or_refused(env: dict[str, str], tmp_path: Path) -> None:
    message = refusal(env, tmp_path)

    assert all(line.partition(":")[0] in env for line in message.splitlines())


@given(name=st.text(st.characters(exclude_characters="\0=")), value=TEXTS)
@fuzz
def test_an_unknown_variable_is_refused_if_ours(name: str, value: str, tmp_path: Path) -> None:
    refused = refusal({PREFIX + name: value}, tmp_path)

    assert "unknown variable" in refused or not value or PREFIX + name in VARIABLES
    assert refusal({"X" + name: value}, tmp_path) == ""


@given(lines=st.lists(LINES, max_size=6))
@fuzz
def test_any_file_is_taken_or_refused(lines: list[str], tmp_path: Path) -> None:
    message = refusal({}, tmp_path, "\n".join(lines))

    assert message == "" or str(tmp_path / "config.toml") in message


@given(place=st.sampled_from(IN_PLACE), value=TOML_VALUES)
@fuzz
def test_any_value_in_its_place_is_taken_or_refused(place: tuple[str, str], value: str, tmp_path: Path) -> None:
    key, section = place
    message = refusal({}, tmp_path, f"[{section}]\n{key} = {value}\n")

    assert message == "" or str(tmp_path / "config.toml") in message


@given(at=st.integers(0, len(SHIPPED)), length=st.integers(0, 40), junk=st.text(max_size=5))
@fuzz
def test_a_damaged_shipped_file_is_taken_or_refused(at: int, length: int, junk: str, tmp_path: Path) -> None:
    message = refusal({}, tmp_path, SHIPPED[:at] + junk + SHIPPED[at + length :])

    assert message == "" or str(tmp_path / "config.toml") in message


@given(content=st.binary(max_size=40))
@fuzz
def test_a_file_of_any_bytes_is_taken_or_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(content)
    (tmp_path / "own.toml").write_bytes(content)
    for name in ("MATINEE_TOKEN_FILE", "MATINEE_DATABASE_URL_FILE"):
        refusal({name: str(tmp_path / "secret")}, tmp_path)

    refusal({"MATINEE_CONFIG": str(tmp_path / "own.toml")}, tmp_path)


@given(field=st.sampled_from(SECRETS), before=TEXTS, after=TEXTS)
@fuzz
def test_no_refusal_shows_a_secret(field: str, before: str, after: str, tmp_path: Path) -> None:
    spoilt = before + SECRET + after
    (tmp_path / "secret").write_text(spoilt, "utf-8", "replace")
    name = PREFIX + field.upper()

    assert SECRET not in refusal({name: spoilt, "MATINEE_LOG": "xml"}, tmp_path)
    assert SECRET not in refusal({f"{name}_FILE": str(tmp_path / "secret"), "MATINEE_LOG": "xml"}, tmp_path)


@given(
    section=st.sampled_from([*SECTIONS, "colour"]),
    key=st.sampled_from(["token", "webhook_secret", "tmdb_key", "sentry_dsn"]),
    value=TEXTS,
)
@fuzz
def test_no_refused_file_shows_a_secret(section: str, key: str, value: str, tmp_path: Path) -> None:
    spoilt = json.dumps(value.replace("\udcff", "") + SECRET)

    for text in (f"[{section}]\n{key} = {spoilt}\n", f"{key} = {spoilt}\n", f"[{section}]\n{key} = {spoilt[:-1]}\n"):
        message = refusal({}, tmp_path, text)
        assert message
        assert SECRET not in message


@given(url=TEXTS.map(lambda text: "postgresql://ann:" + text.replace("[", "").replace("]", "")))
@fuzz
def test_a_taken_address_hides_its_password(url: str, tmp_path: Path) -> None:
    try:
        taken = load({"MATINEE_DATABASE_URL": url}, directory=tmp_path)
    except ConfigError:
        return

    assert url not in repr(taken)
    assert all(isinstance(secret, str) for secret in taken.secrets())


@pytest.mark.parametrize(
    "text",
    [
        "[storage]\ndatabase_url = 5\n",
        "[storage]\ndatabase_url = 'postgresql://['\n",
        f"[intake]\npoll_timeout_s = {'9' * 5000}\n",
        f"[bot]\nlog = {'[' * 3000}\n",
    ],
    ids=["a number as address", "half a host", "a huge number", "deep nesting"],
)
def test_a_faulty_file_earns_its_line(text: str, tmp_path: Path) -> None:
    assert str(tmp_path / "config.toml") in refusal({}, tmp_path, text)


def test_a_config_out_of_reach_is_refused(tmp_path: Path) -> None:
    assert "allowed: a readable TOML file" in refusal({"MATINEE_CONFIG": "x" * 5000}, tmp_path)


def test_an_empty_token_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")

    with pytest.raises(ConfigError):
        token_of(load({"MATINEE_TOKEN_FILE": str(tmp_path / "token")}, directory=tmp_path))


@pytest.mark.parametrize("url", ["postgresql://ann:Sesame@[", "postgresql://ann:Sesame\N{ACCOUNT OF}@db/m"])
def test_a_taken_address_can_be_read(url: str, tmp_path: Path) -> None:
    refused = refusal({"MATINEE_DATABASE_URL": url}, tmp_path)

    assert refused or Settings(database_url=url).secrets()


def test_a_password_after_the_host_is_a_secret(tmp_path: Path) -> None:
    url = f"postgresql://db/matinee?user=ann&password={SECRET}"

    assert load({"MATINEE_DATABASE_URL": url}, directory=tmp_path).secrets() == [SECRET]
    assert "found a secret" in refusal({}, tmp_path, f"[storage]\ndatabase_url = '{url}'\n")
