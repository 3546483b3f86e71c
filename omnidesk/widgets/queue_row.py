"""One conversation as two lines of the queue."""

from __future__ import annotations

from collections.abc import Sequence

from omnidesk import clock
from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import cut, fit, spread
from omnidesk.widgets.painted_rows import Company
from omnidesk.widgets.painting import Part
from omnidesk.words.kinds import DueReason, Place, Priority, Status
from omnidesk.words.rows import QueueRow
from omnidesk.words.speech import _

SPACIOUS = 60
"""Columns from which a row of one line says who owns it."""
COMPANY = 22
"""Columns that who else is there may take."""
INDENT = 14
"""Columns before the customer's name: cursor, mark, due, kind."""
USUAL = ("customer", "subject", "preview", "owner")
"""What a row shows: the first on its first line, the others on its second."""
TEXTS = ("customer", "subject", "preview")
"""What stands at the left of the second line; all else is short and stands at the right."""

_NO_SUBJECT = frozenset(("sms", "chat", "wa", "call"))
_DUE_FOR: dict[DueReason | None, str] = {DueReason.PROMISE: " promised", DueReason.WINDOW: " window shuts"}
"""What an open conversation is due for, where that is no simple answer."""


def due(row: QueueRow, now: int) -> str:
    """Return what stands in the due column, at most five columns."""
    if row.place is not Place.DESK or row.status is Status.CLOSED:
        return times.until(row.last_message_at, now).lstrip("-")
    if row.status is Status.ON_HOLD:
        return _("hold")
    if row.status is Status.PENDING and row.next_due_at is None:
        return _("wait")
    at = row.snoozed_until if row.status is Status.SNOOZED else row.next_due_at
    return "" if at is None else times.until(at, now)


def late(row: QueueRow, now: int) -> bool:
    """Say whether the conversation is ours to do and past due."""
    return row.status is Status.OPEN and row.next_due_at is not None and row.next_due_at < now


def first_line(
    row: QueueRow,
    width: int,
    now: int,
    cursor: bool,
    marked: bool,
    columns: Sequence[str] = (),
    company: Company | None = None,
) -> tuple[Part, ...]:
    """Cursor, mark or urgency, due, kind, customer or what else comes first; VIP, draft, who else is there or else the
    count at the end."""
    left = (*_lead(row, now, cursor, marked), _column(row, (*columns, *USUAL)[0]))
    return spread(left, _flags(row, company), width)


