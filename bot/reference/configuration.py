"""docs/configuration.md, from the settings themselves."""

from typing import Any

from bot.config import Settings
from bot.config_sources import PREFIX, SECRETS, SECTIONS
from bot.reference.meanings import MEANINGS
from bot.reference.tables import GENERATED, code, table

PAGE = """\
# Every setting

{generated}

The environment wins over `config.toml`, which wins over the default. `MATINEE_CONFIG` names another file than
`./config.toml`. An empty variable counts as absent; an unknown key and a bad value are refused at the start, in one
line each.

A **secret** is refused in `config.toml`: it comes from its variable, or from a file that the variable with `_FILE` at
its end names (`MATINEE_TOKEN_FILE=/run/credentials/matinee/token`). No log, error or page shows it.

Where the way out is a proxy, the environment names it as for other programs: `HTTPS_PROXY` (`HTTP_PROXY` for an address
that begins so), and in `NO_PROXY` the hosts that are reached without it. Telegram, TMDB and IMDb are asked that way.

{sections}
"""


def configuration() -> str:
    placed = [name for names in SECTIONS.values() for name in names]
    secret = [name for name in Settings.model_fields if name not in placed]
    sections = [_section("Secrets", secret), *(_section(f"[{name}]", names) for name, names in SECTIONS.items())]
    return PAGE.format(generated=GENERATED, sections="\n\n".join(sections))


def _section(title: str, names: Any) -> str:
    rows = [[code(name), _variables(name), MEANINGS[name], _allowed(name), _default(name)] for name in names]
    return f"## {title}\n\n{table(['setting', 'variable', 'meaning', 'allowed', 'default'], rows)}"


def _variables(name: str) -> str:
    variable = PREFIX + name.upper()
    more = f", {code(variable + '_FILE')}" if name in SECRETS else ", `PORT`" if name == "listen" else ""
    return code(variable) + more


def _allowed(name: str) -> str:
    secret = "**secret** where it holds a password: " if name == "database_url" else "**secret**: "
    return (secret if name in SECRETS else "") + str(Settings.model_fields[name].description)


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return "none" if default is None or default == () else code(str(default))
