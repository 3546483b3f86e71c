"""Drafts: what an agent is writing, one a conversation, agent and sort.

Sorts are reply, note, aside (to a third party) and new (no conversation yet, which is number 0)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from omnidesk import clock
from omnidesk.desk import remarks
from omnidesk.store.database import Transaction
from omnidesk.store.workspace import Workspace
from omnidesk.words.rows import Actor, Address, Enclosure

NOWHERE = 0
"""The conversation of a draft that begins one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written so far. `to`, `cc` and `bcc` are None while nobody changed them; `channel` likewise."""

    text: str
    channel: str | None = None
    to: tuple[Address, ...] | None = None
    cc: tuple[Address, ...] | None = None
    bcc: tuple[Address, ...] | None = None
    subject: str = ""
    files: tuple[Enclosure, ...] = ()
    macros: tuple[tuple[int, str, str], ...] = ()
    """The macros put in: id, language, and the class of channel it was filled for."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not (self.text.strip() or self.files or self.subject or self.to or self.cc or self.bcc)


@dataclass(frozen=True, slots=True)
class Draft:
    """A text not yet sent; `began_at` is when writing began (UTC ms), `key` becomes the message's UUID."""

    key: str
    conversation_id: int
    sort: str
    text: str
    began_at: int
    updated_at: int
    written: Written = field(default_factory=lambda: Written(""))


def save(workspace: Workspace, actor: Actor, number: int, sort: str, what: str | Written) -> None:
    """Keep what is written so far; an empty draft is dropped."""
    if actor.agent_id is None:
        return
    agent_id = actor.agent_id
    written = Written(what) if isinstance(what, str) else what
    if written.empty:
        drop(workspace, actor, number, sort)
    else:

        def work(tx: Transaction) -> None:
            put(tx, home(tx, number, agent_id, sort), agent_id, sort, written, clock.now())

        workspace.database.write(work)


def put(tx: Transaction, number: int, agent_id: int, sort: str, what: str | Written, at: int) -> None:
    """Keep a draft within a transaction under way."""
    written = Written(what) if isinstance(what, str) else what
    name, privately = remarks.named(written.channel or "")
    channel = name and tx.value("SELECT id FROM channel WHERE name = ? AND removed_at IS NULL", (name,))
    people = {"to": written.to, "cc": written.cc, "bcc": written.bcc}
    said = {name: [[one.name, one.address] for one in some] for name, some in people.items() if some is not None}
    files = [[file.name, file.size, file.source] for file in written.files]
    kept: dict[str, Any] = said | ({"macros": written.macros} if written.macros else {})
    kept |= {"privately": True} if privately else {}
    tx.execute(
        "INSERT INTO draft (uuid, conversation_id, agent_id, sort, channel_id, recipients_json, subject, text, "
        "files_json, began_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (conversation_id, agent_id, sort) DO UPDATE SET text = excluded.text, "
        "channel_id = excluded.channel_id, recipients_json = excluded.recipients_json, subject = excluded.subject, "
        "files_json = excluded.files_json, updated_at = excluded.updated_at",
        (
            str(uuid.uuid4()),
            number,
            agent_id,
            sort,
            channel or None,
            json.dumps(kept, ensure_ascii=False),
            written.subject,
            written.text,
            json.dumps(files, ensure_ascii=False),
            at,
            at,
        ),
    )


def give_back(tx: Transaction, number: int, agent_id: int, message_id: int, at: int) -> bool:
    """Make a message that was on its way a draft again, ahead of what the agent began to write meanwhile.

    Says whether they had begun to."""
    row = tx.one(
        "SELECT m.text, m.subject, m.recipients_json, m.aside_id, channel.name AS channel, o.outgoing_json "
        "FROM message m JOIN channel ON channel.id = m.channel_id LEFT JOIN outbox o ON o.message_id = m.id "
        "WHERE m.id = ?",
        (message_id,),
    )
    if row is None:
        return False
    sort = "reply" if row["aside_id"] is None else "aside"
    begun = _row(tx, number, agent_id, sort)
    files = _sent_files(tx, message_id)
    said = json.loads(row["recipients_json"])
    back = Written(
        f"{row['text']}\n\n{begun['text']}" if begun is not None and begun["text"] else row["text"],
        _way(row["channel"], json.loads(row["outgoing_json"] or "{}")),
        _people(said, "to"),
        _people(said, "cc") or (),
        _people(said, "bcc") or (),
        row["subject"] if sort == "aside" else "",
        (*files, *(_files(begun) if begun is not None else ())),
    )
    put(tx, number, agent_id, sort, back, at)
    return begun is not None


def take_again(tx: Transaction, number: int, agent_id: int, message_id: int, begun: bool, at: int) -> bool:
    """Take out of a draft the message that `give_back` made of it at a time (UTC ms); what the agent had `begun` stays.

    False, and nothing done, where that is no longer what the draft holds."""
    message = tx.one("SELECT text, aside_id FROM message WHERE id = ?", (message_id,))
    if message is None:
        return False
    sort = "reply" if message["aside_id"] is None else "aside"
    row = _row(tx, number, agent_id, sort)
    if row is None:
        return False
    files, given = _files(row), _sent_files(tx, message_id)
    if files[: len(given)] != given or (not begun and (files != given or row["text"] != message["text"])):
        return False
    rest = row["text"][len(message["text"]) :]
    if not row["text"].startswith(message["text"]) or (rest and not rest.startswith("\n\n")):
        return False
    if not begun and row["updated_at"] != at:
        return False
    if not begun or not (rest.strip() or files[len(given) :]):
        remove(tx, number, agent_id, sort)
    else:
        kept = [[file.name, file.size, file.source] for file in files[len(given) :]]
        tx.execute(
            "UPDATE draft SET text = ?, files_json = ? WHERE uuid = ?",
            (rest.removeprefix("\n\n"), json.dumps(kept, ensure_ascii=False), row["uuid"]),
        )
    return True


