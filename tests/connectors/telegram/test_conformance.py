"""A bot on Telegram passes the conformance suite against a played Bot API server; what is asked is held to the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnidesk.connectors.testing import Conformance
from tests.connectors.telegram.harness import TelegramHarness


@pytest.mark.slow
class TestTelegram(Conformance):
    """One bot."""

    kills = 3

    @pytest.fixture
    def harness(self) -> Iterator[TelegramHarness]:
        with TelegramHarness() as harness:
            yield harness
