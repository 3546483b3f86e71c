"""Addresses that a customer only says are theirs. They prove nothing and open nothing.

One that nobody used becomes an identity of the customer, marked as claimed; one that is known from somebody else stays
theirs, and is only noted with the conversation, so that an agent may write there. Whoever writes from a claimed address
shows whose it is: in a conversation of the customer who claimed it, theirs; elsewhere, another person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from omnidesk.connectors.base import Party
from omnidesk.desk.batch import Batch
from omnidesk.desk.identity import Known
from omnidesk.desk.threading import Found
from omnidesk.text.address import normalise_identity, valid_email

MOST = 5
"""Addresses that one message may claim."""


def note(batch: Batch, number: int, author: Known, said: Sequence[Party]) -> None:
    """Take note of the addresses that the author of a message in a conversation says are theirs."""
    for party in said[:MOST]:
        if batch.ours(party) or not _usable(party):
            continue
        known = batch.people.claimed(party, author)
        if known.id != author.id and known.customer_id != author.customer_id:
            batch.conversations.claim(number, known.id)
        if known.new or known.customer_id != author.customer_id:
            batch.act.event("claimed", number, author.customer_id, after={"identity": known.id})


def settled(batch: Batch, author: Known, found: Sequence[Found]) -> Known:
    """Return the author of a message from a claimed address as they are known from now on: who answers within a
    conversation of the customer who claimed it is that customer, anybody else is not."""
    numbers = [each.conversation for each in found if not each.offered]
    owners = {one.customer_id for number in numbers if (one := batch.conversations.get(number)) is not None}
    if author.customer_id in owners:
        batch.people.own(author)
        return replace(author, claimed=False)
    return batch.people.part(author)


def _usable(party: Party) -> bool:
    return valid_email(party.value) if party.kind == "email" else bool(normalise_identity(party.kind, party.value))
