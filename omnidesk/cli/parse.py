"""omnidesk parse: a mail as intake would store it, so that anyone can see why it looks as it does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omnidesk.cli import shapes
from omnidesk.cli.printing import Printer, bold, complain, dim, size, when
from omnidesk.cli.session import Session, command
from omnidesk.words.errors import UsageError
from omnidesk.words.rows import Address

if TYPE_CHECKING:
    from omnidesk.desk.parsing import Parsed

app = typer.Typer()


@command(app, "parse")
def parse(
    session: Session,
    files: Annotated[list[str], typer.Argument(metavar="FILE..", help="Mails, one a file; - is standard input.")],
    text: Annotated[bool, typer.Option("--text", help="The files are bare plain-text bodies.")] = False,
    html: Annotated[bool, typer.Option("--html", help="The files are bare HTML bodies.")] = False,
) -> None:
    """Show mails as intake would store them; nothing is stored, and no workspace is needed."""
    from omnidesk.desk import parsing

    if text and html:
        raise UsageError("give --text or --html, not both")
    sort = parsing.Sort.TEXT if text else parsing.Sort.HTML if html else parsing.Sort.MAIL
    for name in files:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except (OSError, ValueError) as error:
            complain(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}")
            session.status = session.status or (3 if isinstance(error, FileNotFoundError) else 1)
            continue
        found = parsing.parse(raw, sort)
        if session.json:
            session.printer.document(document(found))
        else:
            _show(session.printer, name, found)


def document(found: Parsed) -> shapes.Document:
    """Return a parsed message as what --json prints."""
    inner = found.forwarded
    return shapes.unstored(found.message) | {
        "html": found.html,
        "quoted_text": found.quoted_text,
        "signature": found.signature,
        "forwarded": None
        if inner is None
        else {"from": shapes.address(inner.sender), "subject": inner.subject, "text": inner.text},
        "bounce": None
        if found.failures is None
        else {
            "recipients": [
                {
                    "address": one.address,
                    "status": one.status,
                    "code": one.code,
                    "action": one.action,
                    "reason": one.reason,
                    "hard": one.hard,
                }
                for one in found.failures
            ]
        },
        "no_auto_answer": found.no_auto_answer,
        "in_reply_to": list(found.in_reply_to),
        "references": list(found.references),
        "defects": list(found.defects),
    }


def _show(printer: Printer, name: str, found: Parsed) -> None:
    message = found.message
    printer.say(bold(name))
    lists = (("from", (message.sender,)), ("reply to", message.reply_to), ("to", message.to), ("cc", message.cc))
    for label, people in lists:
        if said := ", ".join(_person(one) for one in people):
            printer.say(f"  {label}: {said}")
    printer.say(f"  subject: {message.subject}")
    printer.say(f"  date: {when(message.sent_at)}  received: {when(message.received_at)}")
    printer.say(f"  message id: {message.external_id or '-'}")
    for label, words in _remarks(found):
        printer.say(f"  {label}: {words}")
    for heading, text in (
        ("new", message.reply_text), ("quoted", found.quoted_text), ("signature", found.signature),
    ):  # fmt: skip
        if text:
            printer.say(dim(f"  -- {heading}"))
            printer.block(text, "    ")
    for file in message.attachments:
        where = "  shown within the text" if file.inline else ""
        printer.say(f"  [file] {file.name}  {file.content_type}  {size(file.size)}{where}")
    printer.say()


def _remarks(found: Parsed) -> list[tuple[str, str]]:
    message, inner = found.message, found.forwarded
    said = [
        ("automatic", str(message.auto or "")),
        ("list", message.list_id or ""),
        ("never answered by a machine", "yes" if found.no_auto_answer else ""),
        ("in reply to", " ".join(found.in_reply_to)),
        ("passes on", "" if inner is None else f"{inner.subject}, by {_person(inner.sender)}"),
        ("defects", ", ".join(found.defects)),
    ]
    said += [("came back", f"{one.address} {one.action} {one.status} {one.reason}") for one in found.failures or ()]
    return [pair for pair in said if pair[1]]


def _person(one: Address) -> str:
    return f"{one.name} <{one.address}>" if one.name else one.address
