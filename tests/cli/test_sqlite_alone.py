"""Whoever installs OmniDesk without PostgreSQL's driver, as `make run` does, never meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sqlite

WITHOUT = """
import json, sys
for name in json.loads(sys.argv[1]):
    sys.modules[name] = None
from omnidesk.cli.main import run
sys.exit(run(sys.argv[2:]))
"""
OPTIONAL = ("psycopg", "atheris", "babel", "openapi_core", "aiosmtpd", "hypothesis")
"""What only the extras bring."""


def said(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command where none of the extras is installed."""
    command = [sys.executable, "-c", WITHOUT, json.dumps(OPTIONAL), *words, "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_workspace_is_made_and_used_without_the_driver_of_another_database(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for words in (
        ("init", "--agent-name", "Tess"),
        ("log-call", "--number", "+31612345678", "--text", "Where is my order?"),
        ("search", "order", "--json"),
        ("channel", "kinds"),
        ("doctor",),
        ("sync", "--once"),
    ):
        done = said(home, *words)
        assert done.returncode == 0, f"{words}: {done.stderr}"


def test_who_wants_postgresql_is_told_what_to_install(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert said(home, "init", "--agent-name", "Tess").returncode == 0
    done = said(home, "database", "move", "--to", "postgresql://desk@127.0.0.1/desk")
    assert done.returncode == 1
    assert "omnidesk[postgres]" in done.stderr
