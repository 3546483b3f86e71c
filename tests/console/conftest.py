"""Fixtures of the console's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.filling import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Desk]:
    """A workspace whose agent sanne sits at the keyboard."""
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("OMNIDESK_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    opened = open_desk(tmp_path)
    yield opened
    opened.workspace.close()
