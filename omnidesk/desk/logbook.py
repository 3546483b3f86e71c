"""The logbook: calls, video calls, visits and letters that an agent writes down, on the built-in channel `desk`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from omnidesk.desk import calls, contacts, enclosing, threads
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.desk.contacts import ONLY_OPEN, OUTCOMES, Entry
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean, one_line
from omnidesk.text.links import safe_link
from omnidesk.text.phone import could_be_phone
from omnidesk.words import rows
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Status
from omnidesk.words.rows import Actor, Enclosure, Message
from omnidesk.words.speech import _

__all__ = ["ONLY_OPEN", "OUTCOMES", "Entry", "Logged", "log"]

_KEYS = uuid.UUID("0d4a3a52-61a5-4c1e-9a67-5e0f2b9a5c33")


@dataclass(frozen=True, slots=True)
class Logged:
    """What was written down, and the act that did so."""

    act: rows.Act
    message: Message


def log(
    workspace: Workspace, actor: Actor, entry: Entry, files: Sequence[Path | Enclosure] = (), key: str | None = None
) -> Logged:
    """Write a contact down, as one act that can be undone. The same `key` is the same contact, written down once.

    Raises UsageError, NotFoundError for an unknown customer or conversation, and RefusedError: the number is another
    customer's, the conversation is deleted, or there is not exactly one open."""
    name = str(uuid.uuid5(_KEYS, key)) if key else str(uuid.uuid4())
    before = _logged_before(workspace, name)
    if before is not None:
        return before
    entry = _checked(entry, bool(files))
    enclosed = enclosing.enclose(workspace, files)

    def work(act: Act) -> int:
        twin = act.tx.value("SELECT id FROM message WHERE uuid = ?", (name,))
        if twin is not None:
            return int(twin)
        row = calls.row_of(act, entry.call) if entry.call is not None else None
        if row is not None and row["message_id"] is not None:
            return calls.say(act, row, entry)
        person = contacts.find_person(act, entry)
        here = contacts.find_conversation(act, entry, person)
        message_id = contacts.write(act, here, entry, person, enclosed, name)
        contacts.follow(act, here, entry)
        if entry.call is not None:
            calls.take(act, entry.call, message_id, here)
        act.summary = f"{_SAID[entry.kind]} logged on #{here}"
        return message_id

    done, message_id = perform_undoable(workspace, actor, "log", work)
    return _logged_before(workspace, name) or Logged(done, threads.message(workspace, message_id))


_SAID = {"call": "call", "video": "video call", "visit": "visit", "letter": "letter"}


def _checked(entry: Entry, files: bool) -> Entry:
    """Return an entry with its words clean. Raises UsageError."""
    contact = entry.contact
    if entry.kind not in _SAID:
        raise UsageError(_("there is nothing called {kind} to log").format(kind=entry.kind))
    if contact.outcome and contact.outcome not in OUTCOMES:
        known = ", ".join(OUTCOMES)
        raise UsageError(_("{outcome} is no outcome: {known}").format(outcome=contact.outcome, known=known))
    if contact.link and safe_link(contact.link) is None:
        raise UsageError(_("{link} is no link: give one that begins with https://").format(link=contact.link))
    if entry.number and not could_be_phone(entry.number):
        raise UsageError(
            _("{number} is no telephone number: leave it out where it was withheld").format(
                number=one_line(entry.number, 60)
            )
        )
    if entry.kind == "letter" and not files and not entry.text.strip():
        raise UsageError(_("a letter needs its text or a scan: give --text or --attach"))
    if entry.status is Status.SNOOZED:
        raise UsageError(_("this cannot snooze without a time: log it, then snooze the conversation"))
    return replace(
        entry,
        text=clean(entry.text).strip("\n"),
        number=one_line(entry.number, 60),
        who=one_line(entry.who, 300),
        contact=replace(
            contact,
            shop=one_line(contact.shop, 100),
            order=one_line(contact.order, 100),
            link=one_line(contact.link, 1000),
            taken_by=one_line(contact.taken_by, 100),
        ),
    )


def _logged_before(workspace: Workspace, key: str) -> Logged | None:
    message_id = workspace.database.reader.value("SELECT id FROM message WHERE uuid = ?", (key,))
    if message_id is None:
        return None
    row = workspace.database.reader.one(  # by the key of event: it was written right behind its message
        "SELECT act.* FROM event e JOIN act ON act.id = e.act_id WHERE e.id > ? AND e.message_id = ? "
        "AND e.kind = 'logged' ORDER BY e.id LIMIT 1",
        (message_id, message_id),
    )
    assert row is not None
    done = rows.Act(row["id"], row["at"], row["actor"], row["kind"], row["summary"], True, row["undone_by"])
    return Logged(done, threads.message(workspace, message_id))
