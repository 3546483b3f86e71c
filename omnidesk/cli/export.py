"""omnidesk export: everything the desk knows, as JSON lines, to take elsewhere."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnidesk.cli import shapes
from omnidesk.cli.printing import guard_document
from omnidesk.cli.session import Session, command
from omnidesk.words.errors import OmniDeskError

if TYPE_CHECKING:
    from omnidesk.desk.workspace import Workspace

app = typer.Typer()


@command(app, "export")
def export(
    session: Session,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where to; - is standard output.")] = "-",
) -> None:
    """Write customers and conversations with messages and events, one JSON object a line."""
    counts = {"customers": 0, "conversations": 0, "messages": 0}
    if out == "-":
        _write(session.workspace, counts, sys.stdout.write)
        return
    path = Path(out).expanduser()
    if path.is_dir():
        raise OmniDeskError(f"{path} is a folder: name a file in it")
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    workspace = session.workspace
    try:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                _write(workspace, counts, file.write)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OmniDeskError(f"{path} cannot be written: {error.strerror}") from error
    said = ", ".join(f"{count} {what}" for what, count in counts.items())
    session.show({"path": str(path), **counts}, lambda printer: printer.say(f"wrote {said} to {path}"))


def _write(workspace: Workspace, counts: dict[str, int], write: Callable[[str], object]) -> None:
    for row in _rows(workspace, counts):
        write(json.dumps(guard_document(row), ensure_ascii=False) + "\n")


def _rows(workspace: Workspace, counts: dict[str, int]) -> Iterator[dict[str, Any]]:
    from omnidesk.desk import exporting

    for customer in exporting.all_customers(workspace):
        counts["customers"] += 1
        yield {"type": "customer", **shapes.customer(customer)}
    for conversation, messages, events in exporting.all_conversations(workspace):
        counts["conversations"] += 1
        counts["messages"] += len(messages)
        yield {
            "type": "conversation",
            **shapes.conversation(conversation),
            "messages": [shapes.message(message) for message in messages],
            "events": [shapes.event(event) for event in events],
        }
