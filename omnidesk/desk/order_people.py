"""Whoever placed an order becomes a customer once an agent talks to them: by its addresses, none of which is proven."""

from __future__ import annotations

from omnidesk.connectors.base import Party
from omnidesk.desk import identity, orders
from omnidesk.desk.acts import Act, perform
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import RefusedError
from omnidesk.words.orders import ShopOrder
from omnidesk.words.rows import Actor, Customer, Identity
from omnidesk.words.speech import _


def stand_in(order: ShopOrder) -> Customer:
    """Return who placed an order as a customer that is not there yet: id 0."""
    addresses = tuple(
        Identity(0, kind, "", value, order.name, verified=False, deliverable=True, blocked=False, claimed=True)
        for kind, value in order.addresses
    )
    return Customer(0, order.name or order.order.number, None, None, None, False, (), addresses, 0, 1, order.heard_at)


def customer_of(workspace: Workspace, actor: Actor, order_id: int) -> int:
    """Return the customer of an order, made where nobody is known by its addresses.

    Raises NotFoundError, and RefusedError where the order bears no address or those of several customers."""
    order = orders.get(workspace, order_id)
    known = orders.customers_of(workspace, order_id)
    if len(known) > 1:
        raise RefusedError(
            _("order {number} bears addresses of several customers: choose one of them").format(
                number=order.order.number
            )
        )
    if known:
        return known[0]
    if not order.addresses:
        raise RefusedError(_("order {number} bears no address: say who it is").format(number=order.order.number))

    def work(act: Act) -> int:
        people = identity.People(act)
        first, *others = (Party(kind, value, order.name) for kind, value in order.addresses)
        author = people.known(first, proven=False)
        for other in others:
            people.claimed(other, author)
        act.event("customer_added", customer=author.customer_id, after={"order": order.id})
        act.summary = f"made who placed order {order.order.number} a customer"
        return author.customer_id

    return perform(workspace, actor, "customer", work)[1]
