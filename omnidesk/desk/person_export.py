"""All that the desk knows of a person, to hand over to them: data.json, a page to read, and the files beside them.

What is told beside customer, addresses and conversations is in `belongings`: a table with a title there is told here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.desk import (
    belongings,
    consent_record,
    customers,
    erasing,
    exporting,
    files,
    person_page,
    threads,
)
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.belongings import BELONGINGS, Of
from omnidesk.store import thread
from omnidesk.store.chunks import rows_in
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean
from omnidesk.text.filename import safe_name
from omnidesk.words.errors import NotFoundError, RefusedError, TryLaterError, WorkspaceError
from omnidesk.words.rows import Actor, Address, Attachment, Conversation, Identity, Message
from omnidesk.words.speech import _

Document = dict[str, Any]
_TIMES = ("_at", "since", "_until")
"""How columns are called that hold UTC milliseconds; `at` is one, too."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written where; `missing` names files whose bytes could not be had."""

    folder: Path
    conversations: int
    messages: int
    files: int
    missing: tuple[str, ...]


def export(workspace: Workspace, actor: Actor, customer: int, folder: Path) -> Exported:
    """Write all that is known of a customer into a new or empty folder. Raises NotFoundError, RefusedError,
    WorkspaceError where it cannot be written."""
    one = erasing.person(workspace.database.reader, customer)
    made = _empty(folder)
    saved = _Files(workspace, made / "files")
    document = _document(workspace, one, saved)
    files.write_whole(made / "data.json", [json.dumps(document, ensure_ascii=False, indent=1).encode(), b"\n"])
    files.write_whole(made / "index.html", [person_page.page(document).encode()])

    def work(act: Act) -> None:
        act.event("customer_exported", customer=one.customers[0])
        act.summary = f"exported all about customer {one.customers[0]}"

    perform(workspace, actor, "export", work)
    messages = sum(len(each["messages"]) for each in document["conversations"])
    return Exported(made, len(document["conversations"]), messages, saved.count, tuple(saved.missing))


