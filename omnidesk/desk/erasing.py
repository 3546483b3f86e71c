"""Erasing a person: all that tells who they were goes for good; that somebody came, when and by what, stays counted.

Whoever was merged into them goes as well. The act stays in the history with a number and no name. Who writes again
afterwards is a new customer. It cannot be taken back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.desk import belongings, conversations, customers, forgetting, indexing, naming, persons, searching
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.belongings import BELONGINGS, Of
from omnidesk.store import search
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.ids import span
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _

_KEPT = frozenset((
    "status", "priority", "place", "consent.state", "purpose", "channel_kind", "suggestion.state", "due_reason",
))  # fmt: skip
"""Fields of events whose words are ours; of the others only numbers stay."""
AROUND = clock.HOUR
"""How long before and after the first and last news of a call its telephone system may have told of it."""
MOST_MENTIONS = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Whose rows these are: the customer who stands for all that were merged, their addresses and conversations, and
    what they wrote in conversations of others."""

    customers: tuple[int, ...]
    identities: tuple[int, ...]
    conversations: tuple[int, ...]
    elsewhere: tuple[int, ...]
    words: tuple[str, ...]
    """Names and addresses by which they are told, in lower case."""
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would take, and what it leaves: conversations of others in which they took part (their own words
    there go) and those that name an address of theirs, for a person to look at."""

    name: str
    customers: int
    addresses: tuple[str, ...]
    conversations: int
    messages: int
    files: int
    calls: int
    queued: int
    took_part: tuple[int, ...]
    named_in: tuple[int, ...]


def person(connection: Connection, customer: int) -> Person:
    """Return what belongs to a person. Raises NotFoundError, RefusedError for one who was erased."""
    row = connection.one("SELECT erased_at FROM customer WHERE id = ?", (customer,))
    if row is None:
        raise NotFoundError(
            _("there is no customer {customer_id}; `omnidesk customer find ADDRESS` searches").format(
                customer_id=customer
            )
        )
    if row["erased_at"] is not None:
        raise RefusedError(
            _("customer {customer_id} was erased: nothing is known of them").format(customer_id=customer)
        )
    everyone = persons.customers(connection, customer)
    known = rows_in(connection, "SELECT id, value, name FROM identity WHERE customer_id IN ({})", everyone)
    names = [row[0] for row in rows_in(connection, "SELECT name FROM customer WHERE id IN ({})", everyone)]
    theirs = [row["id"] for row in known]
    own = {row[0] for row in rows_in(connection, "SELECT id FROM conversation WHERE customer_id IN ({})", everyone)}
    wrote = rows_in(connection, "SELECT id, conversation_id FROM message WHERE identity_id IN ({})", theirs)
    told = [*names, *(word for row in known for word in (row["value"], row["name"]))]
    return Person(
        tuple(everyone),
        tuple(theirs),
        tuple(sorted(own)),
        tuple(row["id"] for row in wrote if row["conversation_id"] not in own),
        tuple(dict.fromkeys(word.lower() for word in told if len(word) > 1)),
        tuple(row["value"] for row in known),
    )


def preview(workspace: Workspace, customer: int) -> Preview:
    """Say what erasing a customer would take. Raises as `person`."""
    reader = workspace.database.reader
    one = person(reader, customer)
    known = customers.get(workspace, customer)
    counted = "SELECT count(*), coalesce(sum(files), 0) FROM message WHERE {} IN ({{}})"
    here = rows_in(reader, counted.format("conversation_id"), one.conversations)
    there = rows_in(reader, counted.format("id"), one.elsewhere)
    queued = rows_in(
        reader, "SELECT count(*) FROM outbox WHERE state = 'queued' AND conversation_id IN ({})", one.conversations
    )
    calls = rows_in(reader, "SELECT count(*) FROM call WHERE identity_id IN ({})", one.identities)
    shared = _took_part(reader, one)
    named = {
        hit.conversation.id
        for address in one.addresses
        for hit in searching.search(workspace, f'"{address}"', None, MOST_MENTIONS)[0]
    }
    return Preview(
        known.name,
        len(one.customers),
        one.addresses,
        len(one.conversations),
        sum(row[0] for row in [*here, *there]),
        sum(row[1] for row in [*here, *there]),
        sum(row[0] for row in calls),
        sum(row[0] for row in queued),
        tuple(shared),
        tuple(sorted(named - set(one.conversations) - set(shared))),
    )


def erase(workspace: Workspace, actor: Actor, customer: int) -> rows.Act:
    """Erase a person for good. Raises NotFoundError, and RefusedError while something is being sent to them."""

    def work(act: Act) -> None:
        tx, blobs = act.tx, set[str]()
        one = person(tx, customer)
        act.summary = f"erased customer {one.customers[0]}"
        shared = _took_part(tx, one)
        _events_go(act, one)
        _calls_go(workspace, act, one, blobs)
        _what_nobody_filed_goes(workspace, act, one, blobs)
        _take_out_of_others(act, one)
        forgetting.forget_messages(workspace, act, one.elsewhere, blobs)
        for number in shared:
            conversations.recount(tx, number)
        for number in one.conversations:
            forgetting.forget_conversation(workspace, act, number, blobs)
            act.event("erased", number)
        there = belongings.tables(tx)
        for belonging in BELONGINGS:
            ids = {Of.CUSTOMER: one.customers, Of.IDENTITY: one.identities}.get(belonging.of, ())
            if belonging.table not in there:
                continue
            if belonging.raw:
                raw = [row["raw_item_id"] for row in belongings.rows(tx, belonging, ids)]
                forgetting.bury_raw(workspace, act, [each for each in raw if each], blobs)
            belongings.erase(tx, belonging, ids)
        tx.execute_many("DELETE FROM identity WHERE id = ?", [(each,) for each in one.identities])
        for each in one.customers:
            tx.execute(
                "UPDATE customer SET name = '', company = NULL, language = NULL, preferred_channel = NULL, vip = ?, "
                "organisation_id = NULL, erased_at = ? WHERE id = ?",
                (False, act.at, each),
            )
            act.event("customer_erased", customer=each, after={"conversations": len(one.conversations)})
        naming.renew(tx, one.customers)
        forgetting.note_blobs(act, blobs)

    done, _nothing = perform(workspace, actor, "erase", work)
    forgetting.remove_blobs(workspace)
    workspace.database.scrub()
    return done


def _took_part(connection: Connection, one: Person) -> list[int]:
    """Return the conversations of others in which they took part."""
    found = rows_in(
        connection, "SELECT DISTINCT conversation_id FROM participant WHERE identity_id IN ({})", one.identities
    )
    wrote = rows_in(connection, "SELECT DISTINCT conversation_id FROM message WHERE id IN ({})", one.elsewhere)
    return sorted({row[0] for row in [*found, *wrote]} - set(one.conversations))


def _events_go(act: Act, one: Person) -> None:
    """Take the words out of what the history says of them, and their names out of what acts are called."""
    tx = act.tx
    acts: set[int] = set()
    for column, ids in (
        ("customer_id", one.customers), ("conversation_id", one.conversations), ("message_id", one.elsewhere),
    ):  # fmt: skip
        found = rows_in(tx, f"SELECT id, act_id, before_json, after_json FROM event WHERE {column} IN ({{}})", ids)
        for row in found:
            acts.add(row["act_id"])
            bare = _bare(row["before_json"]), _bare(row["after_json"])
            if bare != (row["before_json"], row["after_json"]):
                tx.execute("UPDATE event SET before_json = ?, after_json = ? WHERE id = ?", (*bare, row["id"]))
    for row in rows_in(tx, "SELECT id, summary FROM act WHERE summary <> '' AND id IN ({})", acts):
        if any(word in row["summary"].lower() for word in one.words):
            tx.execute("UPDATE act SET summary = '' WHERE id = ?", (row["id"],))


def _bare(said: str) -> str:
    if said == "{}":
        return said
    kept = {
        name: value
        for name, value in json.loads(said).items()
        if value is None or isinstance(value, int | float) or (isinstance(value, str) and name in _KEPT)
    }
    return json.dumps(kept) if kept else "{}"


def _calls_go(workspace: Workspace, act: Act, one: Person, blobs: set[str]) -> None:
    """Remove what telephone systems told of their calls beside what became a message."""
    for call in rows_in(act.tx, "SELECT * FROM call WHERE identity_id IN ({})", one.identities):
        digits = "".join(each for each in call["number"] if each.isdigit())[-8:]
        marks = [mark.encode() for mark in (digits, call["external_id"]) if mark]
        lasted = max(0, call["heard_at"] - call["began_at"])
        found = act.tx.all(
            "SELECT id, blob FROM raw_item WHERE id > ? AND id < ? AND channel_id = ?",
            (call["id"] - span(AROUND), call["id"] + span(lasted + AROUND), call["channel_id"]),
        )
        told = [row["id"] for row in found if any(mark in _raw(workspace, row["blob"]) for mark in marks)]
        forgetting.bury_raw(workspace, act, told, blobs)


def _what_nobody_filed_goes(workspace: Workspace, act: Act, one: Person, blobs: set[str]) -> None:
    """Remove from the quarantine what bears an address of theirs."""
    for row in act.tx.all("SELECT r.id, r.blob FROM quarantine q JOIN raw_item r ON r.id = q.raw_item_id"):
        raw = _raw(workspace, row["blob"]).lower()
        if any(address.lower().encode() in raw for address in one.addresses):
            forgetting.bury_raw(workspace, act, [row["id"]], blobs)


def _raw(workspace: Workspace, blob: str) -> bytes:
    try:
        return workspace.blobs.get(blob)
    except NotFoundError:
        return b""


def _take_out_of_others(act: Act, one: Person) -> None:
    """Take their addresses out of whom others wrote to, and drop what was begun to be written to them."""
    tx = act.tx
    messages: Sequence[Any] = rows_in(
        tx, "SELECT * FROM message WHERE recipients_json <> ? AND conversation_id IN ({})", _took_part(tx, one), ("{}",)
    )
    for row in messages:
        said = json.loads(row["recipients_json"])
        left = {
            some: [pair for pair in pairs if not _is_theirs(one, pair)] if isinstance(pairs, list) else pairs
            for some, pairs in said.items()
        }
        if left != said:
            search.remove(tx, row["search_id"], indexing.stored_entry(tx, row))
            fresh = json.dumps(left, ensure_ascii=False)
            tx.execute("UPDATE message SET recipients_json = ? WHERE id = ?", (fresh, row["id"]))
            changed = tx.one("SELECT * FROM message WHERE id = ?", (row["id"],))
            search.add(tx, row["search_id"], indexing.stored_entry(tx, changed))
    for row in tx.all("SELECT uuid, recipients_json FROM draft WHERE conversation_id = 0"):
        if any(address.lower() in row["recipients_json"].lower() for address in one.addresses):
            tx.execute("DELETE FROM draft WHERE uuid = ?", (row["uuid"],))


def _is_theirs(one: Person, pair: Any) -> bool:
    return any(str(word).lower() in {address.lower() for address in one.addresses} for word in pair)
