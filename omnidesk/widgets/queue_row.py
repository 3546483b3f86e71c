"""One conversation as two lines of the queue."""

from __future__ import annotations

from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import cut, fit, spread
from omnidesk.widgets.painting import Part
from omnidesk.words.kinds import Place, Priority, Status
from omnidesk.words.rows import QueueRow

INDENT = 14
"""Columns before the customer's name: cursor, mark, due, kind."""


def due(row: QueueRow, now: int) -> str:
    """Return what stands in the due column, at most five columns."""
    if row.place is not Place.DESK or row.status is Status.CLOSED:
        return times.until(row.last_message_at, now).lstrip("-")
    if row.status is Status.ON_HOLD:
        return "hold"
    if row.status is Status.PENDING and row.next_due_at is None:
        return "wait"
    at = row.snoozed_until if row.status is Status.SNOOZED else row.next_due_at
    return "" if at is None else times.until(at, now)


def late(row: QueueRow, now: int) -> bool:
    """Say whether the conversation is ours to do and past due."""
    return row.status is Status.OPEN and row.next_due_at is not None and row.next_due_at < now


def first_line(row: QueueRow, width: int, now: int, cursor: bool, marked: bool) -> tuple[Part, ...]:
    """Cursor, mark or urgency, due, kind, customer; VIP, draft and count at the end."""
    behind = late(row, now)
    urgent = behind or row.priority is Priority.URGENT
    sign = "x" if marked else "!" if urgent else "^" if row.priority is Priority.HIGH else " "
    left = (
        ("accent", ">" if cursor else " "),
        ("accent" if marked else "warn" if urgent else "dim", sign),
        ("warn" if behind else "dim", f"{due(row, now):>6} "),
        ("head", fit(badges.kind(row.last_kind), 4) + " "),
        ("strong" if row.unread else "", one_line(row.customer) or "unknown sender"),
    )
    return spread(left, _flags(row), width)


def _flags(row: QueueRow) -> tuple[Part, ...]:
    said: list[Part] = []
    if row.undelivered:
        said.append(("warn", " NOT SENT"))
    if row.vip:
        said.append(("note", " VIP"))
    if row.has_draft:
        said.append(("good", " draft"))
    if row.message_count > 1:
        said.append(("dim", f" {row.message_count}x" if row.message_count < 1000 else " 999x"))
    return (*said, ("", " "))


def second_line(row: QueueRow, width: int) -> tuple[Part, ...]:
    """Subject, or what was said where there is none, and the owner."""
    owner = cut(one_line(row.owner or ""), 10) or "-"
    said = one_line(row.subject) or one_line(row.preview) or "(no subject)"
    style = "strong" if row.unread else "dim"
    left = [("", " " * (INDENT - 1)), (style, said)]
    if row.subject and width > 60:
        left.append(("faint", f"  {one_line(row.preview)}"))
    return spread(left, (("faint", f" {owner} "),), width)
