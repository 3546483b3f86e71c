"""A customer's timeline as lines: pure, so that a worker thread can do it."""

from __future__ import annotations

from omnidesk.text.clean import clean, one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import Line, cells, cut, spread, wrap
from omnidesk.widgets.painting import Part
from omnidesk.words.kinds import Direction, MessageStatus
from omnidesk.words.speech import _
from omnidesk.words.timeline import WRITTEN, Entry

NOTE_LINES = 12
"""Lines of a note about the customer."""
KINDS = {
    WRITTEN: "messages",
    "call": "calls",
    "video": "video calls",
    "visit": "visits",
    "letter": "letters",
    "note": "notes",
    "consent": "consent",
    "merge": "merges",
    "change": "changes",
}
"""What the kinds of a timeline are called, several at a time."""
_ONE = {"consent": "consent", "merge": "merge", "change": "change"}
_MARKS = {
    "aside": "ASIDE",
    "public": "PUBLIC",
    "auto": "automatic",
    "unproven": "NOT PROVEN",
    "undone": "taken back",
}
"""What the marks of an entry say."""
_LOUD = ("public", "unproven", MessageStatus.FAILED, MessageStatus.UNKNOWN)


def key(one: Entry) -> int:
    """Return the number that the lines of an entry bear: no other entry has it."""
    return one.id * 8 + one.rank + 1


def entry(one: Entry, width: int, now: int) -> list[Line]:
    """Return the lines of an entry: when, what sort, who, what it is; under it how what was written begins."""
    number, when = key(one), times.day_time(one.at, now)
    quiet = "undone" in one.marks or "auto" in one.marks
    left: list[Part] = [("dim", f" {when.strip():<12} "), ("note" if one.kind == "note" else "head", _sort(one))]
    who = one_line(one.who, 60)
    indent = sum(cells(text) for _style, text in left)
    text = _text(one, max(10, width - indent - 1))
    said = one_line(one.said, 300)
    if not said and text:  # what has no subject is said in the same line
        said, text = one_line(one.text, 600), []
    if who:
        left.append(("dim" if one.direction is not Direction.INBOUND else "strong", cut(who, 24)))
    left.append(("faint" if quiet else "", f"  {said}" if said and who else said))
    marks = [("warn" if mark in _LOUD else "faint", f" {_mark(mark)}") for mark in one.marks]
    where: list[Part] = [("faint", f" #{one.conversation_id} ")] if one.conversation_id is not None else []
    lines = [Line(spread(left, (*marks, *where), width), number)]
    lines += [Line((("", " " * indent), ("faint" if quiet else "dim", each)), number) for each in text]
    return lines


def _text(one: Entry, room: int) -> list[str]:
    """Return how what was written begins: in one line, a note about the customer whole."""
    if one.note_id is None:
        said = one_line(one.text, 600)
        return [cut(said, room)] if said else []
    found: list[str] = []
    for line in clean(one.text).split("\n"):
        found += wrap(line, room)
    return [*found[:NOTE_LINES], "…"] if len(found) > NOTE_LINES else found


def _sort(one: Entry) -> str:
    """Return what sort of thing it is and which way it went, in eleven columns."""
    if one.kind == "note":
        return f"{_('NOTE'):<11}"
    if one.kind in _ONE:
        return f"{cut(_(_ONE[one.kind]), 10):<11}"
    arrow = "->" if one.direction is Direction.OUTBOUND and one.kind == WRITTEN else ""
    return f"{badges.kind(one.channel_kind):<7}{arrow:<4}"


def _mark(mark: str) -> str:
    if mark in _MARKS:
        return _(_MARKS[mark])
    return badges.state(MessageStatus(mark))


def end(more: bool, width: int) -> Line:
    """Return the line under the last entry: more comes, or this is where it begins."""
    said = _("… older ones come as you go down") if more else _("this is where it begins")
    return Line((("faint", cut(f" {said}", width)),))
