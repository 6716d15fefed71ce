"""The weekly digest, and what is said about when it comes."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from handlers.i18n import _, language
from handlers.texts.words import clock, escape, films, people, ratings, short_score, titled, weekday
from storage.values import Digest, DigestLine, DigestSetting


def digest(week: Digest) -> str:
    """At most about fifteen lines: the period, the figures, and the films worth a word."""
    head = "🍿 <b>" + _("Your week in films") + f"</b> · {_span(week)}"
    if not week.films:
        return "\n\n".join([head, _("Nothing was rated. Any plans for tonight?")])
    return "\n".join([head, _figures(week), *_best(week), *_also(week), *_witness(week)])


def _figures(week: Digest) -> str:
    """In private each film is one rating of the one person."""
    if week.chat_id > 0:
        return films(week.films)
    return " · ".join([films(week.films), people(week.people), ratings(week.ratings)])


def _span(week: Digest) -> str:
    first, last = (_day(at, week.zone) for at in (week.start, week.end))
    return f"{first}\N{NO-BREAK SPACE}– {last}"


def _day(at: datetime, zone: str) -> str:
    # Translators: a day without its year, as https://unicode.org/reports/tr35/tr35-dates.html#dfst-day writes patterns.
    pattern = _("d MMM")
    return _written(at.astimezone(ZoneInfo(zone)).date(), pattern, language())


@lru_cache(64)
def _written(day: date, pattern: str, locale: str) -> str:
    """Kept: ten thousand clubs have their digests in one hour, and all of the same days."""
    return format_date(day, pattern, locale=locale)


def _moment(at: datetime, zone: str) -> str:
    """In the chat's zone, which stands in the line above, and not in each reader's: the two lines must agree."""
    # Translators: a pattern like "d MMM", of a day and its time.
    return format_datetime(at, _("EEEE, d MMMM y, HH:mm"), tzinfo=ZoneInfo(zone), locale=language())


def _best(week: Digest) -> list[str]:
    if not week.best:
        return ["", *(f"🎬 {_line(line)}" for line in week.others)]
    medals = zip(("🥇", "🥈", "🥉"), week.best, strict=False)
    return ["", "<b>" + _("Best of the week") + "</b>", *(f"{medal} {_line(line)}" for medal, line in medals)]


def _also(week: Digest) -> list[str]:
    lines = []
    if week.most_rated is not None:
        lines.append("👥 " + _("Most rated") + f": {_line(week.most_rated)}")
    if week.most_argued is not None:
        spread = _("{n} stars apart").format(n=week.most_argued.spread)
        lines.append("⚡ " + _("Most argued about") + f": {titled(week.most_argued)} · {spread}")
    if week.newcomer is not None:
        rank, movie = week.newcomer
        lines.append("🆕 " + _("New in your top list") + f": {titled(movie)} · #{rank}")
    return ["", *lines] if lines else []


def _witness(week: Digest) -> list[str]:
    """The fingerprint that lets any member prove later that nothing before it was rewritten."""
    return ["", f"🔏 <code>{week.seal}</code>"] if week.seal else []


def _line(line: DigestLine) -> str:
    return f"{titled(line)} · {short_score(line.mean, line.count)}"


def digest_setting(setting: DigestSetting) -> str:
    """When the digest comes, and when it comes next."""
    head = "📬 <b>" + _("Weekly digest") + "</b>"
    if not setting.enabled:
        return "\n".join([head, _off(setting)])
    lines = [head, digest_time(setting)]
    if setting.next_run_at is not None:
        lines.append(_("Next digest: {when}").format(when=_moment(setting.next_run_at, setting.zone)))
    if setting.thread_id is not None:
        lines.append(_("It is posted in the topic where this was chosen."))
    return "\n".join(lines)


def digest_time(setting: DigestSetting) -> str:
    """The day, the time and where it is that time."""
    return f"{weekday(setting.weekday)}, {clock(setting.minute)}, {escape(setting.zone)}"


def _off(setting: DigestSetting) -> str:
    if setting.chat_id > 0:
        return _("It is off. Switch it on, and once a week I send you what you rated.")
    return _("It is off. Switch it on, and once a week I post what was rated here.")


def odd_digest(words: str) -> str:
    return _(
        "I did not understand “{words}”. I know <code>/digest on</code>, <code>/digest off</code>, "
        "<code>/digest friday 18:00</code> and <code>/digest zone berlin</code>."
    ).format(words=escape(words, 60))


def choose_zone() -> str:
    return _("Choose the city nearest to you, or send <code>/digest zone</code> and its name.")


def saved() -> str:
    return _("Saved")


def zones_found(query: str, count: int) -> str:
    if not count:
        return _("I know no time zone like “{query}”. Try a larger city nearby, or the country.").format(
            query=escape(query)
        )
    return _("Choose your time zone:")


def topic_gone() -> str:
    return _(
        "📬 The topic of the weekly digest is gone or closed, so I post it here. An admin can choose another: "
        "send <code>/digest</code> there."
    )


def digest_muted(chat: str) -> str:
    return _(
        "📬 I may not write in <b>{chat}</b> any more, so its weekly digest is off. "
        "Allow me to write, and switch it on again there with <code>/digest</code>."
    ).format(chat=escape(chat, 60))


def perhaps_posted(weeks: Sequence[str]) -> str:
    """For admins: which digests may have come, or not."""
    said = _("⚠️ The digest of week {week} may have been posted, or not: the connection broke. /week shows the newest.")
    return "\n".join(said.format(week=escape(week)) for week in weeks)


def digest_for_admins() -> str:
    return _("Only admins of this chat can change its digest.")
