"""Customers who are one person: merged, and their addresses given from one to another; each undone at any time.

Every identity and conversation that changes hands is recorded in `moved`. Whose it is follows from that record: its
first owner, then the acts that nobody took back, in their order. A merge takes only what its customer has at that
point; what a person gave by name goes wherever it is. So acts are undone in any order, and nothing is lost.
A message's customer follows from its identity, else from its conversation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk.desk import customer_tags, naming, offers
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store import people
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.rows import Actor, Customer
from omnidesk.words.speech import _

MERGE = "customer_merge"
"""The kind of act that moves all that a customer has; any other moves what is named."""
OWNED = ("identity", "conversation", "fact")
"""The tables whose rows belong to a customer and change hands with a record."""
OFFERED = 3
"""Pairs of open conversations that a merge offers to be joined."""
_FILLED = ("company", "language", "preferred_channel", "organisation_id")
"""What the customer who stays takes over where nothing is known of them."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge of customers would do: who stays, who goes into them, and how many conversations change hands."""

    kept: Customer
    gone: tuple[Customer, ...]
    conversations: int


def current(connection: Connection, customer: int) -> int:
    """Return the customer that an id stands for now: whom they were merged into, else themselves."""
    while (into := connection.value("SELECT merged_into FROM customer WHERE id = ?", (customer,))) is not None:
        customer = int(into)
    return customer


def preview(workspace: Workspace, customers: Iterable[int], into: int) -> Preview:
    """Say what merging customers into one would do. Raises NotFoundError, RefusedError."""
    reader = workspace.database.reader
    kept = _existing(reader, into)
    gone = list(dict.fromkeys(_existing(reader, one) for one in customers))
    if kept in gone:
        raise RefusedError(_("that is the same customer already"))
    found = {one.id: one for one in people.customers(reader, [kept, *gone])}
    others = tuple(found[one] for one in gone)
    return Preview(found[kept], others, sum(one.conversations for one in others))


def merge(workspace: Workspace, actor: Actor, customers: Iterable[int], into: int) -> rows.Act:
    """Merge customers into another, who keeps name and number. One undo, at any time. Raises as `preview`."""
    asked = list(customers)

    def work(act: Act) -> None:
        kept = _existing(act.tx, into)
        for customer in dict.fromkeys(_existing(act.tx, one) for one in asked):
            if customer == kept:
                raise RefusedError(_("that is the same customer already"))
            absorb(act, kept, customer, f"merged by {actor.name}")
        act.summary = f"merged {_many(act.tx, asked)} into {_name(act.tx, kept)}"

    return perform_undoable(workspace, actor, MERGE, work)[0]


def absorb(act: Act, into: int, gone: int, reason: str) -> None:
    """Give all that a customer has to another, within an act of the kind MERGE."""
    tx = act.tx
    pairs = [(one, other) for one in _open_of(tx, gone) for other in _open_of(tx, into)]
    moved: dict[str, list[int]] = {}
    for table in OWNED:
        moved[table] = [row[0] for row in tx.all(f"SELECT id FROM {table} WHERE customer_id = ?", (gone,))]
        for row_id in moved[table]:
            act.moved(table, row_id, "customer_id", gone, into)
        tx.execute(f"UPDATE {table} SET customer_id = ? WHERE customer_id = ?", (into, gone))
    resettle(tx, moved)
    _fill(act, into, gone)
    act.change_row("customer_merged", "customer", gone, {"merged_into": into}, customer=gone)
    act.event("customer_joined", customer=into, after={"customer": gone, "reason": reason})
    for one, other in pairs[:OFFERED]:
        offers.offer(act, one, other)
    suggestion = tx.value(
        "SELECT id FROM suggestion WHERE customer_id = ? AND other_id = ?", (min(into, gone), max(into, gone))
    )
    if suggestion is not None:
        act.change_row("suggestion_accepted", "suggestion", suggestion, {"state": "accepted"}, customer=into)
    naming.renew(tx, (into, gone))


def _open_of(tx: Connection, customer: int) -> list[int]:
    """Return the newest conversations of a customer that are not closed; rides on conversation_open."""
    found = tx.all(
        "SELECT id FROM conversation WHERE customer_id = ? AND place = 'desk' AND status <> 'closed' "
        "ORDER BY id DESC LIMIT ?",
        (customer, OFFERED),
    )
    return [row[0] for row in found]


def _fill(act: Act, into: int, gone: int) -> None:
    """Take over what is known only of the one who goes."""
    tx = act.tx
    kept = tx.one("SELECT * FROM customer WHERE id = ?", (into,))
    lost = tx.one("SELECT * FROM customer WHERE id = ?", (gone,))
    assert kept is not None and lost is not None
    fields = {name: lost[name] for name in _FILLED if not kept[name] and lost[name]}
    if lost["vip"] and not kept["vip"]:
        fields["vip"] = True
    if _is_address(tx, into, kept["name"]) and not _is_address(tx, into, lost["name"]):
        fields["name"] = lost["name"]
    if fields:
        act.change_row("customer_changed", "customer", into, fields, customer=into)
    customer_tags.add(act, into, customer_tags.of(tx, gone))


