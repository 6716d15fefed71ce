"""`python -m bot.sandbox`: a local Telegram with a page, until Ctrl-C or SIGTERM."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from bot.sandbox.persistence import Unreadable
from bot.sandbox.server import serving
from bot.sandbox.world import BOT_USERNAME, Options


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--port", type=port, default=8090, help="0 takes any free one (default: %(default)s)")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file")
    parser.add_argument("--key", help="for the page's address; by default the one of the file, or a new one")
    parser.add_argument("--seed", action="store_true", help="begin with people, a club and a channel")
    parser.add_argument("--pedantic", action="store_true", help="refuse what Telegram would silently ignore")
    parser.add_argument("--token", help="accept only this one")
    parser.add_argument("--bot-username", default=BOT_USERNAME)
    parser.add_argument("--rates", choices=("off", "observe", "enforce"), default="observe",
                        help="what to do about Telegram's flood limits (default: %(default)s)")  # fmt: skip
    return parser.parse_args()


def port(text: str) -> int:
    if not 0 <= (number := int(text)) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text} is not in the range 0 to 65535")
    return number


async def _serve(given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    options = Options(given.pedantic, given.seed, given.token, given.bot_username, given.rates)
    async with serving(options, port=given.port, file=given.state, key=given.key) as sandbox:
        print(sandbox.address, flush=True)
        await stop.wait()


def main() -> int:
    given = _arguments()
    try:
        asyncio.run(_serve(given))
    except (OSError, Unreadable) as error:
        print(f"The sandbox cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
