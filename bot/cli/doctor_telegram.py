"""`matinee doctor`, the part about Telegram: the token, the webhook as Telegram knows it, and the clock."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.cli.common import wall_clock
from bot.cli.findings import Finding, Findings, failed, ok, unseen, warning

if TYPE_CHECKING:
    import aiohttp

    from bot.config import Settings

TIMEOUT_S = 5.0
SKEW_S = 30.0
"""More difference to Telegram's clock than this makes digests early or late by as much."""
RECENT = timedelta(hours=1)
"""What Telegram had against a delivery before that is over."""


class NotAnswered(Exception):
    """Why Telegram said nothing of use, without the address, for that holds the token."""


class Telegram:
    """Asks without the bot around it: an answer's headers are wanted, too, and no second try."""

    def __init__(self, session: "aiohttp.ClientSession", given: "Settings", token: str) -> None:
        from bot.transport import proxy_for

        self._session, self._proxy = session, proxy_for(given.api_url)
        self._base = f"{given.api_url}/bot{token}"
        self.skew_s: float | None = None
        """How far this machine's clock is ahead, exact to a second; null before the first answer with a date."""

    async def ask(self, method: str) -> dict[str, Any]:
        """The result of a call. Raises NotAnswered."""
        import aiohttp

        from bot.transport import explain

        try:
            async with self._session.post(f"{self._base}/{method}", proxy=self._proxy, allow_redirects=False) as answer:
                self._compare(answer.headers.get("Date"))
                content = await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            failure, _ = explain(error)
            raise NotAnswered(f"{failure}: check the network, the proxy and MATINEE_API_URL") from None
        return _result(answer.status, content)

    def _compare(self, date: str | None) -> None:
        with suppress(ValueError, TypeError):  # whatever a proxy takes for a date
            if date is not None and self.skew_s is None:
                self.skew_s = (wall_clock() - parsedate_to_datetime(date).replace(tzinfo=UTC)).total_seconds()


def _result(status: int, content: bytes) -> dict[str, Any]:
    import orjson

    from bot.errors import TokenRefused

    if status in {401, 404}:
        raise NotAnswered(str(TokenRefused()))
    try:
        said = orjson.loads(content)
        if said["ok"] is True:
            return dict(said["result"])
        reason = str(said["description"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        reason = "no answer of the Bot API; check MATINEE_API_URL"
    raise NotAnswered(f"status {status}: {reason}")


async def look(given: "Settings", findings: Findings) -> None:
    import aiohttp

    if given.token is None:
        findings.add("token", failed("there is none: set MATINEE_TOKEN"))
        for part in ("webhook", "clock"):
            findings.add(part, unseen("there is no token"))
        return
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as session:
        telegram = Telegram(session, given, given.token.get_secret_value())
        await findings.look("token", _token(telegram))
        await findings.look("webhook", _webhook(telegram, given))
        findings.add("clock", _clock(telegram.skew_s))


async def _token(telegram: Telegram) -> Finding:
    try:
        return ok(f"Telegram knows the bot as @{(await telegram.ask('getMe')).get('username')}")
    except NotAnswered as error:
        return failed(str(error))


async def _webhook(telegram: Telegram, given: "Settings") -> Finding:
    try:
        known = await telegram.ask("getWebhookInfo")
    except NotAnswered as error:
        return failed(str(error))
    url, pending = str(known.get("url", "")), known.get("pending_update_count", 0)
    waiting = f"{pending} updates wait at Telegram"
    if given.webhook_url is None:
        if url:
            return failed(f"Telegram delivers to {_host(url)}, so it answers no poll: matinee webhook delete")
        return ok(f"none is set, updates are polled; {waiting}")
    return _delivery(known, url, waiting, given)


def _delivery(known: dict[str, Any], url: str, waiting: str, given: "Settings") -> Finding:
    from bot.errors import ConfigError
    from bot.hook import hook_of
    from bot.updates import ACCEPTED

    try:
        hook = hook_of(given)
    except ConfigError as error:
        return failed(str(error))
    if url != hook.url:
        found = f"to {_host(url)}" if url else "nowhere"
        return failed(f"Telegram delivers {found}, not here: matinee webhook set")
    if set(known.get("allowed_updates", [])) != set(ACCEPTED):
        return warning("Telegram does not deliver just what this version takes: matinee webhook set")
    at = datetime.fromtimestamp(known.get("last_error_date", 0), UTC)
    trouble = f"the last error at {at:%Y-%m-%d %H:%M} UTC: {known.get('last_error_message')}"
    if wall_clock() - at < RECENT:
        return warning(f"{trouble}; {waiting}. Look at the proxy, the certificate, and the bot's log")
    return ok(f"Telegram delivers here; {waiting}; {trouble if at.timestamp() else 'no error'}")


def _host(url: str) -> str:
    """No more of it: in a path that another program set there may be a token."""
    return urlsplit(url).hostname or "elsewhere"


def _clock(skew_s: float | None) -> Finding:
    if skew_s is None:
        return unseen("Telegram told no time")
    if abs(skew_s) > SKEW_S:
        way = "ahead of" if skew_s > 0 else "behind"
        return warning(f"{abs(skew_s):.0f} s {way} Telegram's, and digests with it: let the machine keep time (NTP)")
    return ok(f"{abs(skew_s):.0f} s beside Telegram's")
