"""Writes the pages anew. A test fails while one of them is not what is written here."""

from pathlib import Path

from bot.reference.commands import commands
from bot.reference.configuration import configuration
from bot.reference.metrics import monitoring

DOCS = Path(__file__).parent.parent.parent / "docs"


def pages() -> dict[str, str]:
    """What each page shall hold, by its name in docs/."""
    return {"commands.md": commands(), "configuration.md": configuration(), "monitoring.md": monitoring()}


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, "utf-8")
