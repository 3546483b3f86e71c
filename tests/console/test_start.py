"""Starting: what is imported, what cannot be opened, and where there is nothing yet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests import postgres
from tests.filling import Desk, mail, open_desk

SLOW = (
    "alembic", "email.parser", "httpx", "imapclient", "importlib.metadata", "keyring", "pydantic", "selectolax",
    "sqlalchemy", "sqlmodel", "textual.widgets._text_area", "typer",
)  # fmt: skip
NEEDED = {"omnidesk", "platformdirs", "rich", "textual", "typing_extensions"}
"""The packages outside the standard library that the first paint needs; another one is a decision, not an accident."""
DRIVER = {"psycopg", "psycopg_binary"}
"""What it needs besides where the workspace lies in PostgreSQL."""
BY_DRIVER = {"email.parser", "importlib.metadata"}
"""What the driver itself imports, to learn its version."""
LATER = ("omnidesk.cli", "omnidesk.connectors.email", "omnidesk.demo", "omnidesk.store.migrat", "omnidesk.sync")
"""Rooms of our own that nobody needs before there is something on the screen."""
OURS = 158
"""Modules of our own before the first paint; each costs about half a millisecond."""

_PAINT = """
import asyncio, sys
import omnidesk.__main__
import omnidesk.app
from omnidesk.screens.console import OmniDeskApp
from omnidesk.screens import desk
from omnidesk.screens.session import open_session

class Painted(OmniDeskApp):
    def _display(self, screen, renderable):
        super()._display(screen, renderable)
        rows = [strip.text for strip in screen._compositor.render_strips()]
        if any("Where is my order" in row for row in rows):
            self.loaded = sorted(sys.modules)
            self.exit(0)

    def on_mount(self):
        desk.DeskScreen._begin = lambda self: None
        super().on_mount()

app = Painted(open_session(sys.argv[1]), sys.argv[1], engine=False)
asyncio.run(app.run_async(headless=True, size=(140, 40)))
print("loaded", *app.loaded)
"""


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database of the workspace that is opened."""
    with postgres.chosen(getattr(request, "param", "sqlite")) as name:
        yield name


@pytest.fixture(scope="module")
def loaded(database: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The modules that are loaded once the first row of the queue is painted, in a process of its own."""
    desk = open_desk(tmp_path_factory.mktemp("start"))
    desk.receives(mail("1", subject="Where is my order NL-1?"))
    home = str(desk.workspace.home.path)
    desk.workspace.close()
    done = subprocess.run([sys.executable, "-c", _PAINT, home], capture_output=True, text=True, timeout=60, check=False)
    said = next((line for line in done.stdout.splitlines() if line.startswith("loaded ")), "")
    assert said, done.stdout + done.stderr
    return said.split()[1:]


@pytest.mark.databases
def test_the_first_paint_imports_nothing_slow(loaded: list[str], database: str) -> None:
    assert "textual.app" in loaded
    needed = BY_DRIVER if database == "postgresql" else set()
    assert {name for name in loaded if name in SLOW} <= needed


@pytest.mark.databases
def test_the_first_paint_imports_only_the_packages_it_needs(loaded: list[str], database: str) -> None:
    packages = {name.partition(".")[0] for name in loaded}
    needed = NEEDED | DRIVER if database == "postgresql" else NEEDED
    assert packages & set(packages_distributions()) - {"_distutils_hack"} <= needed


@pytest.mark.databases
def test_the_first_paint_leaves_the_other_rooms_closed(loaded: list[str]) -> None:
    assert [name for name in loaded if name.startswith(LATER)] == []
    assert len([name for name in loaded if name.startswith("omnidesk")]) <= OURS


def omnidesk(home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "omnidesk", "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


def test_a_broken_config_is_one_clear_line(desk: Desk) -> None:
    home = desk.workspace.home.path
    (home / "config.toml").write_text("this is = = no toml")
    done = omnidesk(home)
    assert done.returncode == 1
    assert done.stderr.startswith("omnidesk: ")
    assert "config.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_newer_than_the_program_is_one_clear_line(desk: Desk) -> None:
    desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE mark SET value = '9999' WHERE key IN ('schema', 'oldest_writer')")
    )
    done = omnidesk(desk.workspace.home.path)
    assert done.returncode == 1
    assert "newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_database_but_a_file_of_something_else_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "omnidesk.db").write_bytes(os.urandom(4096))
    done = omnidesk(tmp_path)
    assert done.returncode == 1
    assert "damaged or no database" in done.stderr
    assert "Traceback" not in done.stderr
