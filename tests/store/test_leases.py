"""Leases: one holder at a time, a number that grows with each, a stale number refused."""

from __future__ import annotations

import pytest

from omnidesk.store import leases
from omnidesk.store.leases import LeaseLostError
from tests.filling import Clock, Desk

pytestmark = pytest.mark.databases


def acquire(desk: Desk, owner: str, seconds: float = 10) -> int | None:
    return desk.workspace.database.write(lambda tx: leases.acquire(tx, "clock", owner, int(seconds * 1000)))


def check(desk: Desk, number: int) -> None:
    desk.workspace.database.write(lambda tx: leases.check(tx, "clock", number))


def test_a_lease_has_one_holder_until_it_runs_out(time: Clock, desk: Desk) -> None:
    assert acquire(desk, "one") == 1
    assert acquire(desk, "two") is None
    time.forward(seconds=9.9)
    assert acquire(desk, "two") is None
    time.forward(seconds=0.1)
    assert acquire(desk, "two") == 2
    assert acquire(desk, "one") is None


def test_renewing_keeps_the_number(time: Clock, desk: Desk) -> None:
    for _ in range(5):
        assert acquire(desk, "one") == 1
        time.forward(seconds=6)
    assert leases.holder(desk.workspace.database.reader, "clock") == "one"


def test_the_number_grows_with_each_holder_even_when_the_same_returns(time: Clock, desk: Desk) -> None:
    numbers = []
    for owner in ("one", "two", "one", "one"):
        numbers.append(acquire(desk, owner))
        time.forward(seconds=11)
    assert numbers == [1, 2, 3, 4]
    assert leases.holder(desk.workspace.database.reader, "clock") is None


def test_a_stale_number_is_refused(time: Clock, desk: Desk) -> None:
    acquire(desk, "one")
    check(desk, 1)
    time.forward(seconds=11)
    check(desk, 1)
    acquire(desk, "two")
    with pytest.raises(LeaseLostError, match="took over clock"):
        check(desk, 1)
    check(desk, 2)


def test_a_lease_given_back_is_free_at_once(time: Clock, desk: Desk) -> None:
    acquire(desk, "one")
    desk.workspace.database.write(lambda tx: leases.release(tx, "clock", 1))
    assert acquire(desk, "two") == 2
    desk.workspace.database.write(lambda tx: leases.release(tx, "clock", 1))
    assert leases.holder(desk.workspace.database.reader, "clock") == "two"


def test_a_lease_that_nobody_ever_took_is_not_held(desk: Desk) -> None:
    with pytest.raises(LeaseLostError):
        check(desk, 1)
