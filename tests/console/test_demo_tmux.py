"""The demo in a real terminal: full at its first paint, alive, and gone when it is left."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.test_tmux import Terminal
from tests.filling import wait_until

pytestmark = [
    pytest.mark.tmux,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    found = Terminal(tmp_path)
    yield found
    found.tmux("kill-server")


def start(terminal: Terminal, words: str) -> None:
    """Run `omnidesk demo` for an agent without a config, whose temporary files lie in a folder of the test."""
    folder = terminal.folder
    (folder / "tmp").mkdir()
    environment = {
        "OMNIDESK_AGENT": "sanne",
        "OMNIDESK_CONFIG": str(folder / "config.toml"),
        "TMPDIR": str(folder / "tmp"),
        "TZ": "Europe/Amsterdam",
        "XDG_STATE_HOME": str(folder / "state"),
    }
    said = " ".join(shlex.quote(f"{key}={value}") for key, value in environment.items())
    run = f"env -u COLUMNS -u LINES {said} {shlex.quote(sys.executable)} -m omnidesk demo {words}; echo ended $?; cat"
    terminal.tmux("new-session", "-d", "-x", "140", "-y", "40", run)


def test_a_frozen_demo_shows_the_story_teaches_and_leaves_nothing_behind(terminal: Terminal) -> None:
    start(terminal, "--frozen")
    terminal.sees("Bram de Vries", "Any news?", "-0:12", "Piet Smit", "-0:03", "Visitor 81", "Anna Jansen", "2 overdue")
    terminal.sees("try Enter  opens the conversation")
    terminal.keys("Enter")
    terminal.sees("4m12s, taken by Koen", "NOT ANSWERED", "koen is reading")
    assert list((terminal.folder / "tmp").glob("omnidesk-demo-*"))
    terminal.keys("C-q")
    terminal.sees("ended 0")
    assert not list((terminal.folder / "tmp").glob("omnidesk-demo-*"))


def test_a_visitor_answers_an_answer_in_the_chat(terminal: Terminal) -> None:
    start(terminal, "--home " + shlex.quote(str(terminal.folder / "kept")))
    terminal.sees("Visitor 81", "all channels up")
    terminal.keys("j", "j", "Enter")
    terminal.sees("Do you have 42 in the shop?  ", "waiting")
    terminal.keys("r")
    terminal.sees("CHAT - private - Enter sends", "Visitor 81 <visitor-81>")
    terminal.type("Yes, two pairs.")
    terminal.sees("Yes, two pairs.")
    terminal.keys("Enter")
    heard = terminal.folder / "kept" / "sample" / "chat" / "inbox.jsonl"
    wait_until(lambda: '"from": "visitor-81"' in heard.read_text().partition("<live.")[2], 40, "the visitor's answer")
    terminal.keys("C-q")
    terminal.sees("ended 0")
    assert (terminal.folder / "kept" / "omnidesk.db").exists()
