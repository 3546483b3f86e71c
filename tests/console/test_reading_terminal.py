"""Reading in a real terminal: links and the clipboard as escape sequences, hostile names, pictures of the terminal's
own."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from omnidesk.screens import showing
from tests.console.test_tmux import Terminal
from tests.desk.test_files import picture
from tests.filling import Desk, mail

EVIL = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m"
KITTY, SIXEL, PLAIN = b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c", b"\x1b[?62;4;6c", b"\x1b[?1;2c"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(tmp_path)
    yield found
    found.tmux("kill-server")


def until(true: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.mark.tmux
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_links_are_the_terminals_own_copies_arrive_and_hostile_names_do_nothing(desk: Desk, terminal: Terminal) -> None:
    text = f"Track https://carrier.example/t?x=1 {EVIL} or bank.example <https://evil.example/>"
    desk.receives(
        mail("1", text, name=f"Evil {EVIL}", subject=f"Sub {EVIL}", files={f"a{EVIL}.txt": b"x" + EVIL.encode()})
    )
    desk.workspace.close()
    terminal.start(desk.workspace.home.path, SSH_CONNECTION="x", OMNIDESK_AGENT="sanne")
    written = terminal.folder / "written"
    terminal.tmux("pipe-pane", f"cat > {written}")
    until(lambda: "Sub" in terminal.screen(), "the queue")
    terminal.keys("Enter")
    until(lambda: "carrier.example/t" in terminal.screen(), "the thread")
    until(lambda: ";https://carrier.example/t?x=1\x1b\\" in written.read_text(errors="replace"), "the link")
    assert ";https://evil.example/" not in written.read_text(errors="replace"), "it hides where it leads"
    terminal.keys("c", "c")
    until(lambda: "Track https://carrier.example" in terminal.tmux("show-buffer"), "the clipboard")
    assert "\x1b" not in terminal.tmux("show-buffer")
    terminal.keys("g", "x", "a")
    until(lambda: "a.txt" in terminal.screen() and "goes back" not in terminal.screen(), "the file")
    assert terminal.ask("pane_title") != "owned"
    assert terminal.ask("alternate_on") == "1"
    terminal.keys("C-q")


def answering(answer: bytes, program: str) -> bytes:
    """Run a program on a terminal that answers questions about itself; return what it wrote before the answer came
    to nothing more."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=follower, stdout=follower, stderr=follower, close_fds=True,
        env={name: value for name, value in os.environ.items() if name not in ("TERM_PROGRAM", "LC_TERMINAL")},
    )  # fmt: skip
    os.close(follower)
    written, answered = b"", False
    while select.select([leader], [], [], 60)[0]:
        try:
            piece = os.read(leader, 65_536)
        except OSError:
            break
        if not piece:
            break
        written += piece
        if not answered and b"\x1b[c" in written:
            answered = True
            os.write(leader, answer)
        if b"any key" in written:
            os.write(leader, b"q")
    process.wait(60)
    os.close(leader)
    return written


@pytest.mark.parametrize(("answer", "form"), [(KITTY, "kitty"), (SIXEL, "sixel"), (PLAIN, "none")])
def test_the_terminal_says_what_pictures_it_shows(answer: bytes, form: str) -> None:
    said = answering(answer, "from omnidesk.screens.showing import ask_terminal; print('found', ask_terminal())")
    assert f"found {form}".encode() in said


def test_a_picture_is_drawn_in_the_terminals_own_way_and_nothing_else_reaches_it() -> None:
    data = picture(300, 200)
    kitty = showing.drawn("kitty", data)
    assert re.fullmatch(r"(?:\x1b_G(?:a=T,f=100,q=2,)?m=[01];[A-Za-z0-9+/=]+\x1b\\)+", kitty)
    assert re.fullmatch(r"\x1b\]1337;File=inline=1;size=\d+;preserveAspectRatio=1:[A-Za-z0-9+/=]+\x07",
                        showing.drawn("iterm", data))  # fmt: skip
    assert re.fullmatch(r"\x1bP[0-9;]+q[!-~]+\x1b\\", showing.drawn("sixel", data))