def _empty(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise RefusedError(_("{folder} is not empty: name a folder that is not there yet").format(folder=folder))
    except OSError as error:
        raise WorkspaceError(
            _("{folder} cannot be written: {why}").format(folder=folder, why=error.strerror)
        ) from error  # fmt: skip
    return folder


class _Files:
    """The files of messages, written one by one under names that are safe and differ."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace = workspace
        self._folder = folder
        self.count = 0
        self.missing: list[str] = []

    def save(self, message: Message, place: int, file: Attachment) -> str | None:
        """Write a file; return its path in the export, None where its bytes are not to be had."""
        name = f"{message.id}-{place}-{safe_name(file.name, file.content_type, place)}"
        try:
            data = threads.attachment_bytes(self._workspace, file.id)[1]
        except (NotFoundError, TryLaterError):
            self.missing.append(clean(file.name))
            return None
        self._folder.mkdir(mode=0o700, exist_ok=True)
        files.write_whole(self._folder / name, [data])
        self.count += 1
        return f"files/{name}"


def _document(workspace: Workspace, one: erasing.Person, saved: _Files) -> Document:
    reader = workspace.database.reader
    known = customers.get(workspace, one.customers[0])
    return {
        "made_at": clock.to_rfc3339(clock.now()),
        "customer": {
            "id": known.id, "name": known.name, "company": known.company, "organisation": known.organisation,
            "language": known.language, "preferred_channel": known.preferred_channel, "vip": known.vip,
            "tags": list(known.tags), "created_at": clock.to_rfc3339(known.created_at),
            "merged": list(one.customers[1:]),
        },
        "addresses": [_address(each) for each in known.identities],
        "consent_history": [
            asdict(each) | {"at": clock.to_rfc3339(each.at)}
            for each in consent_record.history(workspace, known.id, 1_000_000)
        ],
        "conversations": list(_conversations(workspace, one, saved)),
        "messages_elsewhere": [
            _message(each, saved) for each in thread.messages_by_id(reader, list(one.elsewhere))
        ],
        "more": _more(workspace, one),
        "events": _events(workspace, one),
    }  # fmt: skip


def _address(one: Identity) -> Document:
    said = {name: getattr(one, name) for name in ("kind", "scope", "value", "name", "verified", "deliverable",
                                                  "blocked", "claimed", "shared")}  # fmt: skip
    return said | {"consent": [asdict(each) | {"since": clock.to_rfc3339(each.since)} for each in one.consent]}


def _conversations(workspace: Workspace, one: erasing.Person, saved: _Files) -> Iterator[Document]:
    for row in thread.conversations(workspace.database.reader, list(one.conversations)):
        messages = [_message(each, saved) for each in exporting.all_messages(workspace, row.id)]
        if messages:
            yield _conversation(row) | {"messages": messages}


def _conversation(row: Conversation) -> Document:
    return {
        "id": row.id, "subject": row.subject, "status": str(row.status), "place": str(row.place),
        "tags": list(row.tags), "owner": row.owner, "person_check": row.person_check or None,
        "created_at": clock.to_rfc3339(row.created_at), "last_message_at": clock.to_rfc3339(row.last_message_at),
    }  # fmt: skip


def _message(row: Message, saved: _Files) -> Document:
    everyone = {"to": row.to, "cc": row.cc, "bcc": row.bcc}
    return {
        "id": row.id, "conversation": row.conversation_id, "at": clock.to_rfc3339(row.at), "channel": row.channel,
        "kind": row.kind, "direction": str(row.direction), "author": row.author.name or row.sender.name,
        "from": _party(row.sender), **{name: [_party(each) for each in some] for name, some in everyone.items()},
        "subject": row.subject, "text": row.text, "status": str(row.status),
        "contact": None if row.contact is None else asdict(row.contact),
        "files": [
            {"name": file.name, "content_type": file.content_type, "size": file.size,
             "path": saved.save(row, place, file)}
            for place, file in enumerate(row.attachments, 1)
        ],
    }  # fmt: skip


def _party(one: Address) -> Document:
    return {"name": one.name, "address": one.address}


def _more(workspace: Workspace, one: erasing.Person) -> dict[str, list[Document]]:
    reader = workspace.database.reader
    there = belongings.tables(reader)
    whose: Mapping[Of, Sequence[int]] = {
        Of.CUSTOMER: one.customers, Of.IDENTITY: one.identities, Of.CONVERSATION: one.conversations,
    }  # fmt: skip
    return {
        each.title: [_row(row) for row in belongings.rows(reader, each, whose.get(each.of, ()))]
        for each in BELONGINGS
        if each.title and each.table in there
    }


def _row(row: Any) -> Document:
    """Return a row as it is stored, its times readable and its documents unpacked."""
    said: Document = {}
    for name in row.keys():  # noqa: SIM118  sqlite3.Row iterates over its values
        value = row[name]
        if name.endswith("_json"):
            name, value = name.removesuffix("_json"), json.loads(value or "null")
        elif isinstance(value, int) and (name == "at" or name.endswith(_TIMES)):
            value = clock.to_rfc3339(value)
        said[name] = value
    return said


def _events(workspace: Workspace, one: erasing.Person) -> list[Document]:
    reader = workspace.database.reader
    found: dict[int, Any] = {}
    for column, ids in (("customer_id", one.customers), ("conversation_id", one.conversations)):
        for row in rows_in(reader, f"SELECT * FROM event WHERE {column} IN ({{}})", ids):
            found[row["id"]] = row
    return [
        {
            "at": clock.to_rfc3339(row["at"]), "by": row["actor"], "kind": row["kind"],
            "conversation": row["conversation_id"], "before": json.loads(row["before_json"]),
            "after": json.loads(row["after_json"]),
        }
        for _id, row in sorted(found.items())
    ]  # fmt: skip
