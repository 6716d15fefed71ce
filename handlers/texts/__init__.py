"""Values in, Telegram HTML out: pure, in the present language, always valid and always short enough."""

from handlers.texts.cards import card, no_more_suggestions, rated, suggestion
from handlers.texts.digests import choose_zone, digest, digest_for_admins, digest_setting, saved, zones_found
from handlers.texts.lists import found, history, mine, nothing_found, top, what_to_search
from handlers.texts.talk import (
    COMMANDS,
    as_yourself,
    bad_stars,
    catalogue_loading,
    database_down,
    foreign_button,
    hello_club,
    help_page,
    in_private,
    movie_gone,
    our_fault,
    privacy,
    stale_button,
    start,
    unknown_zone,
)
from handlers.texts.words import clock, weekday

__all__ = [
    "COMMANDS", "as_yourself", "bad_stars", "card", "catalogue_loading", "choose_zone", "clock",
    "database_down", "digest", "digest_for_admins", "digest_setting", "foreign_button", "found", "hello_club",
    "help_page", "history", "in_private", "mine", "movie_gone", "no_more_suggestions", "nothing_found",
    "our_fault", "privacy", "rated", "saved", "stale_button", "start", "suggestion", "top", "unknown_zone",
    "weekday", "what_to_search", "zones_found",
]  # fmt: skip
