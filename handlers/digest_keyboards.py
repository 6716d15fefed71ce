"""Buttons of the digest's setting: each carries the value to reach."""

from collections.abc import Callable, Sequence

from handlers import texts, zones
from handlers.buttons import Button, Keyboard, even, flowing, marked
from handlers.callback_data import Digest
from handlers.i18n import _
from storage.values import DigestSetting

REGION_PAGE = 36


def setting(present: DigestSetting, *, topic: int | None) -> Keyboard:
    """On or off, and once it is on everything else; `topic` is the one in which the person is."""
    on = [_to("✅ " + _("Switch on"), "on", "1")] if not present.enabled else [_to(_("Switch off"), "on", "0")]
    rows = [on]
    if present.enabled:
        weekday, hour = texts.weekday(present.weekday), texts.clock(present.minute)
        rows.append([_to(f"📅 {weekday}", "show", "weekday"), _to(f"🕕 {hour}", "show", "minute")])
        rows.append([_to(f"🌍 {present.zone}", "show", "zone")])
        if topic is not None and topic != present.thread_id:
            rows.append([_to(_("Post in this topic"), "topic", str(topic))])
        if present.thread_id is not None:
            rows.append([_to(_("Post in General"), "topic", "0")])
    return Keyboard(rows)


def weekdays(present: DigestSetting) -> Keyboard:
    days = [_choice(texts.weekday(n), n == present.weekday, "weekday", str(n)) for n in range(7)]
    return Keyboard([*even(days, 2), [_back()]])


def hours(present: DigestSetting) -> Keyboard:
    times = [
        _choice(texts.clock(minute), minute == present.minute, "minute", str(minute))
        for minute in range(0, 24 * 60, 60)
    ]
    return Keyboard([*even(times, 4), [_back()]])


def common_zones(present: DigestSetting) -> Keyboard:
    """Well-known cities, then the regions with all the rest."""
    cities = [_choice(zones.city(name), name == present.zone, "zone", name) for name in zones.COMMON]
    regions = [_to(f"{_(region)} …", "region", f"{region}-0") for region in zones.regions()]
    return Keyboard([*flowing(cities), *flowing(regions), [_back()]])


def region(name: str, page: int) -> Keyboard:
    """A region's zones, 36 a page."""
    names = zones.of_region(name)
    shown = names[page * REGION_PAGE : (page + 1) * REGION_PAGE]
    turn = [_to("‹ " + _("Previous"), "region", f"{name}-{page - 1}")] if page else []
    if names[(page + 1) * REGION_PAGE :]:
        turn.append(_to(_("Next") + " ›", "region", f"{name}-{page + 1}"))
    cities = [_to(zones.city(each), "zone", each) for each in shown]
    return Keyboard([row for row in (*flowing(cities), turn, [_to("‹ " + _("Back"), "show", "zone")]) if row])


def found_zones(names: Sequence[str]) -> Keyboard | None:
    return Keyboard([*even([_to(name, "zone", name) for name in names], 1), [_back()]]) if names else None


CHOICES: dict[str, Callable[[DigestSetting], Keyboard]] = {
    "weekday": weekdays,
    "minute": hours,
    "zone": common_zones,
}
"""What `show` can show."""


def _to(label: str, what: str, value: str) -> Button:
    return Button(text=label, callback_data=Digest(what, value).encode())


def _choice(label: str, present: bool, what: str, value: str) -> Button:
    return _to(marked(label, present), what, value)


def _back() -> Button:
    return _to("‹ " + _("Back"), "show", "back")
