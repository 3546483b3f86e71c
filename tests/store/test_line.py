"""The line of writers: in the order they came, and nobody waits for ever or for the dead."""

from __future__ import annotations

import stat
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from omnidesk.store.home import Home
from omnidesk.store.line import Line
from omnidesk.words.errors import TryLaterError
from tests.filling import Desk, python, wait_until

LONG = 60.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def line(home: Home) -> Line:
    """One process's place before the file, as far as the system can tell."""
    return Line(home, home.path / "some.db")


def waiting(home: Home) -> int:
    """How many stand in line behind whoever's turn it is."""
    number = f":{(home.path / 'some.db-line').stat().st_ino} "
    return sum("->" in said and number in said for said in Path("/proc/locks").read_text().splitlines())


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="the system does not say who waits for a lock")
def test_whoever_came_first_goes_first(home: Home) -> None:
    came: list[int] = []

    def write(number: int) -> None:
        with line(home).turn(LONG):
            came.append(number)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    with line(home).turn(LONG):
        for number, writer in enumerate(writers):
            writer.start()
            wait_until(lambda number=number: waiting(home) == number + 1, what=f"writer {number} to stand in line")
    for writer in writers:
        writer.join()
    assert came == list(range(8))


def test_who_waited_too_long_is_told_and_keeps_no_place(home: Home) -> None:
    with ExitStack() as held:
        held.enter_context(line(home).turn(LONG))
        with pytest.raises(TryLaterError, match="being written by others"), line(home).turn(0.01):
            pytest.fail("it was somebody else's turn")
    with line(home).turn(LONG):
        pass


def test_the_dead_hold_nobody_up(home: Home) -> None:
    holding = python(
        "import sys, time; from pathlib import Path; from omnidesk.store.home import Home; "
        "from omnidesk.store.line import Line\n"
        "home = Home(Path(sys.argv[1]))\n"
        "with Line(home, home.path / 'some.db').turn(60):\n print('mine', flush=True); time.sleep(600)",
        home.path,
    )
    assert holding.stdout is not None
    assert holding.stdout.readline() == "mine\n"
    with pytest.raises(TryLaterError), line(home).turn(0.01):
        pytest.fail("it was somebody else's turn")
    holding.kill()
    with line(home).turn(LONG):
        pass
    holding.communicate()


def test_where_there_can_be_no_line_writing_goes_on(desk: Desk) -> None:
    path = desk.workspace.home.path / "omnidesk.db-line"
    path.unlink(missing_ok=True)
    path.mkdir()
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE agent SET name = 'Else'"))
    assert desk.count("agent", "name = 'Else'") == 1


def test_the_line_has_the_rights_of_the_workspace(desk: Desk) -> None:
    desk.workspace.database.write(lambda tx: None)
    found = (desk.workspace.home.path / "omnidesk.db-line").stat()
    assert stat.S_IMODE(found.st_mode) == 0o600