def follow(tx: Transaction, gone: int, into: int) -> list[str]:
    """Bring the drafts of a conversation that was merged into another there, but for those where the agent has one of
    that sort already; return the UUIDs of those moved."""
    moved = [
        str(row[0])
        for row in tx.all(
            "SELECT uuid FROM draft d WHERE conversation_id = ? AND NOT EXISTS (SELECT 1 FROM draft other WHERE "
            "other.conversation_id = ? AND other.agent_id = d.agent_id AND other.sort = d.sort)",
            (gone, into),
        )
    ]
    for one in moved:
        tx.execute("UPDATE draft SET conversation_id = ? WHERE uuid = ?", (into, one))
    return moved


def offer_merged(workspace: Workspace, actor: Actor, number: int, sort: str) -> None:
    """Bring a draft that still lies on a conversation merged into this one here, unless there is one here already."""
    found = (
        "SELECT d.uuid FROM draft d JOIN conversation c ON c.id = d.conversation_id WHERE c.merged_into = ? "
        "AND d.agent_id = ? AND d.sort = ? AND NOT EXISTS (SELECT 1 FROM draft other WHERE other.conversation_id = ? "
        "AND other.agent_id = d.agent_id AND other.sort = d.sort) ORDER BY d.updated_at DESC LIMIT 1"
    )
    values = (number, actor.agent_id, sort, number)
    if number == NOWHERE or workspace.database.reader.value(found, values) is None:
        return

    def work(tx: Transaction) -> None:
        uuid_found = tx.value(found, values)
        if uuid_found is not None:
            tx.execute("UPDATE draft SET conversation_id = ? WHERE uuid = ?", (number, uuid_found))

    workspace.database.write(work)


def _row(tx: Transaction, number: int, agent_id: int, sort: str) -> Any:
    return tx.one(
        "SELECT * FROM draft WHERE conversation_id = ? AND agent_id = ? AND sort = ?", (number, agent_id, sort)
    )


def _sent_files(tx: Transaction, message_id: int) -> tuple[Enclosure, ...]:
    found = tx.all("SELECT id, name, size FROM attachment WHERE message_id = ? ORDER BY position", (message_id,))
    return tuple(Enclosure(file["name"], file["size"], f"attachment:{file['id']}") for file in found)


def home(tx: Transaction, number: int, agent_id: int | None, sort: str) -> int:
    """Return where a draft lies that was begun in a conversation: there, or where that was merged to meanwhile."""
    here = number
    while here and tx.value(
        "SELECT 1 FROM draft WHERE conversation_id = ? AND agent_id = ? AND sort = ?", (here, agent_id, sort)
    ) is None:  # fmt: skip
        into = tx.value("SELECT merged_into FROM conversation WHERE id = ?", (here,))
        if into is None:
            break
        here = int(into)
    return here


def get(workspace: Workspace, actor: Actor, number: int, sort: str) -> Draft | None:
    """Return the draft, or None."""
    row = workspace.database.reader.one(
        "SELECT draft.*, channel.name AS channel FROM draft LEFT JOIN channel ON channel.id = draft.channel_id "
        "WHERE conversation_id = ? AND agent_id = ? AND sort = ?",
        (number, actor.agent_id, sort),
    )
    return None if row is None else _draft(row)


def waiting(workspace: Workspace, actor: Actor, limit: int = 200) -> list[Draft]:
    """Return the agent's drafts, the last changed first."""
    rows = workspace.database.reader.all(
        "SELECT draft.*, channel.name AS channel FROM draft LEFT JOIN channel ON channel.id = draft.channel_id "
        "WHERE agent_id = ? ORDER BY updated_at DESC, began_at DESC, conversation_id DESC LIMIT ?",
        (actor.agent_id, limit),
    )
    return [_draft(row) for row in rows]


def drop(workspace: Workspace, actor: Actor, number: int, sort: str) -> None:
    """Forget a draft."""
    agent_id = actor.agent_id
    workspace.database.write(lambda tx: remove(tx, home(tx, number, agent_id, sort), agent_id, sort))


def remove(tx: Transaction, number: int, agent_id: int | None, sort: str) -> None:
    """Forget a draft within a transaction under way."""
    tx.execute("DELETE FROM draft WHERE conversation_id = ? AND agent_id = ? AND sort = ?", (number, agent_id, sort))


def _draft(row: Any) -> Draft:
    said = json.loads(row["recipients_json"])
    written = Written(
        row["text"],
        _way(row["channel"], said),
        _people(said, "to"),
        _people(said, "cc"),
        _people(said, "bcc"),
        row["subject"],
        _files(row),
        tuple((int(one[0]), str(one[1]), str(one[2])) for one in said.get("macros", ())),
    )
    return Draft(
        row["uuid"], row["conversation_id"], row["sort"], row["text"], row["began_at"], row["updated_at"], written
    )


def _way(channel: str | None, said: dict[str, Any]) -> str | None:
    """Return what names the way that a draft goes: the channel, and whether in private what was public there."""
    return f"{channel}{remarks.PRIVATELY}" if channel and said.get("privately") else channel


def _people(said: dict[str, Any], name: str) -> tuple[Address, ...] | None:
    return tuple(Address(one[0], one[1]) for one in said[name]) if name in said else None


def _files(row: Any) -> tuple[Enclosure, ...]:
    return tuple(Enclosure(name, size, source) for name, size, source in json.loads(row["files_json"]))
