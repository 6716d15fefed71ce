"""What an entry of the audit trail changed, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from handlers.i18n import _
from handlers.texts.languages import language_name
from handlers.texts.words import clock, escape, weekday
from storage.values import AuditEntry

SETTINGS: Mapping[str, Callable[[Any], str]] = {
    "enabled": lambda on: _("on") if on else _("off"),
    "weekday": weekday,
    "minute": clock,
    "zone": escape,
    "thread_id": lambda topic: _("in a topic") if topic else _("in General"),
    "language": lambda tag: language_name(tag) if tag else _("whichever Telegram speaks"),
    "name_hidden": lambda hidden: _("name hidden") if hidden else _("name shown"),
}
"""What settings are now, by their name in an entry; what is not named here is not shown."""


def difference(entry: AuditEntry) -> str:
    """What became of the stars or settings; empty where the action says it all."""
    if entry.action == "rating.share":
        return _("shown in a club")
    if entry.action == "movie.add":
        return _("added")
    before, after = entry.before or {}, entry.after or {}
    if "stars" in before or "stars" in after:
        return _stars(before.get("stars"), after.get("stars"))
    new = [name for name, value in after.items() if before.get(name) != value]
    return ", ".join(say(after[name]) for name, say in SETTINGS.items() if name in new)


def _stars(before: int | None, after: int | None) -> str:
    if before is None:
        return _("rated {n} ★").format(n=after)
    if after is None:
        return _("{n} ★ → removed").format(n=before)
    return _("{before} → {after} ★").format(before=before, after=after)
