"""`matinee` and `python -m bot`: runs a command, and turns expected errors into one line and an exit code."""

import errno
import os
import sys

from bot.cli import app
from bot.errors import Halt
from bot.redact import redact
from storage.errors import StorageError


def main() -> None:
    """Exit codes: 0 done, 1 the answer is no, 2 bad usage or configuration, 130 Ctrl-C.

    Under systemd 2 is for good, so what may pass by itself is 1: Telegram refuses a right token now and then.
    """
    os.umask(0o077)  # names and ratings are in what we write, and SQLite and tantivy take no mode
    try:
        app()
    except Halt as halt:
        _leave(str(halt), halt.exit_code)
    except StorageError as error:
        _leave(str(error), 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # who read our output has heard enough
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or what is left would be written at the exit
        _leave("the disk is full: what was to be written is not complete", 1)


def _leave(sentence: str, exit_code: int) -> None:
    for line in sentence.splitlines():
        print(f"matinee: {redact(line)}", file=sys.stderr)
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
