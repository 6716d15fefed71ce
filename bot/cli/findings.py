"""What `matinee doctor` says: a line for each part."""

import typer

from bot.redact import redact


class Findings:
    """Lines for the operator, and whether all is well."""

    def __init__(self) -> None:
        self.well = True

    def good(self, part: str, detail: str) -> None:
        typer.echo(redact(f"ok    {part}: {detail}"))

    def note(self, part: str, detail: str) -> None:
        """Worth knowing, and nothing is broken."""
        typer.echo(redact(f"note  {part}: {detail}"))

    def bad(self, part: str, detail: str) -> None:
        self.well = False
        typer.echo(redact(f"FAIL  {part}: {detail}"))
