"""A modem passes the conformance suite with a real gammu-smsd, whichever way that keeps its messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.connectors.testing import Conformance
from tests.connectors.gammu.harness import ModemHarness

pytestmark = [pytest.mark.slow, pytest.mark.modem]


class TestGammuFolders(Conformance):
    """The files backend."""

    kills = 3

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[ModemHarness]:
        with ModemHarness(tmp_path / "modem", "files") as harness:
            yield harness


class TestGammuTables(Conformance):
    """The SQL backend on SQLite."""

    kills = 3

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[ModemHarness]:
        with ModemHarness(tmp_path / "modem", "sql") as harness:
            yield harness
