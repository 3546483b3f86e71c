"""Notifications and titles in a real terminal: which bytes arrive, that the screen stays whole, the title returns."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from omnidesk.desk import composing, triage
from tests.console.test_tmux import EVIL, Terminal
from tests.filling import BRAM, Desk, mail

pytestmark = [
    pytest.mark.tmux,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


@pytest.fixture
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    found = Terminal(tmp_path_factory.mktemp("t"))
    yield found
    found.close()


@pytest.fixture
def quiet_desk(desk: Desk) -> Desk:
    """A desk where #1 is sanne's own, without an engine."""
    desk.receives(mail("1"), mail("2", sender=BRAM))
    triage.assign(desk.workspace, desk.me, 1, "sanne")
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = FALSE"))
    return desk


def start(desk: Desk, terminal: Terminal, folder: Path, notify: str, inside: bool = True) -> Path:
    """Run the console with a way to be told; return the file that gets every byte it writes from then on."""
    config = folder / "config.toml"
    config.write_text(f'notify = "{notify}"\n')
    hidden = {} if inside else {"TMUX": ""}
    known = {"OMNIDESK_AGENT": "sanne", "OMNIDESK_CONFIG": str(config), **hidden}
    terminal.start(desk.workspace.home.path, 140, 40, **known)
    terminal.sees("Open 2", "? keys")
    until(lambda: terminal.ask("pane_title").startswith("OmniDesk 1 mine"), "the title")
    raw = folder / "bytes"
    terminal.tmux("pipe-pane", "-o", f"cat >> {raw}")
    return raw


def until(true: Callable[[], object], what: str, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


def wrote(raw: Path) -> bytes:
    return raw.read_bytes() if raw.exists() else b""


@pytest.mark.parametrize(
    ("notify", "inside", "bytes_"),
    [
        ("osc9", False, rb"\x1b\]9;OmniDesk: Anna answered #1: Subject 1\x07"),
        ("osc777", False, rb"\x1b\]777;notify;OmniDesk;Anna answered #1: Subject 1\x07"),
        ("osc9", True, rb"\x1bPtmux;\x1b\x1b\]9;OmniDesk: Anna answered #1: Subject 1\x07\x1b\\\x07"),
    ],
)
def test_the_bytes_of_a_notification_reach_the_terminal_whole(
    quiet_desk: Desk, terminal: Terminal, tmp_path: Path, notify: str, inside: bool, bytes_: bytes
) -> None:
    raw = start(quiet_desk, terminal, tmp_path, notify, inside)
    before = terminal.screen()
    quiet_desk.receives(mail("3", "Any news?", answers="1"))
    until(lambda: re.search(bytes_, wrote(raw)), f"{bytes_!r} in what was written")
    terminal.sees("1 new: gn", "Any news?")
    assert len(re.findall(rb"OmniDesk[;:]", wrote(raw))) == 1
    assert terminal.screen().split("\n")[0].split("Mine")[0] == before.split("\n")[0].split("Mine")[0]
    until(lambda: terminal.ask("pane_title") == "OmniDesk 1 mine, 1 new", "the new title")


def test_a_bell_marks_the_window(quiet_desk: Desk, terminal: Terminal, tmp_path: Path) -> None:
    start(quiet_desk, terminal, tmp_path, "bell")
    terminal.tmux("new-window", "-d", "cat")
    terminal.tmux("select-window", "-t", ":1")
    quiet_desk.receives(mail("3", "Any news?", answers="1"))
    until(lambda: "1" in terminal.tmux("list-windows", "-F", "#{window_bell_flag}").split(), "the bell")


def test_the_title_comes_back_and_nothing_hostile_gets_into_it(
    quiet_desk: Desk, terminal: Terminal, tmp_path: Path
) -> None:
    koen = quiet_desk.another_agent("koen")
    raw = start(quiet_desk, terminal, tmp_path, "osc9", False)
    quiet_desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE conversation SET subject = ? WHERE id = 2", (f"{EVIL}evil",))
    )
    composing.note(quiet_desk.workspace, koen, 2, "@sanne will you look?")
    until(lambda: b"]9;OmniDesk: koen mentions you in #2" in wrote(raw), "the notification")
    assert b"owned" not in wrote(raw)
    assert b"]52;" not in wrote(raw)
    assert terminal.ask("pane_title") == "OmniDesk 1 mine, 1 new"
    assert terminal.ask("alternate_on") == "1"
    terminal.keys("C-q")
    terminal.sees("ended 0")
    assert "OmniDesk" not in terminal.ask("pane_title")
