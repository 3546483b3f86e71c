"""Telling an agent who looks elsewhere: the terminal's own notification or bell, and counts in its title.

Sequences are written by the driver's own thread between two frames, so that they never break one in two. Whatever
comes from outside is cleaned and cut before it goes into one: nothing in it can end the sequence or begin another.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from omnidesk import clock
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.preferences import Preferences, quiet
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.words.kinds import Health, NewsKind
from omnidesk.words.rows import News
from omnidesk.words.speech import _, ngettext

if TYPE_CHECKING:
    from textual.screen import Screen

    from omnidesk.desk import notifications
    from omnidesk.desk.status import Summary
    from omnidesk.screens.desk import DeskScreen
else:
    notifications = Later("omnidesk.desk.notifications")

Way = Literal["osc9", "osc777", "osc99", "bell", "off"]
LONGEST = 160
"""Characters of a notification."""
APART = 5.0
"""Seconds between two notifications at least; what comes meanwhile goes with the next."""
PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b[23;2t"
VTE_TELLS = 7800
"""The version of GNOME's terminals that knows OSC 777."""
_BELL = "\x07"
_MANY = {
    NewsKind.ANSWER: ("answer", "answers"),
    NewsKind.MENTION: ("mention", "mentions"),
    NewsKind.ASSIGNED: ("assigned to you", "assigned to you"),
    NewsKind.FAILED: ("not sent", "not sent"),
    NewsKind.UNKNOWN: ("sent or not", "sent or not"),
    NewsKind.HELD: ("held", "held"),
    NewsKind.OVERDUE: ("overdue", "overdue"),
    NewsKind.CHANNEL: ("channel down", "channels down"),
    NewsKind.CHAT: ("new chat", "new chats"),
}


def way(wanted: str, environment: Mapping[str, str] = os.environ) -> Way:
    """Return how this terminal is told; what it cannot tell of itself gets the bell."""
    if wanted in ("osc9", "osc777", "bell", "off"):
        return wanted  # type: ignore[return-value]
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    program = environment.get("LC_TERMINAL", program)
    if "kitty" in term or environment.get("KITTY_WINDOW_ID"):
        return "osc99"
    if program in ("iTerm.app", "iTerm2", "WezTerm", "ghostty") or term in ("wezterm", "xterm-ghostty"):
        return "osc9"
    if term.startswith(("foot", "rxvt")) or _number(environment.get("VTE_VERSION", "")) >= VTE_TELLS:
        return "osc777"
    return "bell"


def _number(said: str) -> int:
    return int(said) if said.isdecimal() else 0


