"""omnidesk decode: what a raw payload of a channel becomes, so that anyone can see it without a provider."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.printing import Printer, bold, dim, size, when
from omnidesk.cli.session import Session, command
from omnidesk.clock import to_rfc3339
from omnidesk.words.errors import NotFoundError, OmniDeskError
from omnidesk.words.orders import Order

if TYPE_CHECKING:
    from omnidesk.desk.parsing import Payload, Read

app = typer.Typer()


@command(app, "decode")
def decode(
    session: Session,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="email, or another that `channel kinds` lists.")],
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A webhook body, an item of a poll, a mail; - is standard input.")
    ],
) -> None:
    """Show what a raw payload of a kind of channel becomes; nothing is stored, and no workspace is needed."""
    from omnidesk.desk import parsing

    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {file}") from error
    except (OSError, ValueError) as error:
        raise OmniDeskError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    found = parsing.decode(kind, raw)
    session.show(document(found), lambda printer: _show(printer, found))


def document(found: Payload) -> shapes.Document:
    """Return a decoded payload as what --json prints: a list of messages, and news about ours beside it."""
    items = [message(one) for one in found.messages]
    return paging.listed(items, None) | {"deliveries": _deliveries(found.deliveries)}


def message(read: Read) -> shapes.Document:
    """Return one message that is not stored: the shape of a message, null for what only storing gives."""
    document = shapes.unstored(read.message)
    call = read.call
    return document | {
        "thread": read.thread,
        "in_reply_to": list(read.in_reply_to),
        "references": list(read.references),
        "edits": read.edits or None,
        "call": None
        if call is None
        else {
            "state": call.state,
            "began_at": to_rfc3339(call.began_at),
            "answered_at": to_rfc3339(call.answered_at),
            "ended_at": to_rfc3339(call.ended_at),
            "outcome": call.outcome,
            "taken_by": call.taken_by,
        },
        "consents": [{"given": one.given, "purpose": one.purpose, "source": one.source} for one in read.consents],
        "deliveries": _deliveries(read.deliveries),
        **({} if read.order is None else {"order": shapes.told(read.order)}),
    }


def _deliveries(found: Iterable[object]) -> list[shapes.Document]:
    names = ("status", "external_id", "key", "recipient", "detail", "permanent", "code", "reply")
    return [{name: getattr(one, name) for name in names} for one in found]


def _order(printer: Printer, order: Order) -> None:
    stands = ", ".join(part for part in (order.payment, order.delivery, order.status) if part)
    printer.say(f"  order: {order.number}  {order.currency} {order.total}  {stands}  changed {when(order.updated_at)}")
    for line in order.lines:
        printer.say(f"    {line.quantity} x {line.name}  {line.total}")


def _show(printer: Printer, found: Payload) -> None:
    for read in found.messages:
        one = read.message
        who = f"{one.sender.name} <{one.sender.address}>" if one.sender.name else one.sender.address or "nobody named"
        printer.say(bold(f"{one.kind}: {'we said' if one.direction == 'outbound' else who}"))
        facts = {
            "to": ", ".join(each.address for each in one.to),
            "subject": one.subject,
            "thread": read.thread,
            "message id": one.external_id or "",
            "replaces the text of": read.edits,
            "at": when(one.at),
            "call": "" if read.call is None else f"{read.call.state} {read.call.outcome}".strip(),
            "consent": ", ".join(f"{'gives' if each.given else 'takes back'} {each.purpose}" for each in read.consents),
        }
        for label, words in facts.items():
            if words:
                printer.say(f"  {label}: {words}")
        if read.order is not None:
            _order(printer, read.order)
        printer.block(one.text, "    ")
        for file in one.attachments:
            printer.say(f"  [file] {file.name}  {file.content_type}  {size(file.size)}")
    news = [*found.deliveries, *(each for read in found.messages for each in read.deliveries)]
    for delivery in news:
        printer.say(
            f"{delivery.status}: {delivery.external_id or delivery.key or delivery.recipient}  {delivery.detail}"
        )
    if not found.messages:
        printer.say(dim("no message"))
