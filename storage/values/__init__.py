"""What storage hands out and takes in: frozen values, free of tables and of Telegram."""

from storage.values.actors import SYSTEM, Actor, Now, Privacy
from storage.values.digests import ClaimedDigest, Digest, DigestLine, DigestSetting
from storage.values.films import (
    Card,
    CatalogueImport,
    Movie,
    MovieLine,
    MyOrder,
    MyPage,
    MyRating,
    Period,
    Rated,
    Score,
    SearchPage,
    Source,
    TopPage,
    TopQuery,
    Voice,
)
from storage.values.queues import Backlog, GivenUp, InboxItem, OutboxItem, Owed
from storage.values.trail import AuditEntry, HistoryLine, HistoryPage, Seal, Verification

__all__ = [
    "SYSTEM",
    "Actor",
    "AuditEntry",
    "Backlog",
    "Card",
    "CatalogueImport",
    "ClaimedDigest",
    "Digest",
    "DigestLine",
    "DigestSetting",
    "GivenUp",
    "HistoryLine",
    "HistoryPage",
    "InboxItem",
    "Movie",
    "MovieLine",
    "MyOrder",
    "MyPage",
    "MyRating",
    "Now",
    "OutboxItem",
    "Owed",
    "Period",
    "Privacy",
    "Rated",
    "Score",
    "Seal",
    "SearchPage",
    "Source",
    "TopPage",
    "TopQuery",
    "Verification",
    "Voice",
]
