"""Forwarded mail: who wrote what is passed on, and making them the conversation's customer."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Item, Party
from omnidesk.desk import conversations, identity, threads
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store import thread
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text import forward
from omnidesk.text.address import normalise_identity, parse_addresses, valid_email
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import Direction
from omnidesk.words.rows import Actor, Address, Message
from omnidesk.words.speech import _

LATEST = 50
"""Messages of a conversation that are looked at for a forward."""


def author(workspace: Workspace, message: Message) -> Address | None:
    """Return who wrote the mail that a message passes on, within its text or as its one attached mail.

    None where it passes nothing on, or its author has no address, is the sender or one of us."""
    if message.direction is not Direction.INBOUND or message.auto is not None or not _may_pass_on(message):
        return None
    found = _author_in_text(message) or _author_of_attached(workspace, message)
    if found is None or not valid_email(found.address):
        return None
    value = normalise_identity("email", found.address)
    sender = normalise_identity("email", message.sender.address)
    return None if value == sender or value in identity.own_addresses(workspace.database.reader) else found


def _may_pass_on(message: Message) -> bool:
    return forward.is_forward(message.subject) or any(
        file.content_type == "message/rfc822" for file in message.attachments
    )


def _author_in_text(message: Message) -> Address | None:
    found = forward.forwarded(message.text, message.subject)
    people = parse_addresses(found.writer) if found is not None else []
    return Address(one_line(people[0][0], 200), one_line(people[0][1], 320)) if people else None


def _author_of_attached(workspace: Workspace, message: Message) -> Address | None:
    mails = [file for file in message.attachments if file.content_type == "message/rfc822"]
    if len(mails) != 1 or not (forward.is_forward(message.subject) or not message.text.strip()):
        return None
    if mails[0].coming or mails[0].missing:
        return None
    _file, data = threads.attachment_bytes(workspace, mails[0].id)
    sender = registry.connector("email").decode(Item("file", data, clock.now()))[0].sender
    return None if sender is None else Address(one_line(sender.name, 200), one_line(sender.value, 320))


def is_customer(reader: Connection, number: int, address: str) -> bool:
    """Say whether the customer of a conversation uses an address."""
    return bool(
        reader.value(
            "SELECT 1 FROM identity i JOIN conversation c ON c.customer_id = i.customer_id "
            "WHERE c.id = ? AND i.kind = 'email' AND i.value = ?",
            (number, normalise_identity("email", address)),
        )
    )


def take_author(
    workspace: Workspace, actor: Actor, number: int, message_id: int | None = None
) -> tuple[rows.Act, Address]:
    """Make the author of a forwarded mail the customer of its conversation; without a message of the newest one.

    One undoable act. Raises NotFoundError; RefusedError where nothing is passed on or they are the customer already."""
    here = threads.current(workspace, number)
    if message_id is not None:
        looked_at = [threads.message(workspace, message_id)]
        if looked_at[0].conversation_id != here:
            raise NotFoundError(_("message {message} is not in #{number}").format(message=message_id, number=here))
    else:
        looked_at = thread.messages(workspace.database.reader, here, LATEST)[::-1]
    found = next((one for message in looked_at if (one := author(workspace, message)) is not None), None)
    if found is None:
        raise RefusedError(_("no mail is passed on here whose author has an address"))
    if is_customer(workspace.database.reader, here, found.address):
        raise RefusedError(_("{address} is the customer already").format(address=found.address))

    def work(act: Act) -> None:
        known = identity.known(act, Party("email", found.address, found.name))
        act.change("customer", here, customer_id=known.customer_id)
        act.tx.execute(
            conversations.TAKES_PART,
            (here, known.id),
        )
        act.summary = f"#{here} is of {found.name or found.address} now"

    return perform_undoable(workspace, actor, "customer", work)[0], found
