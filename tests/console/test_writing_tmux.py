"""Writing in a real terminal: what is typed survives a killed console and a dropped line, editors, and large pastes."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import time
from functools import partial
from pathlib import Path

import pytest

from omnidesk.desk import drafts
from tests.console.test_tmux import Terminal, terminal
from tests.filling import Desk, mail, wait_until

__all__ = ["terminal"]

pytestmark = [
    pytest.mark.tmux,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


@pytest.fixture
def quiet(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """A conversation and no engine; the agent's data folder is one of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    desk.receives(mail("1"))
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = FALSE"))
    return desk


def start(desk: Desk, terminal: Terminal, **environment: str) -> None:
    data = os.environ["XDG_DATA_HOME"]
    terminal.start(desk.workspace.home.path, OMNIDESK_AGENT="sanne", XDG_DATA_HOME=data, **environment)
    terminal.sees("Open 1", "Anna")


def kept(desk: Desk) -> str:
    draft = drafts.get(desk.workspace, desk.me, 1, "reply")
    return draft.text if draft is not None else ""


def console_of(terminal: Terminal) -> int:
    """Return the process of the console: the child of the pane's shell."""
    shell = terminal.ask("pane_pid")
    children = Path(f"/proc/{shell}/task/{shell}/children")
    return int(wait_until(lambda: children.read_text().split(), what="the console")[0])


def test_a_console_killed_while_typing_loses_the_last_second_at_most(quiet: Desk, terminal: Terminal) -> None:
    start(quiet, terminal)
    terminal.keys("r")
    terminal.sees("REPLY -")
    typed: list[tuple[float, str]] = []
    text, first = "", ""
    end = time.monotonic() + 30
    while not (first := kept(quiet)) or len(typed) < 20:  # without a pause in which a draft could be stored at leisure
        assert time.monotonic() < end, "no draft was stored while typing"
        terminal.type("ab ")
        text += "ab "
        typed.append((time.monotonic(), text))
    killed = time.monotonic()
    os.kill(console_of(terminal), signal.SIGKILL)
    stored = kept(quiet)
    older = [said for at, said in typed if killed - at > 2.0]  # the second, and what a busy machine takes to hear keys
    assert stored and first
    assert text.startswith(stored.rstrip()), "what is stored was typed"
    assert len(stored) >= len(older[-1].rstrip()) if older else stored
    terminal.close()
    again = Terminal(terminal.folder)
    try:
        start(quiet, again)
        again.keys("r")
        again.sees("REPLY -", "ab ab")
    finally:
        again.close()


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_editor_works_on_the_draft_and_its_file_goes_afterwards(
    quiet: Desk, terminal: Terminal, tmp_path: Path
) -> None:
    editor = script(
        tmp_path / "editor", f'cp "$1" {tmp_path}/seen; echo "$1" > {tmp_path}/where; echo And more >> "$1"'
    )
    start(quiet, terminal, VISUAL=editor)
    terminal.keys("r")
    terminal.sees("REPLY -")
    terminal.type("Dear Anna")
    terminal.keys("C-o")
    terminal.sees("And more")
    assert (tmp_path / "seen").read_text() == "Dear Anna\n"
    wait_until(lambda: kept(quiet) == "Dear Anna\nAnd more", what="the draft")
    where = Path((tmp_path / "where").read_text().strip())
    assert where.parent.is_relative_to(tmp_path / "data")
    wait_until(lambda: not where.exists(), what="the file to go")
    terminal.type("!")
    wait_until(lambda: kept(quiet) == "Dear Anna\nAnd more!", what="the draft")


def test_an_editor_that_gives_up_changes_nothing(quiet: Desk, terminal: Terminal, tmp_path: Path) -> None:
    start(quiet, terminal, VISUAL=script(tmp_path / "editor", 'echo Never >> "$1"; exit 1'))
    terminal.keys("r")
    terminal.sees("REPLY -")
    terminal.type("As it was")
    terminal.keys("C-o")
    terminal.sees("the draft stays as it was")
    wait_until(lambda: kept(quiet) == "As it was", what="the draft")


def _read_on(terminal: Terminal) -> bool:
    """Read what vim says of the recovery, page by page, until the text stands there."""
    screen = terminal.screen()
    if "ENTER" in screen or "More" in screen:
        terminal.keys("Enter")
    return "longer than it was" in screen


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_a_line_that_drops_in_the_editor_offers_recovery(quiet: Desk, terminal: Terminal) -> None:
    vim = "vim --clean --cmd 'set updatecount=1'"
    start(quiet, terminal, VISUAL=vim)
    terminal.keys("r")
    terminal.sees("REPLY -")
    terminal.type("Dear Anna")
    terminal.keys("C-o")
    terminal.sees("Dear Anna", "~")
    terminal.type("Golonger than it was")
    folder = Path(os.environ["XDG_DATA_HOME"]) / "omnidesk" / "drafts"
    wait_until(lambda: any(b"longer than" in one.read_bytes() for one in folder.glob("*/.*.swp")), what="the swap file")
    terminal.close()  # the line drops: everything in it gets SIGHUP
    again = Terminal(terminal.folder)
    try:
        start(quiet, again, VISUAL=vim)
        again.keys("r")
        again.sees("your editor was cut off here")
        again.keys("C-o")
        again.sees("swap file")
        again.type("r")
        wait_until(partial(_read_on, again), 40, "the words that were cut off")
        again.type(":wq")
        again.keys("Enter")
        again.sees("REPLY -", "longer than it was")
    finally:
        again.close()


@pytest.mark.slow
def test_a_paste_of_five_megabytes_leaves_the_console_at_work(quiet: Desk, terminal: Terminal, tmp_path: Path) -> None:
    start(quiet, terminal)
    terminal.keys("r")
    terminal.sees("REPLY -")
    (tmp_path / "paste").write_text("one line of many\n" * 310_000)
    terminal.tmux("load-buffer", str(tmp_path / "paste"))
    terminal.tmux("paste-buffer", "-p")
    terminal.sees("[1] pasted-1-", "5.3 MB", seconds=90)
    terminal.type("and on")
    wait_until(lambda: kept(quiet) == "and on", what="the draft")