def sequence(how: Way, said: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return what to write to the terminal for a notification; inside tmux and screen wrapped to get through them."""
    body = one_line(said, LONGEST)
    written = {
        "osc9": f"\x1b]9;OmniDesk: {body}{_BELL}",
        "osc777": f"\x1b]777;notify;OmniDesk;{body.replace(';', ',')}{_BELL}",
        "osc99": f"\x1b]99;i=omnidesk:d=0;OmniDesk\x1b\\\x1b]99;i=omnidesk:d=1:p=body;{body}\x1b\\",
        "bell": _BELL,
        "off": "",
    }[how]
    if how in ("bell", "off"):
        return written
    if environment.get("TMUX"):  # passed on only with `allow-passthrough on`; the bell marks the window in any case
        doubled = written.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\{_BELL}"
    return _BELL if environment.get("STY") else written


def title(summary: Summary) -> str:
    """Return the title of the terminal: `OmniDesk 7 mine, 2 overdue`."""
    counts = [(summary.overdue, _("overdue")), (summary.news, _("new"))]
    mine = (summary.counts.get("mine", 0), _("mine"))
    said = ", ".join(f"{times.number(count)} {word}" for count, word in (mine, *(one for one in counts if one[0])))
    return f"OmniDesk {said}"


def is_quiet(preferences: Preferences, now: int) -> bool:
    """Say whether nothing may ring: do not disturb, or the agent's quiet hours."""
    if preferences.do_not_disturb:
        return True
    hours = quiet(preferences.quiet_hours)
    if hours is None:
        return False
    moment, (begin, end) = times.local(now), hours
    minute = moment.hour * 60 + moment.minute
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def grouped(news: Sequence[News]) -> str:
    """Return several news in one line, one in its own words."""
    if len(news) == 1:
        return notifications.said(news[0])
    counts = Counter(one.kind for one in news)
    many = ", ".join(f"{count} {_(_MANY[kind][count > 1])}" for kind, count in counts.items())
    return f"{many}; {notifications.said(news[0])}"


class Notifier:
    """Keeps the terminal's title, and tells of what is new since the console started.

    What was there before is no news: the list has it."""

    def __init__(self, screen: Screen[None]) -> None:
        self.screen = screen
        self._title = ""
        self._known: set[int] | None = None
        self._down: frozenset[str] = frozenset()
        self._overdue = 0
        self._waiting: list[News] = []
        self._told_at = -APART

    def take(self, summary: Summary, preferences: Preferences, looked_at: int | None) -> bool:
        """Take a new summary; `looked_at` is the conversation being read, of which nobody need be told.

        Returns whether something new came in just that one, which is seen then."""
        self._entitle(title(summary))
        fresh = self._fresh(summary)
        told = [one for one in fresh if one.conversation_id != looked_at or one.kind is not NewsKind.ANSWER]
        if is_quiet(preferences, clock.now()):
            self._waiting = []
        else:
            self._waiting = [*told, *self._waiting][:200]
            self._tell(preferences)
        return len(told) < len(fresh)

    def ring(self, news: Sequence[News], preferences: Preferences) -> None:
        """Tell at once of what cannot wait for its turn, unless the agent wants no rest disturbed."""
        if news and not is_quiet(preferences, clock.now()):
            self._waiting = [*news, *self._waiting][:200]
            self._told_at = -APART
            self._tell(preferences)

    def _fresh(self, summary: Summary) -> list[News]:
        ids = {one.id for one in summary.latest}
        trouble = {one.name: one for one in summary.channels if one.health in (Health.DOWN, Health.NEEDS_LOGIN)}
        first, known = self._known is None, self._known or set()
        newest = max(known, default=0) if not first else 0
        fresh = [one for one in summary.latest if one.id not in known and one.id > newest - _SLACK] if not first else []
        if not first:
            fresh += [
                News(0, NewsKind.CHANNEL, None, None, name, "", "", one.error or "", clock.now(), None)
                for name, one in trouble.items()
                if name not in self._down
            ]
            more = summary.overdue_mine - self._overdue
            fresh += [_overdue(summary.overdue_mine)] if more > 0 else []
        self._known = known | ids
        self._down, self._overdue = frozenset(trouble), summary.overdue_mine
        return fresh

    def _tell(self, preferences: Preferences) -> None:
        now = clock.monotonic()
        if self._waiting and now - self._told_at >= APART:
            self._write(sequence(way(preferences.notify), grouped(self._waiting)))
            self._told_at, self._waiting = now, []

    def _entitle(self, said: str) -> None:
        if said != self._title:
            self._write(f"{'' if self._title else PUSH_TITLE}\x1b]2;{one_line(said, 100)}{_BELL}")
            self._title = said

    def close(self) -> None:
        """Give the terminal its title back; one that keeps no earlier titles gets an empty one."""
        if self._title:
            self._title = ""
            self._write(f"\x1b]2;{_BELL}{POP_TITLE}")

    def _write(self, data: str) -> None:
        driver = self.screen.app._driver
        if data and driver is not None and not self.screen.app.is_web:
            with contextlib.suppress(AssertionError, OSError):  # the driver is not at the terminal just now
                driver.write(data)


_SLACK = 10 * clock.SECOND << 12
"""Ids are times: how far a late commit may lie behind what is known."""


def _overdue(count: int) -> News:
    said = ngettext("{count} of yours is past due", "{count} of yours are past due", count).format(count=count)
    return News(0, NewsKind.OVERDUE, None, None, said, "", "", "", clock.now(), None)


def disturb(desk: DeskScreen, press: Press) -> None:
    """Let nothing ring, or let it ring again."""
    preferences = desk.session.preferences
    wanted = not preferences.do_not_disturb
    desk.prefer("do_not_disturb", wanted)
    quiet_now = _("do not disturb: nothing rings, the list of news keeps it")
    desk.say(quiet_now if wanted else _("what is new rings again"))
    desk.refresh_bars()


ACTIONS = (Action("do-not-disturb", "quiet", "Do not disturb: let nothing ring", ("D",), PANES, "Anywhere", disturb),)
