"""WhatsApp passes the conformance suite against a fake that is held to Meta's published OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnidesk.connectors.testing import Conformance
from tests.connectors.whatsapp.harness import WhatsAppHarness


@pytest.mark.slow
class TestWhatsApp(Conformance):
    """One number."""

    kills = 3

    @pytest.fixture
    def harness(self) -> Iterator[WhatsAppHarness]:
        with WhatsAppHarness() as harness:
            yield harness
