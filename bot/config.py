"""Settings: defaults < `config.toml` < environment. Secrets: from the environment, or a file it names."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config_sources import SECRETS, environment, from_file, origin
from bot.errors import ConfigError
from storage.address import is_readable, passwords_of

TOKEN_SHAPE = re.compile(r"[1-9]\d{0,15}:[\w-]{1,60}", re.ASCII)
"""What Telegram takes for a token at all; anything else is refused before the first request."""

DSN_SHAPE = re.compile(r"https?://\w+@[\w.-]+(:\d{1,5})?(/[\w-]+)*/\d+", re.ASCII)


class Settings(BaseSettings):
    """Every setting. Each description says what is allowed: it is the end of the line a bad value earns."""

    model_config = SettingsConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    token: SecretStr | None = Field(None, description="a bot token as BotFather gives it: digits, a colon, letters")
    api_url: str = Field("https://api.telegram.org", description="an http or https address without a path's end '/'")
    log: Literal["text", "json"] = Field("text", description="text or json")
    listen: str | None = Field(None, description="host:port, for instance 127.0.0.1:8080, or a port number")
    operators: Annotated[tuple[int, ...], NoDecode] = Field((), description="numeric user ids parted by commas")
    flood: Annotated[int | None, NoDecode] = Field(120, ge=1, description="a whole number of updates from 1, or off")
    webhook_url: str | None = Field(None, description="an https address, or nothing to poll")
    webhook_secret: SecretStr | None = Field(None, description="1 to 256 of A-Z, a-z, 0-9, _ and -")
    tmdb_key: SecretStr | None = Field(None, description="an API key of themoviedb.org")
    sentry_dsn: SecretStr | None = Field(None, description="a DSN as Sentry gives it: https://KEY@HOST/PROJECT")
    tmdb_url: str = Field("https://api.themoviedb.org", description="an http or https address")

    data_dir: Path = Field(Path("data"), description="a directory that may be written")
    database_url: SecretStr | None = Field(None, description="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")

    poll_timeout_s: int = Field(30, ge=0, le=50, description="whole seconds, 0 to 50")
    handlers_at_once: int = Field(256, ge=1, le=1000, description="a whole number, 1 to 1000")

    everyone_prior: int = Field(10, ge=1, le=1000, description="a whole number, 1 to 1000")
    everyone_minimum: int = Field(5, ge=1, le=1000, description="a whole number, 1 to 1000")
    club_prior: int = Field(3, ge=1, le=1000, description="a whole number, 1 to 1000")
    club_minimum: int = Field(2, ge=1, le=1000, description="a whole number, 1 to 1000")
    prior_mean: float = Field(7.0, ge=1, le=10, description="stars, 1.0 to 10.0")

    digest_weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = Field(
        "friday", description="monday, tuesday, wednesday, thursday, friday, saturday or sunday"
    )
    digest_time: str = Field("18:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM, 00:00 to 23:59")
    digest_zone: str = Field("UTC", description="a name of the time zone database, for instance Europe/Berlin")
    tick_s: int = Field(30, ge=1, le=300, description="whole seconds, 1 to 300")

    seal_s: int = Field(300, ge=1, le=86_400, description="whole seconds, 1 to 86400")

    backup_dir: Path | None = Field(None, description="a directory that may be written, or nothing for no copies")
    backup_every_h: int = Field(24, ge=1, le=720, description="whole hours, 1 to 720")
    backup_keep: int = Field(7, ge=1, le=1000, description="a whole number, 1 to 1000")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`load` has merged file and environment already, and refused what it does not know."""
        return (init_settings,)

    @field_validator("token")
    @classmethod
    def _token_shape(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not TOKEN_SHAPE.fullmatch(token.get_secret_value()):
            raise ValueError("not a token")
        return token

    @field_validator("webhook_secret")
    @classmethod
    def _secret_shape(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
            raise ValueError("not a webhook secret")
        return secret

    @field_validator("sentry_dsn")
    @classmethod
    def _dsn_shape(cls, dsn: SecretStr | None) -> SecretStr | None:
        if dsn and not DSN_SHAPE.fullmatch(dsn.get_secret_value()):
            raise ValueError("not a DSN")
        return dsn

    @field_validator("api_url", "tmdb_url", "webhook_url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("not an address")
        _ = parts.port  # raises ValueError for one that there cannot be
        return url.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None:
            return None
        shaped = re.match(r"(sqlite|postgres(ql)?)(\+\w+)?://", url.get_secret_value())
        if not shaped or not is_readable(url.get_secret_value()):
            raise ValueError("not a database address")
        return url

    @field_validator("digest_zone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, OSError):
            raise ValueError("not a zone") from None
        return zone

    @field_validator("digest_weekday", mode="before")
    @classmethod
    def _weekday(cls, day: Any) -> Any:
        return day.lower() if isinstance(day, str) else day

    @field_validator("listen", mode="before")
    @classmethod
    def _listen(cls, listen: Any) -> Any:
        """A bare port listens on every address: that is what hosts that set PORT expect."""
        if listen is None:
            return None
        host, _, port = str(listen).rpartition(":")
        if not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ValueError("not host:port")
        return f"{host or '0.0.0.0'}:{port}"  # noqa: S104

    @field_validator("operators", mode="before")
    @classmethod
    def _operators(cls, ids: Any) -> Any:
        return ids.replace(",", " ").split() if isinstance(ids, str) else ids

    @field_validator("flood", mode="before")
    @classmethod
    def _flood(cls, flood: Any) -> Any:
        return None if flood == "off" else flood

    def database(self) -> str:
        """The database's address with its password: for the driver, never for a log. Empty: the default."""
        return self.database_url.get_secret_value() if self.database_url else ""

    def secrets(self) -> list[str]:
        """Every text that must appear in no log."""
        given = (self.token, self.webhook_secret, self.tmdb_key, self.sentry_dsn)
        return [value.get_secret_value() for value in given if value] + passwords_of(self.database())


def load(env: dict[str, str], *, directory: Path | None = None) -> Settings:
    """Settings from `env` (an environment) and the `config.toml` it names or that lies in `directory`.

    Raises ConfigError with one line for each fault: the key, what was found, what is allowed.
    """
    path = Path(env.get("MATINEE_CONFIG") or (directory or Path()) / "config.toml")
    faults: list[str] = []
    values = from_file(path, faults, must_exist="MATINEE_CONFIG" in env)
    values |= environment(env, faults, known=Settings.model_fields)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigError("\n".join([*faults, *_lines(error, values, env, path)])) from None
    if faults:
        raise ConfigError("\n".join(faults))
    return settings


def _lines(error: ValidationError, values: dict[str, Any], env: dict[str, str], path: Path) -> list[str]:
    fields = dict.fromkeys(str(fault["loc"][0]) for fault in error.errors())
    return [_line(field, values[field], origin(field, env, path)) for field in fields]


def _line(field: str, found: Any, where: str) -> str:
    shown = f"{len(str(found))} characters of another shape" if field in SECRETS else repr(found)
    return f"{where}: found {shown}, allowed: {Settings.model_fields[field].description}"


def token_of(settings: Settings) -> str:
    """The token, or a ConfigError that says how to get and give one."""
    if settings.token is None:
        raise ConfigError(
            "MATINEE_TOKEN is not set: give a bot token as BotFather gives it"
            " (or MATINEE_TOKEN_FILE naming a file with it; to try without one: matinee demo)"
        )
    return settings.token.get_secret_value()


WEBHOOK_NEEDS = {
    "webhook_url": "an https address at which Telegram reaches this bot",
    "webhook_secret": "1 to 256 of A-Z, a-z, 0-9, _ and - (or MATINEE_WEBHOOK_SECRET_FILE naming a file with it;"
    " to make one: openssl rand -hex 32)",
    "listen": "host:port, where the deliveries come in (or PORT)",
}


def webhook_of(settings: Settings, *, serving: bool = False) -> tuple[str, str]:
    """Address and secret of the webhook, or a ConfigError with a line for each that is missing.

    Who is `serving` it must listen as well.
    """
    url, secret = settings.webhook_url, settings.webhook_secret
    if not url or not secret or (serving and not settings.listen):
        needed = {name: allowed for name, allowed in WEBHOOK_NEEDS.items() if serving or name != "listen"}
        missing = {name: allowed for name, allowed in needed.items() if not getattr(settings, name)}
        lines = (f"MATINEE_{name.upper()} is not set: give {allowed}" for name, allowed in missing.items())
        raise ConfigError("\n".join(lines))
    return url, secret.get_secret_value()
