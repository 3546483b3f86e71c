"""A phone as gateway passes the conformance suite against a fake that is held to the app's published OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnidesk.connectors.testing import Conformance
from tests.connectors.sms_gateway.harness import GatewayHarness


@pytest.mark.slow
class TestSmsGateway(Conformance):
    """One phone."""

    kills = 3

    @pytest.fixture
    def harness(self) -> Iterator[GatewayHarness]:
        with GatewayHarness() as harness:
            yield harness
