"""Fixtures for tests of the customer-facing side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.filling import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path, database: str) -> Iterator[Desk]:
    """A fresh workspace with the agent sanne and a sample channel."""
    opened = open_desk(tmp_path)
    yield opened
    opened.workspace.close()
