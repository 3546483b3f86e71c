"""omnidesk bulk: one answer to many, each personalised, once per customer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from omnidesk import clock
from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import Settable, act_number, conversation_number, spoken
from omnidesk.cli.printing import Printer, bold, dim, when
from omnidesk.cli.session import Session, command, group
from omnidesk.desk import bulk
from omnidesk.text.clean import one_line
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Status

app = group("One answer to many: each personalised, once per customer, paced.")


@command(app, "send")
def send(
    session: Session,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="ID..", parser=conversation_number, help="Their numbers.")
    ] = None,
    view: Annotated[str | None, typer.Option("--view", metavar="V", help="All of a view.")] = None,
    search: Annotated[str | None, typer.Option("--search", metavar="Q", help="All that a search finds.")] = None,
    macro: Annotated[str | None, typer.Option("--macro", metavar="NAME", help="The macro to send.")] = None,
    text: Annotated[
        str | None, typer.Option("--text", metavar="T", help="What to say, with placeholders; - reads it.")
    ] = None,
    attach: Annotated[
        list[Path] | None, typer.Option("--attach", metavar="FILE", help="File that goes with it; may be repeated.")
    ] = None,
    via: Annotated[str | None, typer.Option("--via", metavar="CHANNEL", help="The channel for all of them.")] = None,
    status: Annotated[Settable | None, typer.Option("--status", help="Their status afterwards.")] = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="K", help="Your name for this: the same key never goes twice.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would get it, and who cannot.")] = False,
) -> None:
    """Answer many at once; the first leaves after 60 seconds, and `omnidesk bulk stop` stops the rest."""
    from omnidesk.desk import macros, views

    workspace, actor = session.workspace, session.actor
    if sum(bool(one) for one in (numbers, view, search)) != 1:
        raise UsageError("say to whom: conversation numbers, --view V or --search Q")
    if view or search:
        asked = view or f"/{search}"
        ids = views.ids(workspace, asked, session.reader, bulk.MOST + 1)
        if not ids:
            raise UsageError(f"there is nothing in {asked}")
    else:
        ids = list(numbers or ())
    chosen = None if macro is None else macros.get(workspace, actor, macro)
    prepared = bulk.prepare(workspace, actor, ids, "" if text is None else spoken(text), chosen, via, attach or ())
    document: dict[str, Any] = {"act": None, **_prepared(prepared)}
    if dry_run:
        session.show(document, lambda printer: _say(printer, prepared))
        return
    sent = bulk.send(workspace, actor, prepared, None if status is None else Status(status), key)
    document |= {
        "act": shapes.act(sent.act),
        "messages": list(sent.messages),
        "refused": [_refused(one) for one in sent.refused],
        "first_at": clock.to_rfc3339(sent.first_at),
        "last_at": clock.to_rfc3339(sent.last_at),
    }

    def people(printer: Printer) -> None:
        printer.say(
            f"{sent.act.summary}: from {when(sent.first_at)[11:]} on (omnidesk undo {sent.act.id} takes it back)"
        )
        for one in sent.refused:
            printer.say(f"not #{one.conversation_id} {one_line(one.customer, 40)}: {one.reason}")

    session.show(document, people)


def _prepared(prepared: bulk.Prepared) -> dict[str, Any]:
    return {
        "recipients": [
            {
                "conversation_id": one.conversation_id,
                "customer": one.customer,
                "channel": one.channel.name,
                "to": [shapes.address(address) for address in one.to],
                "language": one.language,
                "text": one.text,
            }
            for one in prepared.recipients
        ],
        "refused": [_refused(one) for one in prepared.refused],
        "seconds": prepared.seconds,
    }


def _refused(one: bulk.Refused) -> dict[str, Any]:
    return {"conversation_id": one.conversation_id, "customer": one.customer, "reason": one.reason}


def _say(printer: Printer, prepared: bulk.Prepared) -> None:
    printer.say(bold(f"{len(prepared.recipients)} would get it, {len(prepared.refused)} would not"))
    rows = [
        (f"#{one.conversation_id}", one.customer, one.channel.name, one.language or "-", one_line(one.text, 80))
        for one in prepared.recipients
    ]
    if rows:
        printer.table(("", "Customer", "By", "In", "Says"), rows)
    for one in prepared.refused:
        printer.say(f"not #{one.conversation_id} {one_line(one.customer, 40)}: {one.reason}")


@command(app, "list")
def list_running(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="How many at most.")] = 20,
) -> None:
    """List answers to many and how far they came, newest first."""
    found = bulk.running(session.workspace, limit)
    items = [
        {"act": shapes.act(one.act), "queued": one.queued, "sent": one.sent, "failed": one.failed,
         "cancelled": one.cancelled}
        for one in found
    ]  # fmt: skip
    lines = [
        (str(one.act.id), when(one.act.at), one.act.actor, str(one.queued), str(one.sent), str(one.failed),
         str(one.cancelled), one.act.summary)
        for one in found
    ]  # fmt: skip
    session.show(
        paging.listed(items, None),
        lambda printer: (
            printer.table(("Act", "When", "Who", "Queued", "Sent", "Failed", "Stopped", ""), lines)
            if lines
            else printer.say(dim("nothing was sent to many yet"))
        ),
    )


@command(app, "stop")
def stop(
    session: Session,
    act: Annotated[
        int | None, typer.Argument(metavar="ACT", parser=act_number, help="Which; else your newest under way.")
    ] = None,
) -> None:
    """Stop what has not left yet; those conversations are as they were before."""
    from omnidesk.desk import undo

    number = act if act is not None else bulk.last_running(session.workspace, session.actor).id
    done = undo.undo(session.workspace, session.actor, number)
    more = {"undone": shapes.act(done.undone), "restored": list(done.restored), "left": list(done.left)}
    words = "; ".join([*done.restored[:1], *done.left])
    session.changed(done.act, more, words)
