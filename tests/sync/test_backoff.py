"""Waits after failures: exponential, with full jitter, and what the provider asked for is obeyed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omnidesk.sync.backoff import Backoff


@given(failures=st.integers(1, 80), first=st.floats(0.01, 10), most=st.floats(10, 1000))
def test_each_wait_lies_between_nothing_and_its_ceiling(failures: int, first: float, most: float) -> None:
    backoff = Backoff(first, most)
    for number in range(failures):
        assert 0 < backoff.failed() <= min(most, first * 2.0 ** min(number, 60))


def test_waits_differ_so_that_many_do_not_come_back_at_once() -> None:
    waits = {Backoff(100, 1000).failed() for _ in range(50)}
    assert len(waits) == 50
    assert max(waits) - min(waits) > 50


def test_what_the_provider_asks_for_is_obeyed_and_counts_as_a_failure() -> None:
    backoff = Backoff(1, 100)
    assert backoff.failed(42.5) == 42.5
    assert backoff.failed(-3) == 0
    assert backoff.failures == 2
    backoff.succeeded()
    assert backoff.failed() <= 1
