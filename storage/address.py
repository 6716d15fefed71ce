"""A database's address as operators write it: whether it can be read, and what of it must stay secret."""

from urllib.parse import quote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


def is_readable(url: str) -> bool:
    try:
        _ = urlsplit(make_url(url).render_as_string(hide_password=True)).port  # that one cannot be out of range
    except (ArgumentError, ValueError):
        return False
    return True


def passwords_of(url: str) -> list[str]:
    """The passwords in an address, before and after the host, as they are written and as they are meant."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        return []
    given = [found.password, found.query.get("password")]
    meant = [each for each in given if isinstance(each, str) and each]
    return list(dict.fromkeys(text for each in meant for text in (each, quote(each, safe=""))))
