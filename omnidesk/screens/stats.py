"""The screen of statistics: figures with their definitions, columns by hour and by day, bars by group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import chart, times
from omnidesk.widgets.lines import Line, cells, cut, fit, wrap
from omnidesk.widgets.painting import Part
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import statistics
    from omnidesk.desk.statistics import Figures, Slot, Statistics, Waits
    from omnidesk.screens.desk import DeskScreen
else:
    statistics = Later("omnidesk.desk.statistics")

PLACES = ("stats",)
HEIGHT = 4
"""Lines of a chart."""
LEADING = 9
"""Groups that stand above the charts."""
PERIODS = (
    ("7d", None, None),
    ("today", "today", None),
    ("yesterday", "yesterday", "yesterday"),
    ("this week", "this week", None),
    ("last week", "last week", "last week"),
    ("this month", "this month", None),
    ("last month", "last month", "last month"),
    ("this year", "this year", None),
)
"""What [ and ] go through: a name, its first and its last day."""
LABELS = {
    "arrived": "Arrived",
    "answered": "Answered",
    "waiting": "Waiting",
    "closed_unanswered": "Closed unanswered",
    "replies": "Replies",
    "first_reply_time": "First reply",
    "next_reply_time": "Next reply",
}


class Stats(Listing):
    """What arrived, what was answered and how soon, in a period and by a group that keys change."""

    PLACE = "stats"
    HEADING = "Statistics"

    def __init__(self, desk: DeskScreen, since: str | None = None, until: str | None = None) -> None:
        super().__init__(desk)
        self.since, self.until = since, until
        self.turn = 0
        """Which of the periods is shown."""
        self.by = "channel"

    def read(self, width: int) -> ListRead:
        """Count and draw."""
        begin, end = statistics.period(self.since, self.until)
        found = statistics.count(self.session.workspace, begin, end, self.by)
        days = f"{_day(begin)} - {_day(end - 1)}"
        title = _("Statistics  {days}  by {group}").format(days=days, group=_(self.by))
        return ListRead(draw(found, width), title)

    def show(self, since: str | None, until: str | None) -> None:
        """Show another period."""
        self.since, self.until = since, until
        self.read_again()


def draw(found: Statistics, width: int) -> list[Line]:
    """Return statistics as lines of so many columns."""
    first = 0 if found.by == "day" else LEADING
    lines = [Line(_glance(found.total)), Line(())]
    lines += _groups(found, found.groups[:first], width)
    if width >= 100:
        half = width // 2
        lines += _beside(_chart(_("By hour"), found.hours, half - 2), _chart(_("By day"), found.days, half - 2), half)
    else:
        lines += [Line(parts) for parts in _chart(_("By hour"), found.hours, width - 2)]
        lines += [Line(()), *(Line(parts) for parts in _chart(_("By day"), found.days, width - 2))]
    lines += [Line(()), *_groups(found, found.groups[first:], width)]
    wide = max(18, *(cells(_(label)) + 1 for label in LABELS.values()))
    for name, said in statistics.DEFINITIONS.items():
        value = getattr(found.total, name)
        shown = times.number(value) if isinstance(value, int) else _waits(value)
        lines.append(Line((("strong", f" {fit(_(LABELS[name]), wide)}"), ("key", shown))))
        lines += [Line((("faint", f"   {line}"),)) for line in wrap(_(said), max(10, width - 4))]
    lines += [Line(()), *(Line((("faint", f" {line}"),)) for line in wrap(found.clock, max(10, width - 2)))]
    return lines


def _glance(total: Figures) -> tuple[Part, ...]:
    """Return the most important figures in a line."""
    said: list[Part] = [("", " ")]
    for name in ("arrived", "answered", "waiting"):
        said += [("dim", f"{_(LABELS[name]).lower()} "), ("strong", f"{times.number(getattr(total, name))}   ")]
    return (*said, ("dim", f"{_('first reply')} "), ("strong", _short(total.first_reply_time)))


def _chart(title: str, slots: Sequence[Slot], width: int) -> list[tuple[Part, ...]]:
    """Return a chart of what arrived and, under it, of what was answered, on one scale."""
    slots = _fewer(slots, width)
    wide = max(1, min(8, width // max(1, len(slots))))
    arrived, replies = [slot.arrived for slot in slots], [slot.replies for slot in slots]
    most = max([*arrived, *replies, 0])
    scale = ("dim", "   " + _("at most {count}: ").format(count=times.number(most)))
    said = (("title", f" {title}"), scale, ("head", _("arrived")), ("dim", f" {_('over')} "), ("good", _("replies")))
    lines: list[tuple[Part, ...]] = [said]
    lines += [(("head", f" {line}"),) for line in chart.columns(arrived, HEIGHT, wide, most)]
    lines.append((("faint", f" {chart.axis([_name(slot.name) for slot in slots], wide)}"),))
    lines += [(("good", f" {line}"),) for line in chart.columns(replies, HEIGHT // 2, wide, most)]
    return lines


def _fewer(slots: Sequence[Slot], width: int) -> Sequence[Slot]:
    """Return the slots, or the sums of as many neighbours as makes them fit."""
    together = -(-len(slots) // max(1, width))
    if together <= 1:
        return slots
    groups = [slots[begin : begin + together] for begin in range(0, len(slots), together)]
    return [
        type(some[0])(some[0].name, sum(slot.arrived for slot in some), sum(slot.replies for slot in some))
        for some in groups
    ]


def _name(slot: str) -> str:
    """Return an hour or a day in few letters."""
    if "-" not in slot:
        return slot
    day = date.fromisoformat(slot)
    return f"{_(times.DAYS[day.weekday()])} {day.day}" if day.day > 1 else _(times.MONTHS[day.month - 1])


def _beside(left: list[tuple[Part, ...]], right: list[tuple[Part, ...]], width: int) -> list[Line]:
    lines = []
    for one, other in zip(left, right, strict=True):
        taken = sum(len(text) for _, text in one)
        lines.append(Line((*one, ("", " " * max(1, width - taken)), *other)))
    return lines


def _groups(found: Statistics, groups: Sequence[Figures], width: int) -> list[Line]:
    """Return a table of groups, each with a bar of what arrived; nothing where there are none."""
    if not groups:
        return []
    name_width = max(8, min(20, width // 5))
    room = width - name_width - 76 if width >= 100 else 0
    most = max(group.arrived for group in found.groups)
    heads = f" {fit(_(found.by).capitalize(), name_width)}{_('arrived'):>8}{_('answered'):>9}{_('waiting'):>8}"
    heads += f"{_('none'):>6}{_('replies'):>9}" if width >= 76 else ""
    heads += f"   {fit(_('first reply'), 16)}" + (_("next reply") if width >= 94 else "")
    lines = [Line((("title", cut(heads, width)),))]
    lines += [Line(_group(group, name_width, width, min(30, room), most)) for group in groups]
    if len(groups) < len(found.groups) and groups[0] is found.groups[0]:
        lines.append(Line((("dim", " " + _("{count} more below").format(count=len(found.groups) - len(groups))),)))
    return [*lines, Line(())]


def _group(group: Figures, name_width: int, width: int, room: int, most: int) -> tuple[Part, ...]:
    numbers = f"{times.number(group.arrived):>8}{times.number(group.answered):>9}{times.number(group.waiting):>8}"
    if width >= 76:
        numbers += f"{times.number(group.closed_unanswered):>6}{times.number(group.replies):>9}"
    parts: list[Part] = [
        ("", f" {fit(_named(group.name), name_width)}{numbers}   "),
        ("", fit(_short(group.first_reply_time), 16)),
    ]
    if width >= 94:
        parts.append(("", fit(_short(group.next_reply_time), 16)))
    if room >= 6:
        parts.append(("head", chart.bar(group.arrived, most, room)))
    return tuple(parts)


def _named(group: str) -> str:
    """Return the name of a group; what stands for none of them is said in the language spoken."""
    stands_in = (statistics.NOBODY, statistics.ELSEWHERE, statistics.UNTAGGED)
    return _(group) if group in stands_in else one_line(group)


def _short(some: Waits) -> str:
    if not some.count:
        return "-"
    return f"{statistics.in_words(some.median)} / {statistics.in_words(some.p90)}"


def _waits(some: Waits) -> str:
    if not some.count:
        return "-"
    median, p90 = statistics.in_words(some.median), statistics.in_words(some.p90)
    said = _("median {median}, 90% within {most} (of {count})")
    return said.format(median=median, most=p90, count=times.number(some.count))


def _day(at: int) -> str:
    moment = times.local(at)
    return f"{_(times.DAYS[moment.weekday()])} {moment.day} {_(times.MONTHS[moment.month - 1])} {moment.year}"


def show(desk: DeskScreen, press: Press) -> None:
    """Show the statistics, of the period that was said."""
    desk.app.push_screen(Stats(desk, press.argument.strip() or None))


def _turn_period(screen: Stats, press: Press, step: int) -> None:
    screen.turn = (screen.turn + step) % len(PERIODS)
    name, since, until = PERIODS[screen.turn]
    screen.say(_("period: {name}").format(name=_("the last seven days") if since is None else _(name)))
    screen.show(since, until)


def _later(screen: Stats, press: Press) -> None:
    _turn_period(screen, press, 1)


def _earlier(screen: Stats, press: Press) -> None:
    _turn_period(screen, press, -1)


def _ask_period(screen: Stats, press: Press) -> None:
    screen.ask(_("From, to:"), _asked_period, _("mon, yesterday; 2026-11; last month"), screen.since or "")


def _asked_period(screen: Stats, text: str) -> None:
    since, comma, until = (part.strip() for part in text.partition(","))
    screen.show(since or None, until or (since if since and not comma and _is_long(since) else None))


def _is_long(said: str) -> bool:
    """Say whether what was said is a month or the like, which is then meant whole."""
    return said.count("-") == 1 or said.isdigit() or said.startswith(("last ", "vorige "))


def _turn_groups(screen: Stats, press: Press) -> None:
    screen.by = statistics.BY[(statistics.BY.index(screen.by) + 1) % len(statistics.BY)]
    screen.read_again()


ACTIONS = (
    Action("stats", "stats", "Show statistics", ("g %",), PANES, "Views", show, takes="a first day: mon, last week"),
    Action("stats-by", "group", "Group by channel, agent, tag or day", ("b",), PLACES, "Statistics", _turn_groups, 1),
    Action("stats-later", "next", "Go to the next period", ("]", "right"), PLACES, "Statistics", _later, 2),
    Action("stats-earlier", "before", "Go to the period before", ("[", "left"), PLACES, "Statistics", _earlier, 3),
    Action("stats-period", "from, to", "Say the period", ("p",), PLACES, "Statistics", _ask_period, 4),
)
