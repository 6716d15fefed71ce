"""Buttons for what is held about a person, and for the operators' view of the audit trail."""

from telegram.constants import KeyboardButtonStyle

from handlers import callback_data as carry
from handlers.buttons import Button, Keyboard
from handlers.i18n import _
from storage.values import AuditFilter, AuditPage


def forget(person_id: int, minute: int) -> Keyboard:
    erase, keep = (carry.Forget(what, minute, person_id).encode() for what in ("erase", "keep"))
    return Keyboard(
        [
            [Button(text="🗑 " + _("Forget me for good"), callback_data=erase, style=KeyboardButtonStyle.DANGER)],
            [Button(text=_("Keep everything"), callback_data=keep)],
        ]
    )


def audit(page: AuditPage, wanted: AuditFilter, *, first: bool) -> Keyboard | None:
    row = []
    if not first:
        row.append(Button(text="« " + _("Newest"), callback_data=carry.Audit.of(wanted, None).encode()))
    if page.older is not None:
        row.append(Button(text=_("Older") + " ›", callback_data=carry.Audit.of(wanted, page.older).encode()))
    return Keyboard([row]) if row else None
