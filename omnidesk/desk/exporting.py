"""Everything the desk knows, to take elsewhere: customers and conversations with messages and events, one by one."""

from __future__ import annotations

from collections.abc import Iterator

from omnidesk.desk import customers
from omnidesk.store import thread
from omnidesk.store.workspace import Workspace
from omnidesk.words.rows import Conversation, Customer, Event, Message

AT_A_TIME = 200


def all_customers(workspace: Workspace) -> Iterator[Customer]:
    """Return every customer, in the order they came."""
    last = 0
    while some := customers.page(workspace, AT_A_TIME, last):
        yield from some
        last = some[-1].id


def all_conversations(workspace: Workspace) -> Iterator[tuple[Conversation, list[Message], list[Event]]]:
    """Return every conversation that is not deleted, with all its messages and events, by number."""
    reader = workspace.database.reader
    last = 0
    while True:
        rows = reader.all(
            "SELECT id FROM conversation WHERE id > ? AND place IN ('desk', 'spam') ORDER BY id LIMIT ?",
            (last, AT_A_TIME),
        )
        if not rows:
            return
        for conversation in thread.conversations(reader, [row[0] for row in rows]):
            events = thread.events(reader, conversation.id, limit=100_000)
            yield conversation, list(all_messages(workspace, conversation.id)), events
        last = rows[-1][0]


def all_messages(workspace: Workspace, number: int) -> Iterator[Message]:
    """Return every message of a conversation, oldest first."""
    key = (-(2**62), 0)
    while some := thread.messages(workspace.database.reader, number, AT_A_TIME, after=key):
        yield from some
        key = (some[-1].at, some[-1].id)
