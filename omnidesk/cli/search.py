"""omnidesk search: all messages, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import refuse_options
from omnidesk.cli.printing import Piece, Printer, bold, dim, when
from omnidesk.cli.session import Session, command
from omnidesk.words.rows import SearchHit

app = typer.Typer()


@command(app, "search", context_settings={"ignore_unknown_options": True})
def search(
    session: Session,
    query: Annotated[
        list[str],
        typer.Argument(
            metavar="QUERY",
            help='Words, par*, "a phrase", -not, from: channel: status: owner: tag: before: after: '
            "has:attachment is:unread.",
        ),
    ],
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """Search all messages, newest first."""
    from omnidesk.desk import searching, threads

    refuse_options(query)
    hits, following = searching.search(session.workspace, " ".join(query), session.reader, limit, after)
    items = [shapes.search_item(hit, threads.message(session.workspace, hit.message_id)) for hit in hits]

    def people(printer: Printer) -> None:
        for hit in hits:
            printer.say(bold(f"#{hit.conversation.id}"), f"  {when(hit.at)}  {hit.sender}  ", hit.conversation.subject)
            printer.say("    ", *_marked(hit))
        if not hits:
            printer.say(dim("nothing found"))
        if following:
            printer.say(dim(f"more: add --after {following}"))

    session.show(paging.listed(items, following), people)


def _marked(hit: SearchHit) -> list[Piece]:
    snippet, marks = shapes.unmarked(hit.snippet)
    pieces: list[Piece] = []
    at = 0
    for begin, end in marks:
        pieces += [snippet[at:begin], bold(snippet[begin:end])]
        at = end
    return [*pieces, snippet[at:]]