def _is_address(tx: Connection, customer: int, name: str) -> bool:
    """Say whether somebody is called only by an address of theirs."""
    return bool(tx.value("SELECT 1 FROM identity WHERE customer_id = ? AND value = ? LIMIT 1", (customer, name)))


def unmerge(workspace: Workspace, customer: int) -> int:
    """Return the act that merged a customer into another, for `undo`. Raises NotFoundError, RefusedError."""
    reader = workspace.database.reader
    _existing(reader, customer)
    found = reader.value(
        "SELECT event.act_id FROM event JOIN act ON act.id = event.act_id WHERE event.customer_id = ? "
        "AND event.kind = 'customer_merged' AND act.undone_by IS NULL ORDER BY event.id DESC LIMIT 1",
        (customer,),
    )
    if found is None:
        raise RefusedError(_("customer {customer} is not merged into anybody").format(customer=customer))
    return int(found)


def link(workspace: Workspace, actor: Actor, identity: int, customer: int) -> rows.Act:
    """Give an address to another customer, with the conversations that only it takes part in. One undo, at any time.

    Raises NotFoundError, RefusedError."""

    def work(act: Act) -> None:
        owner, value = _owner(act.tx, identity)
        kept = _existing(act.tx, customer)
        if owner == kept:
            raise RefusedError(_("{value} is theirs already").format(value=value))
        give(act, [identity], owner, kept)
        act.summary = f"{one_line(value, 80)} belongs to {_name(act.tx, kept)}"

    return perform_undoable(workspace, actor, "customer_link", work)[0]


def part(workspace: Workspace, actor: Actor, identity: int) -> tuple[rows.Act, int]:
    """Give an address to a new customer of its own, with the conversations that only it takes part in; return whom.

    Raises NotFoundError, RefusedError where it is the only address of its customer."""

    def work(act: Act) -> int:
        tx = act.tx
        owner, value = _owner(tx, identity)
        if not tx.value("SELECT 1 FROM identity WHERE customer_id = ? AND id <> ? LIMIT 1", (owner, identity)):
            raise RefusedError(_("{value} is the only address of its customer").format(value=value))
        fresh = new_id()
        name = tx.value("SELECT name FROM identity WHERE id = ?", (identity,)) or value
        tx.insert("customer", id=fresh, name=name, created_at=act.at)
        give(act, [identity], owner, fresh)
        act.summary = f"{one_line(value, 80)} is somebody else than {_name(tx, owner)}"
        return fresh

    return perform_undoable(workspace, actor, "customer_part", work)


def give(act: Act, identities: Sequence[int], owner: int, to: int) -> None:
    """Give addresses of one customer to another within an act, and the conversations in which nobody else of theirs
    takes part."""
    tx = act.tx
    for identity in identities:
        tx.execute("UPDATE identity SET customer_id = ? WHERE id = ?", (to, identity))
        act.change_row("address_owned", "identity", identity, {"claimed": False}, customer=to)
        act.moved("identity", identity, "customer_id", owner, to)
    followers = _followers(tx, identities, owner)
    for number in followers:
        tx.execute("UPDATE conversation SET customer_id = ? WHERE id = ?", (to, number))
        act.moved("conversation", number, "customer_id", owner, to)
    resettle(tx, {"identity": identities, "conversation": followers})
    act.event("address_went", customer=owner, after={"customer": to})
    act.event("address_came", customer=to, after={"customer": owner})
    naming.renew(tx, (owner, to))


def _followers(tx: Connection, identities: Sequence[int], owner: int) -> list[int]:
    """Return the conversations of a customer in which these identities, which are no longer theirs, take part and none
    that is; rides on participant_identity."""
    return [
        row[0]
        for row in rows_in(
            tx,
            "SELECT DISTINCT c.id FROM participant p JOIN conversation c ON c.id = p.conversation_id "
            "WHERE c.customer_id = ? AND NOT p.claimed AND NOT EXISTS (SELECT 1 FROM participant o JOIN identity i ON "
            "i.id = o.identity_id WHERE o.conversation_id = c.id AND NOT o.claimed AND i.customer_id = c.customer_id) "
            "AND p.identity_id IN ({})",
            identities,
            (owner,),
        )
    ]


def resettle(tx: Transaction, moved: Mapping[str, Iterable[int]]) -> None:
    """Give the messages of identities and conversations that changed hands the customer they have now, and what is
    known by them; rides on message_identity, message_thread and fact_message."""
    for identity in moved.get("identity", ()):
        owner = tx.value("SELECT customer_id FROM identity WHERE id = ?", (identity,))
        tx.execute("UPDATE message SET customer_id = ? WHERE identity_id = ?", (owner, identity))
        said = "SELECT id FROM message WHERE identity_id = ?"
        tx.execute(f"UPDATE fact SET customer_id = ? WHERE message_id IN ({said})", (owner, identity))
    for number in moved.get("conversation", ()):
        tx.execute(
            "UPDATE message SET customer_id = (SELECT c.customer_id FROM conversation c WHERE c.id = "
            "message.conversation_id) WHERE conversation_id = ? AND identity_id IS NULL AND customer_id IS NOT NULL",
            (number,),
        )


