"""Buttons for what is held about a person, and for the operators' view of the audit trail."""

from telegram.constants import KeyboardButtonStyle

from handlers import callback_data as carry
from handlers.buttons import Button, Keyboard
from handlers.i18n import _
from handlers.texts.words import films
from storage.values import AuditFilter, AuditPage, Comparison


def forget(person_id: int, minute: int) -> Keyboard:
    erase, keep = (carry.Forget(what, minute, person_id).encode() for what in ("erase", "keep"))
    return Keyboard(
        [
            [Button(text="🗑 " + _("Forget me for good"), callback_data=erase, style=KeyboardButtonStyle.DANGER)],
            [Button(text=_("Keep everything"), callback_data=keep)],
        ]
    )


def bring(found: Comparison, person_id: int) -> Keyboard | None:
    """What may be done with a file's ratings; null when there is nothing to do."""

    def button(label: str, what: str) -> list[Button]:
        return [Button(text=label, callback_data=carry.Import(what, person_id).encode())]

    new, other = len(found.new), len(found.other)
    rows = []
    if new:
        rows.append(button("➕ " + _("Add {films}").format(films=films(new)), "new"))
    if other:
        both = _("Add {n}, change {m}").format(n=new, m=other)
        rows.append(button("🔁 " + (both if new else _("Change {films}").format(films=films(other))), "all"))
    return Keyboard([*rows, button(_("Leave everything as it is"), "none")]) if rows else None


def audit(page: AuditPage, wanted: AuditFilter, *, first: bool) -> Keyboard | None:
    row = []
    if not first:
        row.append(Button(text="« " + _("Newest"), callback_data=carry.Audit.of(wanted, None).encode()))
    if page.older is not None:
        row.append(Button(text=_("Older") + " ›", callback_data=carry.Audit.of(wanted, page.older).encode()))
    return Keyboard([row]) if row else None
