"""omnidesk queue: the one list of conversations, through a view."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from omnidesk import clock
from omnidesk.cli import paging, shapes
from omnidesk.cli.printing import Piece, Printer, alarm, bold, dim, when
from omnidesk.cli.session import Session, command
from omnidesk.words.rows import QueueRow

if TYPE_CHECKING:
    from omnidesk.desk.views import View

app = typer.Typer()


@command(app, "queue")
def queue(
    session: Session,
    view: Annotated[
        str,
        typer.Option(
            "--view",
            metavar="NAME",
            help="mine, unassigned, open, pending, on-hold, snoozed, undelivered, spam, deleted, closed, all, or a "
            "saved view; a search behind a slash: '/status:open tag:vip'.",
        ),
    ] = "open",
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """List the conversations of a view in its order, usually those due first at the top."""
    from omnidesk.desk import threads, views

    shown = views.resolve(session.workspace, view, session.reader)
    found = views.page(session.workspace, shown, session.reader, limit + 1, _key(shown, after))
    rows = found[:limit]
    following = _token(shown, rows[-1].key) if len(found) > limit else None
    known = {one.id: one for one in threads.conversations(session.workspace, [row.id for row in rows])}
    items = [
        shapes.conversation(known[row.id]) | {"undelivered": row.undelivered, "has_draft": row.has_draft}
        for row in rows
        if row.id in known
    ]

    def people(printer: Printer) -> None:
        if rows:
            printer.table(("", "Due", "Status", "Owner", "Customer", "Subject"), [_line(row) for row in rows])
        else:
            printer.say(dim(f"nothing in {view}"))
        if following:
            printer.say(dim(f"more: omnidesk queue --view {shlex.quote(view)} --after {shlex.quote(following)}"))

    session.show(paging.listed(items, following), people)


def _token(view: View, key: tuple[int, ...]) -> str:
    """Return the place behind a row: the view, its order, the row's key."""
    return ".".join([view.name, view.sort, *map(str, key)])


def _key(view: View, token: str | None) -> tuple[int, ...] | None:
    if token is None:
        return None
    of_view, *numbers = token.rsplit(".", view.key_size)
    fits = of_view == f"{view.name}.{view.sort}"
    return paging.numbers(".".join(numbers) if fits else "", view.key_size, f"the view {view.name}")


def _who(row: QueueRow) -> Piece:
    return alarm(f"{row.customer or '-'} PUBLIC") if row.public else row.customer or "-"


def _line(row: QueueRow) -> list[Piece]:
    due = row.next_due_at
    late = due is not None and due < clock.now()
    marks = "".join(("*" if row.unread else " ", "!" if late else " "))
    return [
        alarm(f"{marks}#{row.id}") if late else bold(f"{marks}#{row.id}") if row.unread else f"{marks}#{row.id}",
        when(due),
        str(row.status) if row.priority == "normal" else f"{row.status} {row.priority}",
        row.owner or (f"({row.absent_owner})" if row.absent_owner else "-"),
        alarm(f"{row.customer or '-'} NOT PROVEN") if row.unproven else _who(row),
        row.subject or row.preview,
    ]
