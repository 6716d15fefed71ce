"""All that was chosen for a chat, at a glance."""

from handlers.i18n import _, language
from handlers.texts.digests import digest_time
from handlers.texts.languages import language_name
from storage.values import DigestSetting, Privacy


def settings(digest: DigestSetting, privacy: Privacy | None = None) -> str:
    """Of a person's own chat with their privacy, of a group without."""
    when = digest_time(digest) if digest.enabled else _("off")
    lines = [
        "⚙️ <b>" + _("Settings") + "</b>",
        "🌐 " + _("Language") + f": {language_name(language())}",
        "📬 " + _("Weekly digest") + f": {when}",
    ]
    if privacy is None:
        return "\n".join([*lines, "", _("An admin changes them with /lang and /digest.")])
    name = _("hidden") if privacy.name_hidden else _("shown")
    return "\n".join([*lines, "🔒 " + _("Your name in clubs") + f": {name}"])
