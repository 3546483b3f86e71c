"""Making a workspace in haste: nothing waits for the disk within the block, everything does again behind it."""

from __future__ import annotations

import pytest

from tests.filling import Desk


def durable(desk: Desk) -> list[int]:
    """Return what `synchronous` is for the database and the blobs of this thread: 2 is FULL, 0 is OFF."""
    database, blobs = desk.workspace.database, desk.workspace.blobs
    found = [database.write(lambda tx: tx.value("PRAGMA synchronous"))]
    return [*found, blobs.small.connection.raw.execute("PRAGMA synchronous").fetchone()[0]]


@pytest.mark.sqlite
def test_haste_ends_with_its_block_whatever_happens(desk: Desk) -> None:
    assert durable(desk) == [2, 2]
    with desk.workspace.in_haste():
        assert durable(desk) == [0, 0]
    assert durable(desk) == [2, 2]
    with pytest.raises(ZeroDivisionError), desk.workspace.in_haste():
        1 / 0  # noqa: B018
    assert durable(desk) == [2, 2]
