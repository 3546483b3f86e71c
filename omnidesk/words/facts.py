"""Facts about a customer: which kinds there are, what they are called, and one fact as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KINDS: Mapping[str, str] = {
    "order_number": "order number",
    "customer_number": "customer number",
    "serial_number": "serial number",
    "name": "name",
    "address": "address",
    "postcode": "postcode",
    "phone": "telephone number",
    "email": "e-mail address",
    "size": "size",
    "delivery": "delivery wish",
    "iban": "bank account",
}
"""Every kind that comes with the program, in the order in which they are shown, and what it is called."""
PRIVATE = frozenset(KINDS) - {"name", "size", "delivery", "iban"}
"""Kinds whose values are no public matter; a bank account is never kept whole."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known about a customer, and from where: `source` is message, form, order or agent.

    `channel` is the kind of the message it was said in, `reference` what its order is called, `agent` who typed it in;
    `at` is when it was said (UTC milliseconds). One that is not `proven` came by a form, which anybody can fill in.
    """

    id: int
    customer_id: int
    kind: str
    label: str
    value: str
    source: str
    at: int
    message_id: int | None = None
    conversation_id: int | None = None
    channel: str = ""
    reference: str = ""
    agent: str = ""
    proven: bool = True


@dataclass(frozen=True, slots=True)
class OwnKind:
    """How a workspace recognises facts of its own: a pattern (a regular expression) whose match is a value, whatever
    stands around it. `kind` may be one of `KINDS`, whose values are then found without a word that names them."""

    kind: str
    label: str
    pattern: str
    example: str