# Taking back


def take_back(act: Act, act_id: int, restored: list[str], left: list[str]) -> None:
    """Return what an act moved to whoever has it without that act, within the undo of it."""
    tx = act.tx
    moved = tx.all("SELECT * FROM moved WHERE act_id = ? AND column_name = 'customer_id' ORDER BY id", (act_id,))
    if not moved:
        return
    tx.execute("UPDATE act SET undone_by = ? WHERE id = ?", (act.id, act_id))
    back: dict[str, list[tuple[int, int, int]]] = {table: [] for table in OWNED}
    touched: set[int] = set()
    for table, row_id, before in _may_go_back(tx, moved):
        now = tx.value(f"SELECT customer_id FROM {table} WHERE id = ?", (row_id,))
        if now is None:
            continue
        owner = current(tx, owned_by(tx, table, row_id))
        if owner != now:
            tx.execute(f"UPDATE {table} SET customer_id = ? WHERE id = ?", (owner, row_id))
            back[table].append((row_id, int(now), owner))
            touched |= {int(now), owner}
        elif table == "identity" and now != before:
            value = tx.value("SELECT value FROM identity WHERE id = ?", (row_id,))
            left.append(_("{value} was moved since").format(value=one_line(value, 80)))
    went = {table: [row_id for row_id, _now, _owner in rows_back] for table, rows_back in back.items()}
    for giver, taker in {(now, owner) for _row, now, owner in back["identity"]}:
        ids = [row_id for row_id, now, owner in back["identity"] if (now, owner) == (giver, taker)]
        for number in _followers(tx, ids, giver):  # what came later goes where its addresses went
            tx.execute("UPDATE conversation SET customer_id = ? WHERE id = ?", (taker, number))
            act.moved("conversation", number, "customer_id", giver, taker)
            went["conversation"].append(number)
    resettle(tx, went)
    naming.renew(tx, touched)
    if back["identity"]:
        restored.append(_("{count} addresses to whom they belonged").format(count=len(back["identity"])))
    if back["conversation"]:
        restored.append(_("{count} conversations to whose they were").format(count=len(back["conversation"])))


def _may_go_back(tx: Connection, moved: Sequence[Any]) -> list[tuple[str, int, int]]:
    """Return the rows that an act moved, and what else changed hands once and lies where it put them: some of that was
    held there by this act alone. Each with whose it was before the act, or is now."""
    found = {(row["table_name"], row["row_id"]): int(row["before_id"]) for row in moved}
    for customer in {current(tx, row["after_id"]) for row in moved}:
        for table in OWNED:
            others = tx.all(
                f"SELECT DISTINCT t.id FROM {table} t JOIN moved m ON m.table_name = '{table}' AND m.row_id = t.id "
                "WHERE t.customer_id = ? AND m.column_name = 'customer_id'",
                (customer,),
            )
            for (row_id,) in others:
                found.setdefault((table, row_id), customer)
    return [(table, row_id, before) for (table, row_id), before in found.items()]


def owned_by(tx: Connection, table: str, row_id: int) -> int:
    """Return whose a row is that changed hands, as the head of this module says; rides on moved_row."""
    record = tx.all(
        "SELECT m.before_id, m.after_id, act.kind, act.undone_by FROM moved m LEFT JOIN act ON act.id = m.act_id "
        "WHERE m.table_name = ? AND m.row_id = ? AND m.column_name = 'customer_id' ORDER BY m.id",
        (table, row_id),
    )
    owner = int(record[0]["before_id"])
    for row in record:
        if row["undone_by"] is None and (row["kind"] != MERGE or owner == row["before_id"]):
            owner = int(row["after_id"])
    return owner


def _existing(connection: Connection, customer: int) -> int:
    if connection.value("SELECT 1 FROM customer WHERE id = ?", (customer,)) is None:
        raise NotFoundError(
            _("there is no customer {customer_id}; `omnidesk customer find ADDRESS` searches").format(
                customer_id=customer
            )
        )
    return current(connection, customer)


def _owner(tx: Connection, identity: int) -> tuple[int, str]:
    row = tx.one("SELECT customer_id, value FROM identity WHERE id = ?", (identity,))
    if row is None:
        raise NotFoundError(_("nobody uses that address"))
    return row["customer_id"], row["value"]


def _name(tx: Connection, customer: int) -> str:
    row: Any = tx.value("SELECT name FROM customer WHERE id = ?", (customer,))
    return one_line(str(row or customer), 60)


def _many(tx: Connection, customers: Sequence[int]) -> str:
    return _name(tx, customers[0]) if len(customers) == 1 else f"{len(customers)} customers"
