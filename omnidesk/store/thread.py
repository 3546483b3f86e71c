"""Reads that paint a thread: a conversation, its messages and its events."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from omnidesk.store.database import Connection
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import Auth, AuthorKind, Auto, Direction, DueReason, MessageStatus, Place, Priority, Status
from omnidesk.words.rows import Address, Attachment, Author, Contact, Conversation, Event, Message, Receipt


def conversation(connection: Connection, number: int) -> Conversation:
    """Return one conversation, by primary key. Raises NotFoundError."""
    found = conversations(connection, [number])
    if not found:
        raise NotFoundError(f"there is no conversation {number}")
    return found[0]


def conversations(connection: Connection, numbers: Iterable[int]) -> list[Conversation]:
    """Return these conversations, in this order; by primary key."""
    wanted = list(numbers)
    if not wanted:
        return []
    marks = ", ".join(str(int(number)) for number in wanted)
    rows = connection.all(
        "SELECT c.*, agent.login, absent.login AS absent_login, team.name AS team, customer.name AS "
        "customer_name, coalesce(customer.vip, FALSE) AS vip "
        "FROM conversation c LEFT JOIN customer ON customer.id = c.customer_id LEFT JOIN agent ON "
        "agent.id = c.owner_id LEFT JOIN agent absent ON absent.id = c.absent_owner_id "
        f"LEFT JOIN team ON team.id = c.team_id WHERE c.id IN ({marks})"
    )
    tags: dict[int, list[str]] = defaultdict(list)
    for row in connection.all(
        "SELECT t.conversation_id, tag.name FROM conversation_tag t JOIN tag ON tag.id = t.tag_id "
        f"WHERE t.conversation_id IN ({marks}) ORDER BY tag.name"
    ):
        tags[row[0]].append(row[1])
    people: dict[int, list[Address]] = defaultdict(list)
    for row in connection.all(
        "SELECT p.conversation_id, i.name, i.value FROM participant p JOIN identity i ON i.id = p.identity_id "
        f"WHERE p.conversation_id IN ({marks}) AND NOT p.claimed ORDER BY i.id"
    ):
        people[row[0]].append(Address(row[1], row[2]))
    found = {row["id"]: _conversation(row, tuple(tags[row["id"]]), tuple(people[row["id"]])) for row in rows}
    return [found[number] for number in wanted if number in found]


def _conversation(row: Any, tags: tuple[str, ...], participants: tuple[Address, ...]) -> Conversation:
    return Conversation(
        id=row["id"],
        subject=row["subject"],
        status=Status(row["status"]),
        priority=Priority(row["priority"]),
        place=Place(row["place"]),
        owner=row["login"],
        team=row["team"],
        tags=tags,
        customer_id=row["customer_id"],
        customer=row["customer_name"] or "",
        kinds=tuple(row["kinds"].split()),
        participants=participants,
        vip=bool(row["vip"]),
        unread=bool(row["unread"]),
        preview=row["preview"],
        message_count=row["message_count"],
        created_at=row["created_at"],
        last_inbound_at=row["last_inbound_at"],
        repeats=row["repeats"],
        transfers=row["transfers"],
        person_check=row["person_check"],
        last_message_at=row["last_message_at"],
        waiting_since=row["waiting_since"],
        snoozed_until=row["snoozed_until"],
        hold_for=row["hold_for"],
        next_due_at=row["next_due_at"],
        due_reason=DueReason(row["due_reason"]) if row["due_reason"] else None,
        merged_into=row["merged_into"],
        promised_at=row["promised_at"],
        absent_owner=row["absent_login"] if row["owner_id"] is None else None,
        unproven=bool(row["unproven"]),
    )


def messages(
    connection: Connection,
    number: int,
    limit: int,
    before: tuple[int, int] | None = None,
    after: tuple[int, int] | None = None,
) -> list[Message]:
    """Return messages of a conversation, oldest first: the newest, those before a key (at, id) or those after one.

    Rides on message_thread."""
    key: tuple[int, ...]
    if after is not None:
        where, order, key = "AND (m.at, m.id) > (?, ?)", "m.at, m.id", after
    elif before is not None:
        where, order, key = "AND (m.at, m.id) < (?, ?)", "m.at DESC, m.id DESC", before
    else:
        where, order, key = "", "m.at DESC, m.id DESC", ()
    rows = connection.all(
        "SELECT m.*, channel.name AS channel FROM message m JOIN channel ON channel.id = m.channel_id "
        f"WHERE m.conversation_id = ? {where} ORDER BY {order} LIMIT ?",
        (number, *key, limit),
    )
    return _messages(connection, rows if after is not None else rows[::-1])


def messages_by_id(connection: Connection, ids: Iterable[int]) -> list[Message]:
    """Return these messages, in this order; by primary key."""
    wanted = list(ids)
    if not wanted:
        return []
    marks = ", ".join(str(int(number)) for number in wanted)
    rows = connection.all(
        "SELECT m.*, channel.name AS channel FROM message m JOIN channel ON channel.id = m.channel_id "
        f"WHERE m.id IN ({marks})"
    )
    found = {message.id: message for message in _messages(connection, rows)}
    return [found[number] for number in wanted if number in found]


def message(connection: Connection, number: int) -> Message:
    """Return one message. Raises NotFoundError."""
    found = messages_by_id(connection, [number])
    if not found:
        raise NotFoundError(f"there is no message {number}")
    return found[0]


def events(connection: Connection, number: int, limit: int = 1000, after: int | None = None) -> list[Event]:
    """Return events of a conversation, oldest first: the newest `limit`, or those after an id.

    Rides on event_conversation."""
    if after is None:
        rows = connection.all(
            "SELECT * FROM event WHERE conversation_id = ? ORDER BY id DESC LIMIT ?", (number, limit)
        )[::-1]
    else:
        rows = connection.all(
            "SELECT * FROM event WHERE conversation_id = ? AND id > ? ORDER BY id LIMIT ?", (number, after, limit)
        )
    return [event(row) for row in rows]


def event(row: Any) -> Event:
    """Make an event from a row of its table."""
    return Event(
        id=row["id"],
        at=row["at"],
        act=row["act_id"],
        actor=row["actor"],
        kind=row["kind"],
        conversation_id=row["conversation_id"],
        customer_id=row["customer_id"],
        message_id=row["message_id"],
        before=json.loads(row["before_json"]),
        after=json.loads(row["after_json"]),
    )


def _messages(connection: Connection, rows: list[Any]) -> list[Message]:
    marks = ", ".join(str(row["id"]) for row in rows)
    files: dict[int, list[Attachment]] = defaultdict(list)
    receipts: dict[int, list[Receipt]] = defaultdict(list)
    if rows:
        found = connection.all(f"SELECT * FROM attachment WHERE message_id IN ({marks}) ORDER BY message_id, position")
        coming = _coming(connection, [row["id"] for row in found if not row["sha256"]])
        for row in found:
            files[row["message_id"]].append(attachment(row, coming.get(row["id"])))
        for row in connection.all(
            "SELECT r.message_id, channel.name, r.folder, r.received_at FROM receipt r "
            f"JOIN channel ON channel.id = r.channel_id WHERE r.message_id IN ({marks}) ORDER BY r.id"
        ):
            receipts[row[0]].append(Receipt(row[1], row[2], row[3]))
    return [_message(row, tuple(files[row["id"]]), tuple(receipts[row["id"]])) for row in rows]


def attachment(row: Any, fetching: Any = None) -> Attachment:
    """Make a file from a row of its table, and one of `fetching` where its provider kept it."""
    file = (row["id"], row["name"], row["content_type"], row["size"], row["sha256"], bool(row["inline"]))
    return (
        Attachment(*file) if fetching is None else Attachment(*file, fetching["due_at"] is not None, fetching["error"])
    )


def _coming(connection: Connection, files: list[int]) -> dict[int, Any]:
    """Return what is known of files that have no hash, since they are still to be fetched; by primary key."""
    if not files:
        return {}
    marks = ", ".join(str(number) for number in files)
    return {row["attachment_id"]: row for row in connection.all(
        f"SELECT attachment_id, due_at, error FROM fetching WHERE attachment_id IN ({marks})"
    )}  # fmt: skip


def addresses(said: dict[str, Any], name: str) -> tuple[Address, ...]:
    """Read one list of recipients out of `recipients_json`."""
    return tuple(Address(entry[0], entry[1]) for entry in said.get(name, ()))


def _message(row: Any, files: tuple[Attachment, ...], receipts: tuple[Receipt, ...]) -> Message:
    said = json.loads(row["recipients_json"])
    return Message(
        id=row["id"],
        conversation_id=row["conversation_id"],
        customer_id=row["customer_id"],
        channel=row["channel"],
        channel_id=row["channel_id"],
        kind=row["kind"],
        direction=Direction(row["direction"]),
        author=Author(AuthorKind(row["author_kind"]), row["author_id"], row["author_name"]),
        sender=Address(row["from_name"], row["from_address"]),
        to=addresses(said, "to"),
        cc=addresses(said, "cc"),
        bcc=addresses(said, "bcc"),
        reply_to=addresses(said, "reply_to"),
        subject=row["subject"],
        text=row["text"],
        reply_text=row["text"] if row["reply_text"] is None else row["reply_text"],
        attachments=files,
        external_id=row["external_id"],
        receipts=receipts,
        joined_by=row["joined_by"],
        stranger=bool(row["stranger"]),
        auto=Auto(row["auto"]) if row["auto"] else None,
        list_id=row["list_id"],
        public=bool(row["public"]),
        aside=row["aside_id"],
        auth=Auth(row["auth"]),
        status=MessageStatus(row["status"]),
        error=row["error"],
        warnings=tuple(row["warnings"].split()),
        at=row["at"],
        sent_at=row["sent_at"],
        received_at=row["received_at"],
        unproven=bool(row["unproven"]),
        contact=Contact(**json.loads(row["contact_json"])) if row["contact_json"] != "{}" else None,
        edited_at=row["edited_at"],
    )
