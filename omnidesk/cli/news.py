"""omnidesk news: what happened for the agent at the keyboard, and what is so now."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from omnidesk.cli import paging
from omnidesk.cli.printing import Piece, Printer, alarm, bold, dim, when
from omnidesk.cli.session import Session, command
from omnidesk.clock import to_rfc3339
from omnidesk.words.rows import News

app = typer.Typer()


@command(app, "news")
def news(
    session: Session,
    every: Annotated[bool, typer.Option("--all", help="Also what was seen already.")] = False,
    seen: Annotated[bool, typer.Option("--seen", help="Mark what is listed as seen.")] = False,
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """List what happened for you: mentions, answers, work given to you, sends that did not go. Newest first."""
    from omnidesk.desk import notifications

    me, workspace = session.actor.agent_id, session.workspace
    found = notifications.page(workspace, me, limit + 1, paging.number(after, "the news"), seen=every)
    rows = found[:limit]
    following = str(rows[-1].id) if len(found) > limit else None
    now = notifications.standing(workspace, me)
    if seen:
        notifications.see(workspace, me, [row.id for row in rows])

    def people(printer: Printer) -> None:
        for one in now:
            printer.say(alarm(f"now  {notifications.said(one)}"))
        lines: list[list[Piece]] = [
            [bold("new") if row.seen_at is None else "", when(row.at), notifications.said(row)] for row in rows
        ]
        if lines:
            printer.table(("", "At", "What"), lines)
        elif not now:
            printer.say(dim("nothing new happened for you"))
        if following:
            printer.say(dim(f"more: add --after {following}"))

    unseen = notifications.unseen(workspace, me)
    document = paging.listed([_shape(row) for row in rows], following)
    session.show(document | {"now": [_shape(one) for one in now], "unseen": unseen}, people)


def _shape(row: News) -> dict[str, Any]:
    from omnidesk.desk import notifications

    return {
        "id": row.id or None,
        "kind": str(row.kind),
        "conversation_id": row.conversation_id,
        "message_id": row.message_id,
        "subject": row.subject,
        "customer": row.customer or None,
        "by": row.by or None,
        "said": notifications.said(row),
        "at": to_rfc3339(row.at),
        "seen_at": to_rfc3339(row.seen_at),
    }
