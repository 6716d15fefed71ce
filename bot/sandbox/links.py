"""Which addresses Telegram takes for a link."""

import re
from urllib.parse import urlsplit

SCHEMES = frozenset({"http", "https", "tg", "ton", "tonsite"})
LABELS = re.compile(r"[\w-]+(\.[\w-]+)*\.[^\W\d_][\w-]+|\d{1,3}(\.\d{1,3}){3}|localhost")


def checked_link(url: str) -> str | None:
    """The address as Telegram writes it back, with a scheme and a path; None if it is none."""
    url = url.strip()
    if not url or re.search(r"\s", url):
        return None
    if url.startswith(("tg://", "ton://")):
        return url
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in SCHEMES or host is None or LABELS.fullmatch(host) is None or port == 0:
        return None
    return parts._replace(path=parts.path or "/").geturl()
