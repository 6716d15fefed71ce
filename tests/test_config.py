"""Settings: config.toml below the environment, and one clear line for whatever is wrong."""

from pathlib import Path

import pytest

from bot.config import Settings, load
from bot.config_sources import SECTIONS
from bot.errors import ConfigError
from tests.stub_telegram import TOKEN

ROOT = Path(__file__).parent.parent


def toml(directory: Path, text: str) -> Path:
    (directory / "config.toml").write_text(text)
    return directory


def refusal(env: dict[str, str], directory: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(env, directory=directory)
    return str(caught.value)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    directory = toml(tmp_path, '[bot]\nlog = "json"\n[ranking]\nclub_prior = 5\n')

    settings = load({"MATINEE_LOG": "text"}, directory=directory)

    assert (settings.log, settings.club_prior, settings.everyone_prior) == ("text", 5, 10)


def test_a_weekday_may_be_written_in_any_case(tmp_path: Path) -> None:
    assert load({}, directory=toml(tmp_path, '[digest]\ndigest_weekday = "Monday"\n')).digest_weekday == "monday"
    assert load({"MATINEE_DIGEST_WEEKDAY": "SUNDAY"}, directory=tmp_path).digest_weekday == "sunday"


def test_the_shipped_file_states_every_key_with_its_default() -> None:
    assert load({}, directory=ROOT) == Settings()
    written = (ROOT / "config.toml").read_text()
    absent = [key for keys in SECTIONS.values() for key in keys if f"{key} = " not in written]
    assert absent == []


def test_every_setting_that_is_no_secret_has_a_place_in_the_file() -> None:
    placed = {key for keys in SECTIONS.values() for key in keys}

    assert set(Settings.model_fields) - placed == {"token", "webhook_secret", "tmdb_key", "sentry_dsn"}


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"MATINEE_LOG": "xml"}, "MATINEE_LOG: found 'xml', allowed: text or json"),
        ({"MATINEE_TOKEM": "1"}, "MATINEE_TOKEM: found an unknown variable, did you mean MATINEE_TOKEN?"),
        ({"PORT": "http"}, "PORT: found 'http', allowed: host:port, for instance 127.0.0.1:8080, or a port number"),
        (
            {"MATINEE_SENTRY_DSN": "https://sentry.example/1"},
            "MATINEE_SENTRY_DSN: found 24 characters of another shape, allowed: a DSN as Sentry gives it:"
            " https://KEY@HOST/PROJECT",
        ),
        (
            {"MATINEE_TMDB_URL": "http://127.0.0.1:99999"},
            "MATINEE_TMDB_URL: found 'http://127.0.0.1:99999', allowed: an http or https address",
        ),
        (
            {"MATINEE_DATABASE_URL": "postgresql://host:99999/x"},
            "MATINEE_DATABASE_URL: found 25 characters of another shape, allowed: sqlite:///FILE or"
            " postgresql://USER:PASSWORD@HOST/NAME",
        ),
        ({"MATINEE_FLOOD": "0"}, "MATINEE_FLOOD: found '0', allowed: a whole number of updates from 1, or off"),
        ({"MATINEE_OPERATORS": "1,x"}, "MATINEE_OPERATORS: found '1,x', allowed: numeric user ids parted by commas"),
    ],
)
def test_a_bad_variable_earns_one_line(env: dict[str, str], line: str, tmp_path: Path) -> None:
    assert refusal(env, tmp_path) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[bot]\nlogg = 1\n", "found unknown key [bot] logg, did you mean log?"),
        ("[bott]\n", "found unknown section [bott], did you mean bot?"),
        ("flood = 'lots'\n", "found flood outside of every section, allowed: flood in [bot]"),
        ("[storage]\nflood = 5\n", "found unknown key [storage] flood, allowed: flood in [bot]"),
        ("colour = 1\n", "allowed: bot, storage, intake, ranking, digest, audit, backup"),
        (
            "token = 'x'\n",
            "token outside of every section, allowed: only MATINEE_TOKEN or MATINEE_TOKEN_FILE in the environment",
        ),
        ("[digest]\ntick_s = 'x'\n", "[digest] tick_s: found 'x', allowed: whole seconds, 1 to 300"),
        ("[bot\n", "allowed: a readable TOML file"),
    ],
)
def test_a_bad_file_earns_one_line_that_names_it(text: str, line: str, tmp_path: Path) -> None:
    message = refusal({}, toml(tmp_path, text))

    assert message.startswith(str(tmp_path / "config.toml"))
    assert message.endswith(line)
    assert len(message.splitlines()) == 1


def test_every_fault_has_its_own_line(tmp_path: Path) -> None:
    lines = refusal({"MATINEE_LOG": "xml", "MATINEE_CLUB_PRIOR": "-1"}, tmp_path).splitlines()

    assert [line.split(":")[0] for line in lines] == ["MATINEE_LOG", "MATINEE_CLUB_PRIOR"]


def test_a_file_with_many_faults_is_told_all_of_them_at_once(tmp_path: Path) -> None:
    text = f"[bot]\nlogg = 1\nlog = 'xml'\ntoken = '{TOKEN}'\n[bott]\nflood = 1\n[digest]\ntick_s = 'x'\n"
    lines = refusal({"MATINEE_FLOOOD": "1"}, toml(tmp_path, text)).splitlines()
    faults = ("[bot] logg", "secret in [bot] token", "[bott]", "MATINEE_FLOOOD", "[bot] log: ", "[digest] tick_s: ")

    assert [fault in line for fault, line in zip(faults, lines, strict=True)] == [True] * 6
    assert TOKEN not in "".join(lines)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")

    settings = load({"MATINEE_TOKEN_FILE": str(tmp_path / "token")}, directory=tmp_path)

    assert settings.token is not None
    assert settings.token.get_secret_value() == TOKEN


def test_a_secret_in_the_file_is_refused_and_not_shown(tmp_path: Path) -> None:
    for text in (f'[bot]\ntoken = "{TOKEN}"', '[storage]\ndatabase_url = "postgresql://ann:pass-word@db/m"'):
        message = refusal({}, toml(tmp_path, text))
        assert "in the environment" in message
        assert TOKEN not in message
        assert "pass-word" not in message


def test_a_bad_token_is_refused_and_not_shown(tmp_path: Path) -> None:
    message = refusal({"MATINEE_TOKEN": "not a token"}, tmp_path)

    assert message.startswith("MATINEE_TOKEN: found 11 characters of another shape, allowed: a bot token")


def test_secrets_are_in_no_representation(tmp_path: Path) -> None:
    env = {"MATINEE_TOKEN": TOKEN, "MATINEE_DATABASE_URL": "postgresql://ann:pass-word@db/m"}
    settings = load(env, directory=tmp_path)

    shown = f"{settings!r} {settings} {settings.model_dump_json()}"

    assert TOKEN not in shown
    assert "pass-word" not in shown
    assert settings.secrets() == [TOKEN, "pass-word"]


def test_a_port_alone_listens_for_everyone_and_an_address_for_its_own(tmp_path: Path) -> None:
    assert load({"PORT": "5000"}, directory=tmp_path).listen == "0.0.0.0:5000"
    assert load({"PORT": "5000", "MATINEE_LISTEN": "127.0.0.1:80"}, directory=tmp_path).listen == "127.0.0.1:80"
