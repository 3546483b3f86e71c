"""Times and sizes as an agent reads them, in the agent's own zone."""

from __future__ import annotations

from datetime import datetime

from omnidesk import clock
from omnidesk.words import speech
from omnidesk.words.speech import _, ngettext

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local(at: int) -> datetime:
    """Return a time in the agent's zone."""
    return datetime.fromtimestamp(at / 1000).astimezone()


def day_time(at: int, now: int) -> str:
    """Return `15:22` today, `Mon 09:12` within the week, else `12 Mar 09:12` or `12 Mar 2024`."""
    moment, today = local(at), local(now)
    days = (today.date() - moment.date()).days
    if days == 0:
        return f"{moment:%H:%M}"
    if 0 < days < 7:
        return f"{_(DAYS[moment.weekday()])} {moment:%H:%M}"
    if moment.year == today.year:
        return f"{moment.day:2d} {_(MONTHS[moment.month - 1])} {moment:%H:%M}"
    return f"{moment.day:2d} {_(MONTHS[moment.month - 1])} {moment.year}"


def moment(at: int, now: int) -> str:
    """Return a time to come in full: `Mon 30 Nov 09:00`, with its year where that is another one."""
    said, today = local(at), local(now)
    year = "" if said.year == today.year else f" {said.year}"
    return f"{_(DAYS[said.weekday()])} {said.day} {_(MONTHS[said.month - 1])}{year} {said:%H:%M}"


def day(at: int, now: int) -> str:
    """Return `today`, `Mon`, `12 Mar` or `Mar 2019`."""
    moment, today = local(at), local(now)
    days = (today.date() - moment.date()).days
    if days == 0:
        return _("today")
    if abs(days) < 7:
        return _(DAYS[moment.weekday()])
    if moment.year == today.year:
        return f"{moment.day} {_(MONTHS[moment.month - 1])}"
    return f"{_(MONTHS[moment.month - 1])} {moment.year}"


def until(at: int, now: int) -> str:
    """Return the time left in at most five columns: `0:08`, `-0:12` when past, `Wed`, `12d`, `-3d`."""
    minutes = (at - now) // clock.MINUTE if at >= now else -((now - at) // clock.MINUTE)
    if -24 * 60 < minutes < 24 * 60:
        sign = "-" if at < now else ""
        return f"{sign}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"
    if 0 < minutes < 6 * 24 * 60:
        return _(DAYS[local(at).weekday()])
    days = minutes // (24 * 60) if minutes > 0 else -(-minutes // (24 * 60))
    return _("{count}d").format(count=max(-999, min(9999, days)))


def span(milliseconds: int) -> str:
    """Return a length of time in words: `now`, `8 s`, `12 min`, `1h02`, `3 days`."""
    seconds = max(0, milliseconds) // clock.SECOND
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return _("{hours}h{minutes:02d}").format(hours=minutes // 60, minutes=minutes % 60)
    days = minutes // (24 * 60)
    return ngettext("{count} day", "{count} days", days).format(count=days)


def seconds(milliseconds: int) -> str:
    """Return a length of time by the second: `0:34`, `12:05`; from an hour on `1h02`."""
    whole = max(0, milliseconds) // clock.SECOND
    if whole >= 3600:
        return span(milliseconds)
    return f"{whole // 60}:{whole % 60:02d}"


def size(count: int) -> str:
    """Return a size in bytes as `214 kB`."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{round(count / 1000)} kB"
    return f"{_decimal(count / 1_000_000)} MB"


def _decimal(value: float) -> str:
    said = f"{value:.1f}"
    return said if speech.language == "en" else said.replace(".", ",")


def number(count: int) -> str:
    """Return a count with thousands set apart: `41,233`."""
    said = f"{count:,}"
    return said if speech.language == "en" else said.replace(",", ".")
