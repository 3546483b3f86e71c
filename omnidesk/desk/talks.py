"""Talks: what a customer and we said to each other on one channel, as the customer may see it, and what they saw of it.

A customer sees what they wrote there and what was sent to them there, and nothing else: no note, no aside, nothing of
another channel, nothing that went to somebody else in the same conversation.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk.desk import agents, deliveries, presence, threads
from omnidesk.desk.acts import Act, perform
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import PROGRAM, Attachment

LATEST = 50
"""Messages of a talk that are shown."""
SHOWN = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)
_SHOWN = ", ".join(f"'{status}'" for status in SHOWN)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a talk. `key` is what both sides know it by: the source's own id of what they wrote, the UUID of
    ours. `status` is `received` or that of ours; `by` the name that customers see."""

    message_id: int
    key: str
    ours: bool
    by: str
    text: str
    at: int
    status: str
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said last, oldest first, with whom (None before their first message was filed) and in which
    conversation of theirs anything was said last."""

    identity_id: int | None
    conversation_id: int | None
    lines: tuple[Line, ...]


NOTHING = Talk(None, None, ())


def recent(workspace: Workspace, channel_id: int, kind: str, value: str) -> Talk:
    """Return the talk with an identity on a channel. Rides on identity_once, message_identity, participant_identity and
    message_thread."""
    reader = workspace.database.reader
    identity = reader.value("SELECT id FROM identity WHERE kind = ? AND scope = '' AND value = ?", (kind, value))
    if identity is None:
        return NOTHING
    theirs = reader.all(
        "SELECT id, conversation_id, external_id, from_name, text, at, status, files FROM message "
        "WHERE identity_id = ? AND channel_id = ? AND direction = 'inbound' AND aside_id IS NULL "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (identity, channel_id, LATEST),
    )
    numbers = {
        row[0] for row in reader.all("SELECT conversation_id FROM participant WHERE identity_id = ?", (identity,))
    }
    numbers |= {row["conversation_id"] for row in theirs}
    found = [(row, False) for row in theirs] + [(row, True) for row in _ours(reader, numbers, channel_id, value)]
    found = sorted(found, key=lambda one: (one[0]["at"], one[0]["id"]))[-LATEST:]
    files = _files(reader, [row["id"] for row, _ in found if row["files"]])
    names = _shown_names(workspace) if any(ours for _, ours in found) else {}
    lines = tuple(_line(row, ours, value, names, files[row["id"]]) for row, ours in found)
    return Talk(identity, found[-1][0]["conversation_id"] if found else None, lines)


def _ours(reader: Connection, numbers: Iterable[int], channel_id: int, value: str) -> list[Any]:
    """Return what was sent to an address on a channel in these conversations; what went elsewhere is left out."""
    found: list[Any] = []
    for number in sorted(numbers)[-LATEST:]:
        found += reader.all(
            "SELECT id, conversation_id, uuid, author_id, author_name, from_name, text, at, status, files, "
            "recipients_json FROM message WHERE conversation_id = ? AND channel_id = ? AND direction = 'outbound' "
            f"AND aside_id IS NULL AND uuid IS NOT NULL AND status IN ({_SHOWN}) "
            "ORDER BY at DESC, id DESC LIMIT ?",
            (number, channel_id, LATEST),
        )
    return [row for row in found if value in (one[1] for one in json.loads(row["recipients_json"]).get("to", ()))]


def _line(row: Any, ours: bool, value: str, names: Mapping[int, str], files: list[Attachment]) -> Line:
    key = row["uuid"] if ours else str(row["external_id"] or row["id"]).removeprefix(f"{value}/")
    by = names.get(row["author_id"], row["author_name"]) if ours else row["from_name"]
    return Line(row["id"], key, ours, by, row["text"], row["at"], row["status"], tuple(files))


def _files(reader: Connection, ids: Sequence[int]) -> defaultdict[int, list[Attachment]]:
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    rows = rows_in(reader, "SELECT * FROM attachment WHERE message_id IN ({})", ids) if ids else ()
    for row in sorted(rows, key=lambda one: (one["message_id"], one["position"])):
        found[row["message_id"]].append(
            Attachment(row["id"], row["name"], row["content_type"], row["size"], row["sha256"], bool(row["inline"]))
        )
    return found


def _shown_names(workspace: Workspace) -> dict[int, str]:
    return {agent.id: agent.name for agent in agents.list_agents(workspace)}


def concerned(workspace: Workspace, kind: str, numbers: Sequence[int]) -> set[str]:
    """Return who of a kind of identity takes part in these conversations, by value."""
    rows = rows_in(
        workspace.database.reader,
        "SELECT DISTINCT i.value FROM participant p JOIN identity i ON i.id = p.identity_id "
        "WHERE i.kind = ? AND p.conversation_id IN ({})",
        list(numbers),
        (kind,),
    )
    return {row[0] for row in rows}


def reached(workspace: Workspace, seen: Mapping[int, MessageStatus]) -> None:
    """Write down that messages of ours were delivered or read, by message: many in one act. Never goes back."""

    def work(act: Act) -> None:
        for message_id, status in sorted(seen.items()):
            deliveries.advance(act, message_id, status)

    if seen:
        perform(workspace, PROGRAM, "receipts", work)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is at a console: by conversation the names of those who type an answer, and what anybody looks at."""

    typing: Mapping[int, tuple[str, ...]]
    looking: frozenset[int]


def staff(workspace: Workspace) -> Staff:
    """Return who is at a console now, under the names that customers see."""
    here = presence.around(workspace)
    known = {agent.id: agent for agent in agents.list_agents(workspace)} if here else {}
    typing: defaultdict[int, list[str]] = defaultdict(list)
    for one in here:
        if one.doing == "typing" and one.conversation_id is not None and one.agent_id in known:
            typing[one.conversation_id].append(known[one.agent_id].name)
    return Staff(
        typing={number: tuple(names) for number, names in typing.items()},
        looking=frozenset(one.conversation_id for one in here if one.conversation_id is not None),
    )


def file(workspace: Workspace, channel_id: int, attachment_id: int) -> tuple[Attachment, bytes]:
    """Return a file of a message on a channel with its bytes. Raises NotFoundError for any other."""
    found = workspace.database.reader.value(
        "SELECT m.channel_id FROM attachment a JOIN message m ON m.id = a.message_id WHERE a.id = ? "
        "AND m.aside_id IS NULL AND m.direction <> 'internal'",
        (attachment_id,),
    )
    if found != channel_id:
        raise NotFoundError(f"there is no file {attachment_id} here")
    return threads.attachment_bytes(workspace, attachment_id)
