"""One person, as many rows of `customer` as were merged into one: whom what is asked and done for a person concerns."""

from __future__ import annotations

from omnidesk.desk import customer_merging
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection


def customers(connection: Connection, customer: int) -> list[int]:
    """Return the customer that an id stands for now, and then all who were merged into them; rides on
    customer_merged."""
    found = [customer_merging.current(connection, customer)]
    last = found
    while last:
        last = [row[0] for row in rows_in(connection, "SELECT id FROM customer WHERE merged_into IN ({})", last)]
        found += last
    return found


def identities(connection: Connection, customers: list[int]) -> list[int]:
    """Return the addresses of these customers; rides on identity_customer."""
    return [row[0] for row in rows_in(connection, "SELECT id FROM identity WHERE customer_id IN ({})", customers)]
