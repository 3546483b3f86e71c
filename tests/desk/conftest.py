"""Fixtures for tests of the desk."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.connectors import registry
from tests.filling import Clock, Desk, open_desk, standing_clock
from tests.sync import scripted


@pytest.fixture
def desk(tmp_path: Path, database: str) -> Iterator[Desk]:
    """A fresh workspace with the agent sanne and a sample channel."""
    opened = open_desk(tmp_path)
    yield opened
    opened.workspace.close()


@pytest.fixture
def time() -> Iterator[Clock]:
    """A clock that stands at noon until it is moved; ask for it before `desk`."""
    with standing_clock() as hand:
        yield hand


@pytest.fixture
def scripted_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The scripted connectors, installed for this test."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(scripted.install(tmp_path / "plugins"))])
    registry.look_again()
    scripted.PROVIDERS.clear()
    yield
    monkeypatch.undo()
    registry.look_again()