def whole_line(
    row: QueueRow,
    width: int,
    now: int,
    cursor: bool,
    marked: bool,
    columns: Sequence[str] = (),
    company: Company | None = None,
) -> tuple[Part, ...]:
    """Return both lines as one: the first column, then as much of the other texts as there is room for."""
    first, *rest = columns or USUAL
    style, text = _column(row, first)
    left: list[Part] = [*_lead(row, now, cursor, marked), (style, fit(text, max(10, min(24, width // 4))))]
    texts = [_column(row, name) for name in rest if name in TEXTS and not _again(row, rest, name)]
    left += [(style, f"  {text}") for style, text in texts if text]
    right: list[Part] = [part for part in _flags(row, company) if part[0] != "dim" and part[1] != " "]
    if width >= SPACIOUS:
        right += [(style, f" {text}") for name in rest if name not in TEXTS for style, text in [_column(row, name)]]
    return spread(left, (*right, ("", " ")), width)


def _lead(row: QueueRow, now: int, cursor: bool, marked: bool) -> tuple[Part, ...]:
    behind = late(row, now)
    urgent = behind or row.priority is Priority.URGENT
    sign = "x" if marked else "!" if urgent else "^" if row.priority is Priority.HIGH else " "
    return (
        ("accent", ">" if cursor else " "),
        ("accent" if marked else "warn" if urgent else "dim", sign),
        ("warn" if behind else "dim", f"{due(row, now):>6} "),
        ("head", fit(badges.kind(row.last_kind), 4) + " "),
    )


def _flags(row: QueueRow, company: Company | None) -> tuple[Part, ...]:
    said: list[Part] = []
    if row.status is Status.ON_HOLD and row.hold_for:
        said.append(("note", f" {cut(one_line(row.hold_for), 16)}{_back(row)}"))
    if row.status is Status.OPEN and row.due_reason in _DUE_FOR:
        said.append(("note", _(_DUE_FOR[row.due_reason])))
    if row.undelivered:
        said.append(("warn", _(" NOT SENT")))
    if row.unproven:
        said.append(("warn", _(" NOT PROVEN")))
    if row.repeats:
        said.append(("warn", _(" AGAIN")))
    if row.offered_join is not None and not ready(row):
        said.append(("note", _(" y joins #{number}").format(number=row.offered_join)))
    if row.public:
        said.append(("warn", _(" PUBLIC")))
    if row.vip:
        said.append(("note", " VIP"))
    if row.held:
        said.append(("good", _(" ANSWER READY")) if ready(row) else ("note", _(" answer held")))
    if row.has_draft:
        said.append(("good", _(" draft")))
    if company is not None:
        said.append(("warn" if company.loud else "note", f" {cut(one_line(company.brief), COMPANY)}"))
    elif row.message_count > 1:
        said.append(("dim", f" {row.message_count}x" if row.message_count < 1000 else " 999x"))
    return (*said, ("", " "))


def ready(row: QueueRow) -> bool:
    """Say whether the customer wrote since their answer waits for that."""
    return row.held and row.status is Status.OPEN and row.waiting_since is not None


def _back(row: QueueRow) -> str:
    """Say when what is on hold comes back by itself."""
    return "" if row.snoozed_until is None else f" {times.until(row.snoozed_until, clock.now())}"


def second_line(row: QueueRow, width: int, columns: Sequence[str] = ()) -> tuple[Part, ...]:
    """What the view shows beside the first: texts at the left, owner and the like at the right."""
    rest = (columns or USUAL)[1:]
    left: list[Part] = [("", " " * (INDENT - 1))]
    for name in rest:
        if name in TEXTS and not _again(row, rest, name, width):
            style, text = _column(row, name)
            left += [("", "  " if len(left) > 1 else ""), (style, text)]
    right: list[Part] = []
    for name in rest:
        if name not in TEXTS and (text := _column(row, name)[1]):
            right += [(_column(row, name)[0], f" {text}")]
    return spread(left, (*right, ("", " ")), width)


def _again(row: QueueRow, shown: Sequence[str], name: str, width: int = 80) -> bool:
    """Say whether a column would only repeat the subject, or has no room beside it."""
    return name == "preview" and "subject" in shown and (says_little(row) or width <= 60)


def says_little(row: QueueRow) -> bool:
    """Say whether the last message tells more than the subject: there is none, or its channel knows no subjects."""
    return not one_line(row.subject) or (bool(one_line(row.preview)) and badges.kind(row.last_kind) in _NO_SUBJECT)


def whose(row: QueueRow) -> str:
    """Return whose it is; whose it was before they went away stands in brackets."""
    return one_line(row.owner or "") or (f"({one_line(row.absent_owner)})" if row.absent_owner else "")


def _column(row: QueueRow, name: str) -> Part:
    """Return what a row says in a column."""
    if name == "customer":
        return ("strong" if row.unread else "", one_line(row.customer) or _("unknown sender"))
    if name == "subject":
        said = one_line(row.preview if says_little(row) else row.subject) or _("(no subject)")
        return ("strong" if row.unread else "dim", said)
    if name == "preview":
        return ("faint", one_line(row.preview))
    if name == "owner":
        return ("faint", cut(whose(row), 10) or "-")
    if name == "tags":
        return ("note", cut(one_line(" ".join(row.tags)), 24))
    if name == "channels":
        return ("head", " ".join(badges.kind(kind) for kind in row.kinds[:4]))
    if name == "status":
        return ("dim", _(row.status) if row.priority is Priority.NORMAL else f"{_(row.status)} {_(row.priority)}")
    return ("faint", f"#{row.id}")


def spoken(row: QueueRow, now: int, place: int, count: int, company: Company | None = None) -> str:
    """Return a row as a sentence: what the columns, the signs and the colours say. `count` is 0 while uncounted."""
    owner = one_line(row.owner or "")
    said = [
        _("{place} of {count}").format(place=place, count=count) if count else str(place),
        one_line(row.customer) or _("unknown sender"),
        one_line(row.subject) or one_line(row.preview) or _("no subject"),
        badges.kind(row.last_kind),
        _("unread") if row.unread else "",
        "VIP" if row.vip else "",
        _(row.priority) if row.priority is not Priority.NORMAL else "",
        _(row.status) if row.status is not Status.OPEN else "",
        _("late since {time}").format(time=times.span(now - row.next_due_at))
        if late(row, now) and row.next_due_at
        else "",
        _("not sent") if row.undelivered else "",
        _("sender not proven") if row.unproven else "",
        _("asked again on another channel") if row.repeats else "",
        _("may belong to #{number}").format(number=row.offered_join) if row.offered_join is not None else "",
        _("said in public") if row.public else "",
        (_("the answer is ready") if ready(row) else _("an answer waits for the customer")) if row.held else "",
        _("has a draft") if row.has_draft else "",
        one_line(company.said) if company is not None else "",
        _("owner {name}").format(name=owner) if owner else _("nobody's {name}").format(name=whose(row)).rstrip(),
    ]
    return ", ".join(part for part in said if part)
