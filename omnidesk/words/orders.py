"""Orders, as they cross rooms from a shop's connector to the screen. Times are UTC milliseconds; `None` means unknown.

Amounts are decimal numbers as text (`84.95`), in the order's currency; "" where the shop does not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrderState(StrEnum):
    """How an order stands as a whole."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Payment(StrEnum):
    """How far it is paid."""

    UNKNOWN = ""
    UNPAID = "unpaid"
    PAID = "paid"
    PART_PAID = "part-paid"
    REFUNDED = "refunded"
    PART_REFUNDED = "part-refunded"
    FAILED = "failed"


class Delivery(StrEnum):
    """How far it is delivered."""

    UNKNOWN = ""
    UNSENT = "unsent"
    PART_SENT = "part-sent"
    SENT = "sent"
    DELIVERED = "delivered"
    RETURNED = "returned"
    FAILED = "failed"


class NoteState(StrEnum):
    """How far a note for an order in the shop came."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class OrderLine:
    """One line of an order; `total` is what the line costs."""

    name: str
    quantity: str = "1"
    sku: str = ""
    total: str = ""


@dataclass(frozen=True)
class Parcel:
    """What was sent: by whom, its tracking number and page, and how it does in the carrier's or the shop's words."""

    carrier: str = ""
    number: str = ""
    url: str = ""
    status: str = ""
    at: int | None = None


@dataclass(frozen=True)
class Return:
    """What comes back or was paid back."""

    number: str = ""
    status: str = ""
    total: str = ""
    reason: str = ""
    at: int | None = None


@dataclass(frozen=True)
class Order:
    """One order as its shop tells it. `number` is what customers call it, `status` the shop's own word.

    `updated_at` decides which of two tellings is the newer one. `billing` and `shipping` are postal addresses, a line
    each. `url` is its page for those who work in the shop, `return_url` the page where the customer registers a return,
    `note` what the customer wrote with it."""

    number: str
    at: int
    updated_at: int
    status: str = ""
    state: OrderState = OrderState.OPEN
    payment: Payment = Payment.UNKNOWN
    payment_method: str = ""
    delivery: Delivery = Delivery.UNKNOWN
    delivery_method: str = ""
    currency: str = ""
    total: str = ""
    refunded: str = ""
    lines: tuple[OrderLine, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    returns: tuple[Return, ...] = ()
    billing: tuple[str, ...] = ()
    shipping: tuple[str, ...] = ()
    note: str = ""
    url: str = ""
    return_url: str = ""


@dataclass(frozen=True)
class OrderNote:
    """A note of ours for an order in the shop, and how far it came."""

    id: int
    text: str
    author: str
    state: NoteState
    error: str
    at: int


@dataclass(frozen=True)
class ShopOrder:
    """An order as it is kept: from which channel, under which id of the shop's, for whom, and when it was last told.

    `addresses` are the (kind, value) by which it is the customer's who uses one of them. `name` is as the shop has
    it."""

    id: int
    channel: str
    channel_id: int
    source_id: str
    name: str
    addresses: tuple[tuple[str, str], ...]
    heard_at: int
    order: Order
    can_note: bool = False
    """Whether the shop takes notes from us."""


@dataclass(frozen=True)
class Beside:
    """An order shown beside a conversation, and why: `named_in` is the message that names its number, None where it is
    only the customer's. `theirs` says that it bears one of the customer's addresses."""

    order: ShopOrder
    theirs: bool
    named_in: int | None = None
    named_at: int | None = None
    named_kind: str = ""


@dataclass(frozen=True)
class OrdersBeside:
    """The orders shown beside a conversation, those that it names first; `count` are all that are the customer's."""

    orders: tuple[Beside, ...] = ()
    count: int = 0
