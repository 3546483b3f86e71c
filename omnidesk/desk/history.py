"""What happened to conversations and customers, in words, and what taking it back would do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from omnidesk.desk import undo
from omnidesk.store.database import Connection
from omnidesk.store.ids import first_id
from omnidesk.store.thread import event
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError
from omnidesk.words.retelling import retold
from omnidesk.words.rows import PROGRAM, Event, Happening
from omnidesk.words.speech import _, ngettext

MOST_EVENTS = 1_000
"""Events that are looked at for one screen; older ones are in `omnidesk history`."""

_SEEN = frozenset((
    "received", "received_again", "sent_elsewhere", "replied", "noted", "note_withdrawn", "read", "delivery",
    "logged", "log_withdrawn", "call_heard", "call_amended", "identity_added",
    "redecoded", "join_offered", "verified", "deliverable", "undeliverable", "emptied", "refilled", "imported",
    "merged", "queued", "draft_followed", "unheld", "rewritten", "dismissed", "undismissed",
    "file_came", "file_missed", "claimed", "claim_proven", "claim_refuted",
))  # fmt: skip
"""Events that the thread shows otherwise, as messages, or that nobody needs to read there."""

_STATUS = {
    "open": "opened it again",
    "pending": "waits for the customer",
    "on-hold": "put it on hold",
    "snoozed": "snoozed it until",
    "closed": "closed it",
}
_FIELDS = {"owner_id": "owner", "place": "lies", "snoozed_until": "wakes", "blocked_at": "blocked"}
_PLACE = {"spam": "moved it to spam", "deleted": "deleted it", "desk": "brought it back"}


def happenings(workspace: Workspace, number: int, since: int = 0, until: int | None = None) -> tuple[Happening, ...]:
    """Return what was done to a conversation from a time on (UTC ms) and before another, oldest first, one an act.

    Rides on event_conversation and looks at the newest `MOST_EVENTS` of that time only."""
    reader = workspace.database.reader
    # An id is never behind its time, but runs ahead of it where the clock was set back.
    found = reader.all(
        "SELECT * FROM (SELECT * FROM event WHERE conversation_id = ? AND id >= ? AND at >= ? AND at < ? "
        f"ORDER BY id DESC LIMIT ?) AS newest WHERE kind NOT IN ({', '.join('?' * len(_SEEN))}) ORDER BY id",
        (number, first_id(since), since, 1 << 62 if until is None else until, MOST_EVENTS, *_SEEN),
    )
    return _told(reader, [event(row) for row in found])


def _told(reader: Connection, events: Sequence[Event]) -> tuple[Happening, ...]:
    if not events:
        return ()
    names = {row[0]: row[1] for row in reader.all("SELECT id, login FROM agent")}
    names |= {-row[0]: row[1] for row in reader.all("SELECT id, name FROM team")}  # below zero: no agent's number
    acts = _acts(reader, {one.act for one in events})
    told = []
    for act_id, some in groupby(events, key=lambda one: one.act):
        group = list(some)
        act = acts.get(act_id)
        said = _sentence(group, act, names)
        if said:
            until = next((each for one in group if (each := _until(one)) is not None), None)
            told.append(Happening(act_id, group[0].at, one_line(group[0].actor, 60), one_line(said, 300), until))
    return tuple(told)


def _acts(reader: Connection, ids: set[int]) -> dict[int, rows.Act]:
    marks = ", ".join(str(int(one)) for one in ids)
    found = reader.all(f"SELECT * FROM act WHERE id IN ({marks})")
    return {row["id"]: _act(row) for row in found}


def _act(row: Any) -> rows.Act:
    return rows.Act(
        row["id"], row["at"], row["actor"], row["kind"], row["summary"], bool(row["undoable"]), row["undone_by"]
    )


def _sentence(events: Sequence[Event], act: rows.Act | None, names: dict[int, str]) -> str:
    if act is not None and act.kind == "undo":
        return retold(act.summary)
    quiet = act is not None and (act.kind in ("reply", "new") or act.actor == PROGRAM.name)
    said = [words for one in events if (words := _words(one, names, quiet))]
    return ", ".join(sorted(dict.fromkeys(said), key=lambda words: words.endswith((_(" until"), _(" by")))))


def _words(one: Event, names: dict[int, str], quiet: bool) -> str:
    after, before = one.after, one.before
    if one.kind in ("status", "woke") and "status" in after:
        if quiet and after["status"] in ("open", "pending") and one.kind != "woke":
            return ""  # what a message did by itself shows in the message
        held = _(" for {whom}").format(whom=after["hold_for"]) if after.get("hold_for") else ""
        if after["status"] == "on-hold" and after.get("snoozed_until"):
            held += _(" until")
        return _("woke it") if one.kind == "woke" else f"{_(_STATUS.get(after['status'], after['status']))}{held}"
    if one.kind == "status":
        return _("put it off until") if after.get("snoozed_until") else ""
    if one.kind == "promised":
        return _("promised an answer by") if after.get("promised_at") else _("took the promise back")
    if one.kind == "assigned" and "owner_id" not in after and "team_id" in after:
        team = names.get(-(after["team_id"] or 0), "")
        return _("gave it to the team {team}").format(team=team) if team else _("took the team off")
    if one.kind == "assigned":
        owner = names.get(after.get("owner_id") or 0, "")
        return (
            _("gave it to {owner}").format(owner=owner)
            if owner and owner != one.actor
            else _("took it")
            if owner
            else _("took its owner off")
        )
    if one.kind == "priority":
        return _("set priority {priority}").format(priority=_(after.get("priority", "")))
    if one.kind == "tagged":
        was, now = set(before.get("tags", ())), set(after.get("tags", ()))
        return " ".join(
            [_("tagged"), *(f"+{tag}" for tag in sorted(now - was)), *(f"-{tag}" for tag in sorted(was - now))]
        )
    if one.kind == "placed":
        return _(_PLACE.get(after.get("place", ""), ""))
    if one.kind == "joined":
        return _("merged #{number} into this ({messages})").format(
            number=after.get("conversation"), messages=_messages(after.get("messages"))
        )
    if one.kind == "split":
        return _("split {messages} out to #{number}").format(
            messages=_messages(after.get("messages")), number=after.get("into")
        )
    if one.kind == "erased":
        return _("erased all words")
    if one.kind == "edited":
        return _("a message was edited: its details say what stood there")
    if one.kind == "consent":
        given = after.get("consent.state") == "given"
        if after.get("consent.state") is None:
            return _("took back what was said of {purpose} on {kind}").format(
                purpose=_(after.get("purpose", "")), kind=after.get("channel_kind", "")
            )
        how = _("allowed {purpose} on {kind}") if given else _("forbade {purpose} on {kind}")
        return how.format(purpose=_(after.get("purpose", "")), kind=after.get("channel_kind", ""))
    if one.kind == "opened":
        return _("split this out of #{number}").format(number=after["split_from"]) if "split_from" in after else ""
    return "" if one.kind in _SEEN else one.kind.replace("_", " ")


def _messages(count: Any) -> str:
    return ngettext("{count} message", "{count} messages", count or 0).format(count=count)


def _until(one: Event) -> int | None:
    found = one.after.get("snoozed_until") or one.after.get("promised_at")
    return found if isinstance(found, int) else None


def acts(workspace: Workspace, number: int, limit: int = 500) -> list[rows.Act]:
    """Return the acts on a conversation and on its customer, newest first; those of its customer's other conversations
    are theirs."""
    reader = workspace.database.reader
    customer = reader.value("SELECT customer_id FROM conversation WHERE id = ?", (number,))
    found = reader.all(
        "SELECT * FROM act WHERE id IN (SELECT act_id FROM event WHERE conversation_id = ? UNION "
        "SELECT act_id FROM event WHERE customer_id = ? AND conversation_id IS NULL) ORDER BY id DESC LIMIT ?",
        (number, customer, limit),
    )
    return [_act(row) for row in found]


def acts_by_id(workspace: Workspace, ids: set[int]) -> dict[int, rows.Act]:
    """Return these acts by their ids; unknown ones are left out."""
    return _acts(workspace.database.reader, ids)


def events_of(workspace: Workspace, number: int, limit: int, after: int | None = None) -> list[Event]:
    """Return events of a conversation and of its customer, oldest first: the newest `limit`, or those after an id."""
    reader = workspace.database.reader
    customer = reader.value("SELECT customer_id FROM conversation WHERE id = ?", (number,))
    order = "DESC" if after is None else ""
    found = reader.all(
        f"SELECT * FROM (SELECT * FROM event WHERE conversation_id = ? AND id > ? ORDER BY id {order} LIMIT ?) AS here "
        "UNION SELECT * FROM (SELECT * FROM event WHERE customer_id = ? AND conversation_id IS NULL AND id > ? "
        f"ORDER BY id {order} LIMIT ?) AS theirs ORDER BY id {order} LIMIT ?",
        (number, after or 0, limit, customer, after or 0, limit, limit),
    )
    return [event(row) for row in (found[::-1] if after is None else found)]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that taking an act back would change: what, from where, to where."""

    what: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking an act back would do: `steps` say what goes where, `left` what was changed since and stays."""

    act: rows.Act
    steps: tuple[Step, ...]
    restored: tuple[str, ...]
    left: tuple[str, ...]


def preview(workspace: Workspace, actor: rows.Actor, act_id: int | None = None) -> Preview:
    """Say what taking an act back would do, by doing it in a transaction that is rolled back.

    Raises NotFoundError and RefusedError as `undo` does."""

    def look(tx: Connection, undone: undo.Undone, events: Sequence[Any]) -> Preview:
        names = {row[0]: row[1] for row in tx.all("SELECT id, login FROM agent")}
        steps = [step for row in events for step in _steps(event(row), names)]
        moved = tx.all(
            "SELECT before_id, after_id, count(*) AS rows FROM moved WHERE act_id = ? AND table_name = 'message' AND "
            "column_name = 'conversation_id' GROUP BY before_id, after_id",
            (undone.act.id,),
        )
        steps += [Step(_messages(row["rows"]), f"#{row['before_id']}", f"#{row['after_id']}") for row in moved]
        act = replace(undone.undone, undone_by=None)
        return Preview(act, tuple(dict.fromkeys(steps)), undone.restored, undone.left)

    return undo.rehearse(workspace, actor, look, act_id)


def _steps(one: Event, names: dict[int, str]) -> list[Step]:
    where = f"#{one.conversation_id}" if one.conversation_id is not None else _("the customer")
    return [
        Step(f"{where} {_field(name)}", _value(name, one.before.get(name), names), _value(name, value, names))
        for name, value in one.after.items()
        if name not in ("row", "unread") and name in one.before
    ]


def _field(name: str) -> str:
    column = name.rpartition(".")[2]
    return _(_FIELDS.get(column, column.removesuffix("_id").replace("_", " ")))


def _value(name: str, value: Any, names: dict[int, str]) -> str:
    column = name.rpartition(".")[2]
    if value is None or value == []:
        return _("nobody") if column == "owner_id" else "-"
    if column == "owner_id":
        return names.get(value, str(value))
    if column.endswith(("_at", "_until")) and isinstance(value, int):
        from omnidesk.clock import to_rfc3339

        return str(to_rfc3339(value))
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    return one_line(value if isinstance(value, str) else json.dumps(value), 120)


@dataclass(frozen=True, slots=True)
class Passage:
    """How one message came or went: (when in UTC ms, what, in words) in order, and what its raw header says."""

    steps: tuple[tuple[int, str], ...]
    headers: tuple[tuple[str, str], ...]


_DELIVERY = {"replied": "written", "delayed": "delivery is delayed", "received": "taken in", "noted": "written",
             "logged": "logged"}  # fmt: skip


def passage(workspace: Workspace, message: rows.Message) -> Passage:
    """Return the receipts and the delivery history of a message, and the header fields it arrived with."""
    reader = workspace.database.reader
    steps = [
        (one.received_at, _("arrived at {channel} {folder}").format(channel=one.channel, folder=one.folder).rstrip())
        for one in message.receipts
    ]
    for row in reader.all(
        "SELECT at, actor, kind, after_json FROM event WHERE conversation_id = ? AND message_id = ? ORDER BY id",
        (message.conversation_id, message.id),
    ):
        after = json.loads(row["after_json"])
        said = _(_DELIVERY.get(row["kind"], row["kind"].replace("_", " ")))
        status = next((value for name, value in after.items() if name.endswith("status")), None)
        error = next((value for name, value in after.items() if name.endswith("error")), None)
        words = f"{_(str(status))}{f': {retold(error)}' if error else ''}" if status else said
        steps.append((row["at"], one_line(f"{words} ({row['actor']})", 300)))
    outbox = reader.one("SELECT attempts, due_at FROM outbox WHERE message_id = ?", (message.id,))
    if outbox is not None and outbox["attempts"]:
        steps.append((outbox["due_at"], _("due; tried {count} times so far").format(count=outbox["attempts"])))
    return Passage(tuple(sorted(steps)), _headers(workspace, message))


def _headers(workspace: Workspace, message: rows.Message) -> tuple[tuple[str, str], ...]:
    """The header fields of what arrived as a mail (RFC 5322), unfolded and otherwise as they came."""
    from omnidesk.desk import threads

    try:
        raw = threads.raw(workspace, message.id)
    except NotFoundError:
        return ()
    head = raw[:200_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found: list[tuple[str, str]] = []
    for line in head.decode("utf-8", "replace").split("\n")[:1_000]:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif colon and name.isascii() and name.replace("-", "").isalnum():
            found.append((name, value.strip()))
        elif not line.startswith("From "):
            return ()  # no mail: a webhook's body, a line of JSON
    return tuple((name, one_line(value, 2_000)) for name, value in found)
