"""Fixtures for tests of the store: those of the desk, and a desk that is in PostgreSQL whatever is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.desk.conftest import desk, time
from tests.filling import Desk, open_desk

__all__ = ["desk", "time"]


@pytest.fixture
def desk_on_postgres(tmp_path: Path) -> Iterator[Desk]:
    """A workspace in PostgreSQL."""
    if reason := postgres.missing():
        pytest.skip(reason)
    with postgres.on_postgres():
        opened = open_desk(tmp_path)
        yield opened
        opened.workspace.close()
