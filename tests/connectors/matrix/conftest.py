"""Fixtures of the Matrix tests: one Synapse for all of them, and an account on it that is the desk's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.connectors.testing import Program
from tests import synapse as servers
from tests.connectors.matrix.harness import MatrixHarness
from tests.synapse import Synapse


@pytest.fixture(scope="session")
def synapse() -> Iterator[Synapse]:
    """A running homeserver, shared by the session: do not stop it."""
    if reason := servers.missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = Synapse()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def secrets_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of the test's own for what logging in brings."""
    path = tmp_path / "secrets.json"
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(path))
    return path


@pytest.fixture
def matrix(synapse: Synapse, secrets_file: Path) -> Iterator[MatrixHarness]:
    with MatrixHarness(synapse) as harness:
        yield harness


@pytest.fixture
def program(tmp_path: Path, matrix: MatrixHarness) -> Program:
    return Program(tmp_path / "home", matrix)
