"""Any bytes are a mail: they come out as clean text and safe names, and nothing raises."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.connectors.email import decode
from tests.fuzz.mails import ODD, check, seeds

SEEDS = list(seeds())


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_the_mails_to_begin_with_hold(number: int) -> None:
    check(SEEDS[number])


@pytest.mark.slow
@settings(max_examples=3_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=2_000))
@example(b"\x00" * 100)
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    check(raw)


@pytest.mark.slow
@settings(max_examples=4_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.integers(0, 2**32), st.integers(1, 12))
def test_any_damage_to_a_mail_leaves_a_mail(raw: bytes, seed: int, damages: int) -> None:
    check(damaged(raw, random.Random(seed), damages))


def damaged(raw: bytes, rng: random.Random, times: int) -> bytes:
    """Return a mail with bytes changed, cut out, doubled, or taken from another."""
    for _ in range(times):
        first, last = sorted(rng.randrange(len(raw) + 1) for _ in range(2))
        last = min(last, first + 400)
        other = rng.choice(SEEDS)
        begin = rng.randrange(len(other) + 1)
        raw = rng.choice(
            (
                raw[:first] + rng.randbytes(3) + raw[first + 3 :],
                raw[:first] + raw[last:],
                raw[:first] + raw[first:last] * 3 + raw[last:],
                raw[:first] + other[begin : begin + 300] + raw[first:],
            )
        )[:20_000]
    return raw


def test_what_breaks_the_reader_is_shown_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_item: Item) -> None:
        raise RecursionError

    monkeypatch.setattr(decode, "_decode", broken)
    (found,) = registry.connector("email").decode(Item("x", ODD[2], 0))
    assert "Hello" in found.text and found.warnings == ("unreadable",)
