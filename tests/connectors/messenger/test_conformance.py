"""A Facebook page and an Instagram account pass the conformance suite against the played Meta."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnidesk.connectors.testing import Conformance
from tests.connectors.messenger.harness import AccountHarness, PageHarness


@pytest.mark.slow
class TestMessenger(Conformance):
    """A page."""

    kills = 3

    @pytest.fixture
    def harness(self) -> Iterator[PageHarness]:
        with PageHarness() as harness:
            yield harness


@pytest.mark.slow
class TestInstagram(Conformance):
    """An account."""

    kills = 3

    @pytest.fixture
    def harness(self) -> Iterator[AccountHarness]:
        with AccountHarness() as harness:
            yield harness
