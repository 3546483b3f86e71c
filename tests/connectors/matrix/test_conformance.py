"""Matrix passes the conformance suite against a real Synapse, at whose door faults are played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.connectors.testing import Conformance
from tests.connectors.matrix.harness import MatrixHarness
from tests.synapse import Synapse

pytestmark = [pytest.mark.slow, pytest.mark.synapse]


class TestMatrix(Conformance):
    """One account that logs in with its password."""

    kills = 3

    @pytest.fixture
    def harness(self, synapse: Synapse, secrets_file: Path) -> Iterator[MatrixHarness]:
        with MatrixHarness(synapse) as harness:
            yield harness
