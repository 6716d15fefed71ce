"""What is said about everything that is held about a person, and the operators' view of the audit trail."""

from collections.abc import Sequence
from datetime import date

from handlers.i18n import _, ngettext
from handlers.texts.changes import difference
from handlers.texts.words import escape, instant, ratings
from storage.values import AuditLine, AuditPage, Held


def forget_what(held: Held) -> str:
    """Before an erasure: what goes, what stays, and that it cannot be undone."""
    clubs = ngettext("your place in {n} club", "your place in {n} clubs", held.clubs).format(n=held.clubs)
    entries = ngettext("the content of {n} log entry", "the content of {n} log entries", held.entries)
    counted = ((held.ratings, ratings(held.ratings)), (held.clubs, clubs))
    return "\n".join(
        [
            "🗑 <b>" + _("Forget everything about you?") + "</b>",
            "",
            _("This goes, at once and for good:"),
            *(f"• {what}" for count, what in counted if count),
            "• " + _("your name, your language and your settings, your own weekly digest"),
            *([f"• {entries.format(n=held.entries)}"] if held.entries else []),
            "",
            _("What stays says that something was changed at some time, and not by whom or what."),
            _(
                "Cards that I posted in groups show your name and stars until somebody presses a star on them: "
                "I do not remember where they are."
            ),
            _("Scores are counted anew without you. To keep a copy, send /export first."),
        ]
    )


def nothing_held() -> str:
    return _("I know nothing about you. There is nothing to forget.")


def forgotten(count: int) -> str:
    return _("Done. I have forgotten you and {ratings}. If you write to me again, we start anew.").format(
        ratings=ratings(count)
    )


def kept() -> str:
    return _("Nothing was changed. I am glad.")


def export_caption(held: Held) -> str:
    what = f"{ratings(held.ratings)} · " + ngettext("{n} log entry", "{n} log entries", held.entries).format(
        n=held.entries
    )
    return "📦 " + _("Everything I hold about you") + f" · {what}"


def export_too_large() -> str:
    return _("Your data is larger than Telegram lets me send. Please ask whoever runs me for it.")


def audit_page(page: AuditPage, wanted: Sequence[str], seal: str | None) -> str:
    """A page of the trail for operators. `wanted` are the filters in words."""
    head = "🧾 <b>" + _("Audit trail") + "</b>" + "".join(f" · {escape(each)}" for each in wanted)
    lines = [_audit_line(line) for line in page.lines] or [_("No entry.")]
    witness = [f"🔏 <code>{seal}</code>"] if seal else []
    return "\n".join([head, "", *lines, "", *witness]).rstrip()


def audit_help() -> str:
    return _(
        "<code>/audit</code> shows the newest changes.\n"
        "<code>/audit person Ann</code> or a number, <code>/audit film dune 2021</code>, "
        "<code>/audit day {day}</code>, or several of them at once."
    ).format(day=date(2026, 11, 23))


def several_people(found: Sequence[tuple[int, str]]) -> str:
    names = "\n".join(f"• {escape(name, 40)}: <code>/audit person {person_id}</code>" for person_id, name in found)
    return _("Several people are called so:") + f"\n{names}"


def nobody_found() -> str:
    return _("I know nobody and no film of that name.")


def _audit_line(line: AuditLine) -> str:
    entry = line.entry
    when = f"{instant(entry.at, 'Dt')} · #{entry.id}"
    if entry.actor is None:
        return f"{when} · <i>" + _("erased") + "</i>"
    who = escape(line.name, 40) if line.name else (_("Matinee") if entry.actor == 0 else str(entry.actor))
    subject = f"<code>{escape(entry.subject, 60)}</code>" if entry.subject else ""
    what = f"<b>{escape(line.title, 60)}</b>" if line.title else subject
    changed = " ".join(filter(None, [what, difference(entry)]))
    where = escape(line.chat, 30) if line.chat else ""
    return " · ".join(filter(None, [when, who, escape(entry.action or ""), changed, where]))
