"""Tests of a provider in trouble: busy, broken, silent, or no longer letting us in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import RetryAfterError
from omnidesk.connectors.testing.base import Base, needs
from omnidesk.connectors.testing.declared import overrides
from omnidesk.connectors.testing.harness import Harness, Said
from omnidesk.connectors.testing.program import Program, engine, wait_for


class Trouble(Base):
    """What a source that is read may do to us."""

    @needs("fetching", excuse="retry_after")
    def test_10_come_back_later_is_obeyed_to_the_second(self, harness: Harness, program: Program) -> None:
        """The seconds that the provider named reach the engine; not one request before; then everything arrives."""
        harness.inject(Said("worth the wait"))
        with harness.busy(30), pytest.raises(RetryAfterError) as raised:
            self.pull(harness, {})
        assert 29 <= raised.value.seconds <= 30
        begun = clock.now()
        with harness.busy(5) as requests, engine(program):
            wait_for(lambda: program.channel()["next_attempt_at"] is not None, "the channel to notice")
            channel = program.channel()
            if requests() == 1:  # a machine so busy that the seconds are over shows nothing
                assert channel["health"] == "retrying"
                self._asked_again(requests, begun + 5 * clock.SECOND, _moment(channel["next_attempt_at"]))
        assert program.sync()["received"] == 1

    @staticmethod
    def _asked_again(requests: Callable[[], int], earliest: int, at: int) -> None:
        """Wait for the second request, which must not come before the time that was noted, nor that before its own."""
        assert at >= earliest

        def again() -> bool:
            count, now = requests(), clock.now()
            assert count == 1 or now >= at, "it was asked before the time that it named"
            return count > 1

        wait_for(again, "the second request")

    @needs("fetching", excuse="outage")
    def test_11_an_outage_is_met_with_growing_patience(self, harness: Harness, program: Program) -> None:
        """After five failures the channel counts as down, having asked hardly more often than that."""
        harness.inject(Said("after the outage"))
        with engine(program):
            with harness.outage() as requests:
                wait_for(lambda: program.channel()["health"] == "down", "the channel to be down")
                assert requests() <= 12
                assert program.channel()["error"]
            wait_for(lambda: "after the outage" in program.texts(), "the message after the outage")
            wait_for(lambda: program.channel()["health"] == "ok", "the channel to be well again")

    @needs("fetching", excuse="freeze")
    def test_12_a_frozen_provider_is_noticed_and_survived(self, harness: Harness, program: Program) -> None:
        """Silence ends as an error in words, not as a hang; afterwards the channel goes on."""
        harness.inject(Said("before the frost"))
        with engine(program):
            wait_for(lambda: "before the frost" in program.texts(), "the first message")
            with harness.freeze():
                wait_for(lambda: program.channel()["health"] != "ok", "the silence to be noticed")
                assert program.channel()["error"]
            harness.inject(Said("after the frost"))
            wait_for(lambda: "after the frost" in program.texts(), "the message after the frost")

    @needs("fetching", "secrets", excuse="token")
    def test_13_a_token_that_ends_in_mid_pull_loses_nothing(self, harness: Harness, program: Program) -> None:
        """It is made anew where that can be done; else the channel asks for a person, and storms nobody's door."""
        renews = overrides(registry.connector(harness.kind), "renew")
        said = [Said(f"behind a token {number}") for number in range(12)]
        harness.inject(*said)
        with harness.expire_token() as requests, engine(program):

            def settled() -> bool:
                asks = program.channel()["health"] == "needs_login"
                return asks or (renews and len(program.texts()) == len(said))

            wait_for(settled, "the end of the token to be dealt with")
            assert requests() <= 20
        program.sync_well()
        assert sorted(program.texts()) == sorted(one.text for one in said)
        assert program.channel()["health"] == "ok"


def _moment(said: str) -> int:
    return clock.from_datetime(datetime.fromisoformat(said))
