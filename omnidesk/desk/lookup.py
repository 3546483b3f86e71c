"""Who is it? Customers by whatever is known of them at the telephone or the counter, found while it is typed.

An order is looked up by how its number begins and by the addresses it bears, a telephone number from its first digits
on, an address by how it begins; anything else, a name, is searched for in the messages. Nothing here grows with the
number of customers: prefixes ride on identity's unique (kind, scope, value) and on the indexes of orders, words on the
index of the search.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from omnidesk.desk import order_people, orders, phones, searching
from omnidesk.store import people, thread
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.text.phone import begun_phone, could_be_phone
from omnidesk.words.errors import UsageError
from omnidesk.words.orders import ShopOrder
from omnidesk.words.rows import Conversation, Customer

MOST = 8
FEWEST = 3
"""Characters from which it is looked for."""
LOOKED_AT = 40
"""Messages of a search whose customers are taken."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer it may be: their conversations that are not closed, their last contact (UTC ms and kind), and where
    what was typed was found, in words."""

    customer: Customer
    open: tuple[Conversation, ...]
    last_at: int | None
    last_kind: str
    found_in: str = ""
    order: ShopOrder | None = None
    """The order by which they were found. Who placed it may be no customer yet: then `customer.id` is 0."""

    @property
    def phone(self) -> str:
        """A number of theirs; "" where none is known."""
        return next((one.value for one in self.customer.identities if one.kind == "phone"), "")


def look_up(workspace: Workspace, typed: str) -> list[Candidate]:
    """Return the customers that what was typed may mean, the likeliest first."""
    said = one_line(typed, 200)
    if len(said) < FEWEST:
        return []
    ordered = _by_order(workspace, said)
    found: dict[int, str] = dict.fromkeys([one.customer.id for one in ordered], "")
    found |= {customer: "" for customer in _by_address(workspace, said) if customer not in found}
    for customer, where in _by_words(workspace, said):
        found.setdefault(customer, where)
    others = [one for one in found if one not in {each.customer.id for each in ordered}]
    return [*ordered, *candidates(workspace, others, found)][:MOST]


def candidates(workspace: Workspace, ids: Iterable[int], found: dict[int, str] | None = None) -> list[Candidate]:
    """Return customers with what is open and their last contact; rides on conversation_customer."""
    reader = workspace.database.reader
    result = []
    for customer in people.customers(reader, ids):
        rows = reader.all(
            "SELECT id FROM conversation WHERE customer_id = ? AND place = 'desk' AND message_count > 0 "
            "ORDER BY last_message_at DESC LIMIT 50",
            (customer.id,),
        )
        matters = thread.conversations(reader, [row[0] for row in rows])
        last = matters[0] if matters else None
        result.append(
            Candidate(
                customer=customer,
                open=tuple(one for one in matters if one.status != "closed"),
                last_at=None if last is None else last.last_message_at,
                last_kind="" if last is None or not last.kinds else last.kinds[-1],
                found_in=(found or {}).get(customer.id, ""),
            )
        )
    return result


def _by_order(workspace: Workspace, said: str) -> list[Candidate]:
    """Return who placed the orders that what was typed may mean, one of each, the orders in their order."""
    result: list[Candidate] = []
    seen: set[object] = set()
    for order in orders.typed(workspace, said, MOST):
        whose = orders.customers_of(workspace, order.id)
        fresh = [one for one in whose if one not in seen]
        seen.update(whose)
        result += [replace(one, order=order) for one in candidates(workspace, fresh)]
        nobody = (order.name, order.addresses)
        if not whose and nobody not in seen:
            seen.add(nobody)
            result.append(Candidate(order_people.stand_in(order), (), None, "", order=order))
    return result


def _by_address(workspace: Workspace, said: str) -> list[int]:
    """Customers whose number, e-mail or postal address begins so."""
    reader = workspace.database.reader
    wanted = [("post", said), ("email", said.lower())]
    if could_be_phone(said):
        wanted = [("phone", begun_phone(said, phones.region(reader)))]
    found: list[int] = []
    for kind, begun in wanted:
        rows = reader.all(
            "SELECT customer_id FROM identity WHERE kind = ? AND scope = '' AND value >= ? AND value < ? "
            "ORDER BY value LIMIT ?",
            (kind, begun, begun + "\U0010ffff", MOST),
        )
        found += [row[0] for row in rows]
    return list(dict.fromkeys(found))


def _by_words(workspace: Workspace, said: str) -> list[tuple[int, str]]:
    """Customers of the newest messages that hold all these words, and the subject of the message's conversation."""
    words = " ".join(f'"{word}"' for word in said.replace('"', " ").split())
    try:
        hits, _following = searching.search(workspace, words, None, LOOKED_AT)
    except UsageError:
        return []
    return [
        (hit.conversation.customer_id, f"#{hit.conversation.id} {hit.conversation.subject}")
        for hit in hits
        if hit.conversation.customer_id is not None
    ]
