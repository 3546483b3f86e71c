"""What the desk knows, to take elsewhere: customers, orders, conversations with messages and events, one by one; and
what was said as mails, which every mail program reads."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from itertools import islice

from omnidesk.desk import customer_notes, customers, mbox, orders, threads
from omnidesk.store import thread
from omnidesk.store.workspace import Workspace
from omnidesk.text.address import valid_email
from omnidesk.text.clean import clean, one_line
from omnidesk.words.errors import NotFoundError, TryLaterError
from omnidesk.words.kinds import Direction, MessageStatus
from omnidesk.words.orders import ShopOrder
from omnidesk.words.portrait import CustomerNote
from omnidesk.words.rows import Address, Conversation, Customer, Event, Message

AT_A_TIME = 200
_NEVER_SENT = (MessageStatus.DRAFT, MessageStatus.QUEUED, MessageStatus.FAILED, MessageStatus.CANCELLED)
_POLICY = SMTP.clone(cte_type="8bit", max_line_length=200)
_QUOTED = {ord('"'): "'", ord("\\"): "/", ord("<"): "(", ord(">"): ")"}
"""What must not stand in a quoted word of a mail's field."""


def all_customers(workspace: Workspace) -> Iterator[Customer]:
    """Return every customer, in the order they came."""
    last = 0
    while some := customers.page(workspace, AT_A_TIME, last):
        yield from some
        last = some[-1].id


def notes_about(workspace: Workspace, customer: int) -> Iterator[CustomerNote]:
    """Return every note about a customer, the newest first."""
    before: tuple[int, int] | None = None
    while True:
        some, before = customer_notes.page(workspace, customer, AT_A_TIME, before)
        yield from some
        if before is None:
            return


def all_conversations(
    workspace: Workspace, numbers: Iterable[int] | None = None
) -> Iterator[tuple[Conversation, list[Message], list[Event]]]:
    """Return every conversation that is not deleted, or these, with all its messages and events, by number.

    Raises NotFoundError for a number that is none."""
    reader = workspace.database.reader
    wanted = _numbers(workspace) if numbers is None else iter([threads.current(workspace, one) for one in numbers])
    while some := list(islice(wanted, AT_A_TIME)):
        for conversation in thread.conversations(reader, some):
            events = thread.events(reader, conversation.id, limit=100_000)
            yield conversation, list(all_messages(workspace, conversation.id)), events


def mails(workspace: Workspace, numbers: Iterable[int] | None = None) -> Iterator[bytes]:
    """Return what customers and agents said to each other as the entries of an mbox, conversation by conversation.

    Mail comes as it came or went; what was said by other channels is put into mails. Notes, events and what was never
    sent stay out. Raises NotFoundError for a number that is none."""
    wanted = _numbers(workspace) if numbers is None else [threads.current(workspace, number) for number in numbers]
    for number in wanted:
        for message in all_messages(workspace, number):
            if message.direction is not Direction.INTERNAL and message.status not in _NEVER_SENT:
                yield mbox.written(_as_mail(workspace, message), message.sender.address, message.at)


def _numbers(workspace: Workspace) -> Iterator[int]:
    last = 0
    while rows := workspace.database.reader.all(
        "SELECT id FROM conversation WHERE id > ? AND place IN ('desk', 'spam') ORDER BY id LIMIT ?", (last, AT_A_TIME)
    ):
        yield from (row[0] for row in rows)
        last = rows[-1][0]


def _as_mail(workspace: Workspace, message: Message) -> bytes:
    if message.kind == "email":
        with contextlib.suppress(NotFoundError):  # it was cleaned up: then as it is known
            return threads.raw(workspace, message.id)
    made = EmailMessage(policy=_POLICY)
    made["From"] = _written(message.sender)
    for name, some in (("To", message.to), ("Cc", message.cc)):
        if some:
            made[name] = ", ".join(map(_written, some))
    made["Date"] = datetime.fromtimestamp(message.at / 1000, UTC)
    made["Subject"] = one_line(message.subject, 500)
    made["Message-ID"] = f"<omni.{message.id}@omnidesk.invalid>"
    made["References"] = f"<omni.conversation.{message.conversation_id}@omnidesk.invalid>"
    made["X-OmniDesk-Channel"] = one_line(f"{message.channel} ({message.kind})", 200)
    made.set_content(clean(message.text), cte="quoted-printable")
    for file in message.attachments:
        name = one_line(file.name, 200)
        kind, _slash, more = file.content_type.partition("/")
        try:
            _, data = threads.attachment_bytes(workspace, file.id)
        except (NotFoundError, TryLaterError) as error:  # a provider still keeps it: the rest is worth having
            name, kind, more, data = f"{name}.txt", "text", "plain", clean(str(error)).encode()
        made.add_attachment(data, kind or "application", more or "octet-stream", filename=name)
    return made.as_bytes()


def _written(one: Address) -> str:
    """Return somebody as mails write them; what is no mail address stands before `@omnidesk.invalid`."""
    where = one.address if valid_email(one.address) else f"{one_line(one.address, 60) or 'unknown'}@omnidesk.invalid"
    name, _at, domain = where.rpartition("@")
    quoted = where if re.fullmatch(r"[\w.+-]+", name, re.ASCII) else f'"{name.translate(_QUOTED)}"@{domain}'
    return f'"{one_line(one.name, 100).translate(_QUOTED)}" <{quoted}>' if one.name else quoted


def all_orders(workspace: Workspace) -> Iterator[ShopOrder]:
    """Return every order, the newest first."""
    before: tuple[int, int] | None = None
    while some := orders.page(workspace, AT_A_TIME, before):
        yield from some
        before = (some[-1].order.at, some[-1].id)


def all_messages(workspace: Workspace, number: int) -> Iterator[Message]:
    """Return every message of a conversation, oldest first."""
    key = (-(2**62), 0)
    while some := thread.messages(workspace.database.reader, number, AT_A_TIME, after=key):
        yield from some
        key = (some[-1].at, some[-1].id)
