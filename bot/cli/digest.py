"""`matinee digest`: post what is due at an instant, or look at a chat's week."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Annotated

import typer

from bot.cli.common import settings, storage_of, wait_for
from bot.errors import Halt

app = typer.Typer(help="The weekly digest.", no_args_is_help=True)


def instant(text: str) -> datetime:
    """An aware UTC instant of ISO 8601 text; without an offset it is UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not ISO 8601, such as 2026-03-29T18:00:00+02:00") from None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


At = Annotated[
    datetime,
    typer.Option(help="The instant, ISO 8601; UTC unless it says otherwise.", parser=instant, metavar="ISO8601"),
]


@app.command()
def run(at: At) -> None:
    """Post every digest that is due as if it were that instant.

    A chat gets one digest a week, however often this runs. Exit code 1: some could not be posted.
    """

    async def work() -> int:
        from bot.broadcaster import Broadcaster
        from bot.digest import Outcome, post_due
        from bot.pacer import Pacer
        from bot.telegram_bot import build_bot

        given, pacer = settings(), Pacer()
        async with storage_of(given, lambda: at) as storage, build_bot(given, pacer) as bot:
            report = await post_due(storage, Broadcaster(storage, bot, pacer))
        for chat, outcome in report.outcomes:
            typer.echo(f"{chat}\t{outcome}")
        typer.echo(f"{report.count(Outcome.SENT)} of {len(report.outcomes)} due digests sent", err=True)
        return 0 if report.count(Outcome.SENT) == len(report.outcomes) else 1

    wait_for(work())


def plain(html: str) -> str:
    """Telegram's HTML without its tags."""
    return unescape(re.sub(r"<[^>]+>", "", html))


@app.command()
def preview(chat: Annotated[int, typer.Option(help="The chat's id, negative for groups.")]) -> None:
    """Show the digest that a chat would get for the seven days up to now; nothing is posted.

    Exit code 1: nothing was rated there, or the bot does not know the chat.
    """

    async def work() -> int:
        from handlers import i18n, texts

        async with storage_of(settings()) as storage:
            if not await storage.clubs.knows(chat):
                raise Halt(
                    f"the bot knows no chat {chat}: it has to be used there once; the ids of groups are negative"
                )
            digest = await storage.digests.week(chat)
            language = storage.languages.of(chat) or await storage.people.language(chat)
        with i18n.speaking(language):
            typer.echo(plain(texts.digest(digest)))
        return 0 if digest.films else 1

    wait_for(work())
