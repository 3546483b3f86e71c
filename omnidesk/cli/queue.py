"""omnidesk queue: the one list of conversations, through a view."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk import clock
from omnidesk.cli import paging, shapes
from omnidesk.cli.printing import Piece, Printer, alarm, bold, dim, when
from omnidesk.cli.session import Session, command
from omnidesk.words.rows import QueueRow

app = typer.Typer()


@command(app, "queue")
def queue(
    session: Session,
    view: Annotated[
        str,
        typer.Option(
            "--view",
            metavar="NAME",
            help="mine, unassigned, open, pending, on-hold, snoozed, undelivered, spam, deleted, closed or all.",
        ),
    ] = "open",
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """List the conversations of a view, those due first at the top."""
    from omnidesk.desk import threads, views

    key = _key(view, after)
    found = views.page(session.workspace, view, session.reader, limit + 1, key)
    rows = found[:limit]
    following = _token(view, rows[-1].key) if len(found) > limit else None
    shown = {one.id: one for one in threads.conversations(session.workspace, [row.id for row in rows])}
    items = [
        shapes.conversation(shown[row.id]) | {"undelivered": row.undelivered, "has_draft": row.has_draft}
        for row in rows
        if row.id in shown
    ]

    def people(printer: Printer) -> None:
        if rows:
            printer.table(("", "Due", "Status", "Owner", "Customer", "Subject"), [_line(row) for row in rows])
        else:
            printer.say(dim(f"nothing in {view}"))
        if following:
            printer.say(dim(f"more: omnidesk queue --view {view} --after {following}"))

    session.show(paging.listed(items, following), people)


def _token(view: str, key: tuple[int, ...]) -> str:
    return ".".join([view, *map(str, key)])


def _key(view: str, token: str | None) -> tuple[int, ...] | None:
    if token is None:
        return None
    of_view, _, numbers = token.partition(".")
    count = numbers.count(".") + 1
    return paging.numbers(numbers if of_view == view and count in (2, 3) else "", count, f"the view {view}")


def _line(row: QueueRow) -> list[Piece]:
    due = row.next_due_at
    late = due is not None and due < clock.now()
    marks = "".join(("*" if row.unread else " ", "!" if late else " "))
    return [
        alarm(f"{marks}#{row.id}") if late else bold(f"{marks}#{row.id}") if row.unread else f"{marks}#{row.id}",
        when(due),
        str(row.status) if row.priority == "normal" else f"{row.status} {row.priority}",
        row.owner or "-",
        row.customer or "-",
        row.subject or row.preview,
    ]
