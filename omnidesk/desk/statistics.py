"""Statistics: what customers sent, what was answered and how soon, by channel, agent, tag or day, and by hour.

Counted from the messages themselves, a conversation at a time. A *wait* begins with a customer's message that finds
nothing unanswered before it, and ends with the next answer; the first one of a conversation that nobody has answered
yet is its first reply time, the others are next reply times (Zendesk's names). Waits count under the channel, day and
tags of the message that began them; what arrived and its waits under the agent who answered, else under the owner.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median

from omnidesk import clock
from omnidesk.desk import hours, settings
from omnidesk.desk.hours import Hours
from omnidesk.store import statistics as store
from omnidesk.store.statistics import Head
from omnidesk.store.workspace import Workspace
from omnidesk.text import past
from omnidesk.text.clean import one_line
from omnidesk.words.errors import UsageError
from omnidesk.words.speech import _

BY = ("channel", "agent", "tag", "day")
COUNTS = ("arrived", "answered", "waiting", "closed_unanswered", "replies")
TIMES = ("first_reply_time", "next_reply_time")
USUAL_DAYS = 7
NOBODY, ELSEWHERE, UNTAGGED = "nobody", "elsewhere", "untagged"
"""Who has what no agent has; who answered outside this program; the tag of what has none."""
DEFINITIONS = {
    "arrived": "messages from customers that arrived in the period, each under its own channel. Not counted: automatic "
    "messages, asides with third parties, notes, spam, and history (older than the channel's window, or imported)",
    "answered": "those of them that an answer followed, up to now",
    "waiting": "those of them without an answer whose conversation is not closed",
    "closed_unanswered": "those of them without an answer whose conversation is closed",
    "replies": "answers written in the period, whenever the question came; failed and cancelled ones do not count",
    "first_reply_time": "from a conversation's first message of a customer that came in the period to the first answer",
    "next_reply_time": "from a later message of a customer that came in the period, the oldest without an answer, to "
    "the next answer",
}
"""What stands under each figure."""
CLOCKS = {
    True: "Times count in opening hours ({}). The median halves the waits; nine of ten were no longer than the "
    "90th percentile. Who still waits is in neither.",
    False: "Times count around the clock: no opening hours are set. The median halves the waits; nine of ten were no "
    "longer than the 90th percentile. Who still waits is in neither.",
}


@dataclass(frozen=True)
class Waits:
    """How long customers waited for an answer: how many waits ended, their median and 90th percentile in seconds
    (None where none ended)."""

    count: int = 0
    median: int | None = None
    p90: int | None = None


@dataclass(frozen=True)
class Figures:
    """What was counted under one name."""

    name: str
    arrived: int = 0
    answered: int = 0
    waiting: int = 0
    closed_unanswered: int = 0
    replies: int = 0
    first_reply_time: Waits = field(default_factory=Waits)
    next_reply_time: Waits = field(default_factory=Waits)


@dataclass(frozen=True)
class Slot:
    """What arrived and what was answered in one hour of the day (`9`) or on one day (`2026-11-23`)."""

    name: str
    arrived: int
    replies: int


@dataclass(frozen=True)
class Statistics:
    """Everything counted between `since` and `until` (UTC ms); `groups` by the most arrived, days in their order."""

    since: int
    until: int
    by: str
    total: Figures
    groups: tuple[Figures, ...]
    hours: tuple[Slot, ...]
    days: tuple[Slot, ...]
    clock: str
    """How waits were timed, in words."""


class _Tally:
    """Counts under one name while the messages pass."""

    def __init__(self) -> None:
        self.arrived = self.answered = self.waiting = self.closed_unanswered = self.replies = 0
        self.first: list[int] = []
        self.next: list[int] = []

    def figures(self, name: str) -> Figures:
        """Return what was counted."""
        return Figures(
            one_line(name, 100),
            self.arrived,
            self.answered,
            self.waiting,
            self.closed_unanswered,
            self.replies,
            waits(self.first),
            waits(self.next),
        )


def waits(milliseconds: Iterable[int]) -> Waits:
    """Return the median and the 90th percentile (nearest rank) of waits."""
    found = sorted(milliseconds)
    if not found:
        return Waits()
    rank = -(-9 * len(found) // 10)
    return Waits(len(found), round(median(found) / clock.SECOND), round(found[rank - 1] / clock.SECOND))


def period(since: str | None, until: str | None) -> tuple[int, int]:
    """Return the period that was said, in UTC ms: from the beginning of `since` to the end of `until`, at most to the
    end of today; without words the last seven days, today included. Raises UsageError."""
    tonight = past.span("today")[1]
    end = tonight if until is None else min(past.span(until, "until")[1], tonight)
    begin = _days_before(end, USUAL_DAYS - 1) if since is None else past.span(since, "since")[0]
    if begin >= end:
        raise UsageError(
            _("--until {until} lies before --since {since}: choose a later end").format(
                until=until or "today", since=since
            )
        )
    return begin, end


def _days_before(at: int, days: int) -> int:
    day = _local(at - 1).date() - timedelta(days=days)
    return clock.from_datetime(datetime(day.year, day.month, day.day).astimezone())


def count(workspace: Workspace, since: int, until: int, by: str = "channel") -> Statistics:
    """Count what happened between two times (UTC ms). Raises UsageError for a grouping there is not."""
    if by not in BY:
        raise UsageError(_("--by {by} is not known: use {known}").format(by=by, known=", ".join(BY)))
    calendar = settings.current(workspace).opening_hours
    counting = _Counting(workspace, since, until, by, hours.parse(calendar))
    for _number, conversation in groupby(
        store.heads(workspace.database.reader, since, until), key=lambda head: head.conversation
    ):
        counting.take(list(conversation))
    said = _(CLOCKS[bool(calendar)]).format(one_line(calendar, 200))
    return counting.result(said)


class _Counting:
    """One pass over the messages of a period, conversation by conversation."""

    def __init__(self, workspace: Workspace, since: int, until: int, by: str, calendar: Hours | None) -> None:
        self._since, self._until, self._by, self._calendar = since, until, by, calendar
        self._reader = workspace.database.reader
        self._agents = store.agents(self._reader)
        self._total = _Tally()
        self._groups: dict[str, _Tally] = {}
        self._hours = {hour: [0, 0] for hour in range(24)}
        self._days = {day: [0, 0] for day in _days(since, until)}
        self._tags: tuple[str, ...] = ()

    def take(self, heads: list[Head]) -> None:
        """Count one conversation, all of whose messages these are."""
        if self._by == "tag":
            self._tags = store.tags(self._reader, heads[0].conversation)
        asked: list[Head] = []
        began: Head | None = None
        answered = False
        for head in heads:
            if not head.inbound:
                self._answered(head, asked, began, answered)
                asked, began, answered = [], None, True
            elif not head.history:
                began = began or head
                if self._inside(head):
                    asked.append(head)
                    self._slot(head, 0)
        state = "waiting" if heads[0].open else "closed_unanswered"
        for head in asked:
            self._put(head, None, lambda tally: _add(tally, "arrived", state), head.owner_id)

    def _answered(self, answer: Head, asked: list[Head], began: Head | None, before: bool) -> None:
        for head in asked:
            self._put(head, answer, lambda tally: _add(tally, "arrived", "answered"), answer.author_id)
        if began is not None and self._inside(began) and not answer.history:
            took = hours.between(self._calendar, began.at, answer.at)
            if before:
                self._put(began, answer, lambda tally: tally.next.append(took), answer.author_id)
            else:
                self._put(began, answer, lambda tally: tally.first.append(took), answer.author_id)
        if self._inside(answer) and not answer.history:
            self._slot(answer, 1)
            self._put(answer, answer, lambda tally: _add(tally, "replies"), answer.author_id)

    def _inside(self, head: Head) -> bool:
        return self._since <= head.at < self._until

    def _slot(self, head: Head, column: int) -> None:
        moment = _local(head.at)
        self._hours[moment.hour][column] += 1
        self._days.setdefault(moment.date().isoformat(), [0, 0])[column] += 1

    def _put(self, head: Head, answer: Head | None, change: Callable[[_Tally], None], agent: int | None) -> None:
        change(self._total)
        for name in self._names(head, answer, agent):
            change(self._groups.setdefault(name, _Tally()))

    def _names(self, head: Head, answer: Head | None, agent: int | None) -> tuple[str, ...]:
        if self._by == "channel":
            return (head.channel,)
        if self._by == "day":
            return (_local(head.at).date().isoformat(),)
        if self._by == "tag":
            return self._tags or (UNTAGGED,)
        return (self._agents.get(agent or 0, ELSEWHERE if answer is not None else NOBODY),)

    def result(self, said: str) -> Statistics:
        """Return what was counted."""
        groups = [tally.figures(name) for name, tally in self._groups.items()]
        if self._by == "day":
            known = {group.name: group for group in groups}
            groups = [known.get(day, Figures(day)) for day in sorted(self._days)]
        else:
            groups.sort(key=lambda group: (-group.arrived, -group.replies, group.name))
        return Statistics(
            self._since,
            self._until,
            self._by,
            self._total.figures("all"),
            tuple(groups),
            tuple(Slot(str(hour), *pair) for hour, pair in self._hours.items()),
            tuple(Slot(day, *pair) for day, pair in sorted(self._days.items())),
            said,
        )


def _add(tally: _Tally, *names: str) -> None:
    for name in names:
        setattr(tally, name, getattr(tally, name) + 1)


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000).astimezone()


def _days(since: int, until: int) -> list[str]:
    """Return each day of a period, in this machine's zone; for more than ten years only those with messages."""
    first, last = _local(since).date(), _local(until - 1).date()
    if (last - first).days > 3660:
        return []
    return [(first + timedelta(days=back)).isoformat() for back in range((last - first).days + 1)]


def as_csv(found: Statistics) -> str:
    """Return the groups as CSV (RFC 4180) with a header; names that a spreadsheet would take for a formula get an
    apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([found.by, *COUNTS, *(f"{name}_{part}" for name in TIMES for part in ("count", "median", "p90"))])
    for group in found.groups:
        row: list[object] = [harmless(group.name), *(getattr(group, name) for name in COUNTS)]
        for name in TIMES:
            some: Waits = getattr(group, name)
            row += [some.count, *("" if one is None else one for one in (some.median, some.p90))]
        writer.writerow(row)
    return text.getvalue()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs: what begins like a formula begins with an apostrophe instead."""
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠") else text


def in_words(seconds: int | None) -> str:
    """Return a length of time as people say it: `40 s`, `12 min`, `2h05`, `3d 4h`; `-` where it is unknown."""
    if seconds is None:
        return "-"
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return _("{hours}h{minutes:02d}").format(hours=minutes // 60, minutes=minutes % 60)
    return _("{days}d {hours}h").format(days=minutes // (24 * 60), hours=minutes // 60 % 24)
