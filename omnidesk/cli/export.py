"""omnidesk export: everything the desk knows as JSON lines, or what was said as mails, to take elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnidesk.cli import customer_shapes, shapes
from omnidesk.cli.arguments import conversation_number
from omnidesk.cli.printing import guard_document
from omnidesk.cli.session import Session, command
from omnidesk.words.errors import OmniDeskError

if TYPE_CHECKING:
    from omnidesk.desk.workspace import Workspace

app = typer.Typer()


class Form(StrEnum):
    """What an export is written as."""

    JSON = "json"
    MBOX = "mbox"


@command(app, "export")
def export(
    session: Session,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="ID..", parser=conversation_number, help="Only these conversations.")
    ] = None,
    form: Annotated[Form, typer.Option("--as", help="JSON lines with everything, or mails in one file.")] = Form.JSON,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where to; - is standard output.")] = "-",
) -> None:
    """Write customers, orders and conversations with all said and done, as JSON lines; or what was said, as mails."""
    counts: dict[str, int] = {}
    write = _mails if form is Form.MBOX else _json
    lines = write(session.workspace, numbers, counts)
    if out == "-":
        for line in lines:
            sys.stdout.buffer.write(line)
        return
    path = Path(out).expanduser()
    if path.is_dir():
        raise OmniDeskError(f"{path} is a folder: name a file in it")
    from omnidesk.desk import files

    files.write_whole(path, lines)
    said = ", ".join(f"{count} {what}" for what, count in counts.items())
    session.show({"path": str(path), **counts}, lambda printer: printer.say(f"wrote {said} to {path}"))


def _mails(workspace: Workspace, numbers: list[int] | None, counts: dict[str, int]) -> Iterator[bytes]:
    from omnidesk.desk import exporting

    counts["messages"] = 0
    for mail in exporting.mails(workspace, numbers):
        counts["messages"] += 1
        yield mail


def _json(workspace: Workspace, numbers: list[int] | None, counts: dict[str, int]) -> Iterator[bytes]:
    for row in _rows(workspace, numbers, counts):
        yield (json.dumps(guard_document(row), ensure_ascii=False) + "\n").encode()


def _rows(workspace: Workspace, numbers: list[int] | None, counts: dict[str, int]) -> Iterator[dict[str, Any]]:
    from omnidesk.desk import exporting

    counts.update(customers=0, conversations=0, messages=0)
    for customer in exporting.all_customers(workspace) if numbers is None else ():
        counts["customers"] += 1
        notes = [customer_shapes.customer_note(one) for one in exporting.notes_about(workspace, customer.id)]
        yield {"type": "customer", **shapes.customer(customer), "notes": notes}
    for order in exporting.all_orders(workspace) if numbers is None else ():
        counts["orders"] = counts.get("orders", 0) + 1
        yield {"type": "order", **shapes.order(order)}
    for conversation, messages, events in exporting.all_conversations(workspace, numbers):
        counts["conversations"] += 1
        counts["messages"] += len(messages)
        yield {
            "type": "conversation",
            **shapes.conversation(conversation),
            "messages": [shapes.message(message) for message in messages],
            "events": [shapes.event(event) for event in events],
        }
