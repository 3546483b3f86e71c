"""Comfort in a real terminal: sizes, colours, character sets, signals, and coming back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.console.test_tmux import Terminal
from tests.filling import BRAM, Desk, mail

pytestmark = [
    pytest.mark.tmux,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """The agent's config and state folders, as environment."""
    return {
        "OMNIDESK_AGENT": "sanne",
        "OMNIDESK_CONFIG": str(tmp_path / "config.toml"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "TERM": "xterm-256color",
    }


@pytest.fixture
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    found = Terminal(tmp_path_factory.mktemp("t"))
    yield found
    found.close()


def until(true: Callable[[], object], what: str, seconds: float = 40.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


def end(terminal: Terminal) -> None:
    """End the terminal; the next one has a socket of its own, since this one may still be closing."""
    terminal.close()
    terminal.socket = terminal.socket.with_name(f"{terminal.socket.name}-next")


def process(terminal: Terminal) -> int:
    """Return the console's process: the child of the pane's shell."""
    shell = terminal.ask("pane_pid")
    children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
    return int(children[0])


def test_a_terminal_that_drops_to_20x10_and_comes_back(desk: Desk, terminal: Terminal, own: dict[str, str]) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    terminal.start(desk.workspace.home.path, **own)
    terminal.sees("Open 2", "NOT ANSWERED")
    terminal.tmux("set", "-g", "window-size", "manual")
    for width, height, seen in ((40, 24, "is too small"), (20, 10, "is too small"), (80, 24, "Open 2")):
        terminal.tmux("resize-window", "-x", str(width), "-y", str(height))
        terminal.sees(seen)
    terminal.tmux("resize-window", "-x", "200", "-y", "60")
    terminal.sees("Open 2", "NOT ANSWERED", "Subject 1")


def test_without_colour_no_colour_reaches_the_terminal(desk: Desk, terminal: Terminal, own: dict[str, str]) -> None:
    desk.receives(mail("1"))
    terminal.start(desk.workspace.home.path, **own, NO_COLOR="1")
    terminal.sees("Open 1", "Subject 1")
    painted = terminal.tmux("capture-pane", "-pe")
    assert not re.search(r"\x1b\[[0-9;]*(?:3[0-7]|4[0-7]|38;|48;|9[0-7])m", painted)
    assert "\x1b[7m" in painted or "\x1b[0;7m" in painted


def test_sixteen_colours_are_the_terminals_own(desk: Desk, terminal: Terminal, own: dict[str, str]) -> None:
    desk.receives(mail("1"))
    terminal.start(desk.workspace.home.path, **{**own, "TERM": "xterm", "COLORTERM": ""})
    terminal.sees("Open 1", "Subject 1")
    until(lambda: "\x1b[36m" in terminal.tmux("capture-pane", "-pe"), "cyan, one of the sixteen")
    painted = terminal.tmux("capture-pane", "-pe")
    assert "38;2" not in painted and "38;5" not in painted


def test_a_locale_without_utf_8_gets_ascii(desk: Desk, terminal: Terminal, own: dict[str, str]) -> None:
    desk.receives(mail("1", "Zoë schrijft: 名前 — €5", subject="Café 🙂"))
    terminal.start(desk.workspace.home.path, **own, LC_ALL="C")
    screen = terminal.sees("Open 1", "Cafe ??", "Zoe schrijft: ???? - ?5", " | ")
    assert screen.isascii()
    terminal.type("?")
    assert terminal.sees("Keys").isascii()


def test_plain_mode_shows_the_terminals_cursor_on_the_row(desk: Desk, terminal: Terminal, own: dict[str, str]) -> None:
    desk.receives(*(mail(str(number)) for number in range(5)))
    terminal.start(desk.workspace.home.path, **own)
    terminal.sees("Open 5")
    terminal.type("=p")
    terminal.sees("plain mode")
    terminal.type("jj")
    terminal.sees("3 of 5")
    assert not set(terminal.screen()) & set("│─┌┐└┘▁▂▃▄▅▆▇█")
    terminal.keys("C-q")
    terminal.sees("ended 0")
    end(terminal)
    terminal.start(desk.workspace.home.path, **own)
    terminal.sees("Open 5", "> ")
    until(lambda: terminal.ask("cursor_flag") == "1", "the terminal's cursor")
    terminal.type("k")
    terminal.sees("2 of 5")
    row = int(terminal.ask("cursor_y"))
    assert terminal.screen().splitlines()[row].startswith(">")


def test_a_config_of_nonsense_is_named_and_the_console_works(
    desk: Desk, terminal: Terminal, own: dict[str, str]
) -> None:
    Path(own["OMNIDESK_CONFIG"]).write_text('colour = "red"\n[keys]\nclose = "ctrl+w"\n')
    desk.receives(mail("1"))
    terminal.start(desk.workspace.home.path, **own)
    terminal.sees("names colour, which is no preference", "Open 1")
    terminal.type("e")
    terminal.sees("Open 0")
    terminal.keys("C-q")
    terminal.sees("ended 0")
    Path(own["OMNIDESK_CONFIG"]).write_text("theme = [broken\n")
    end(terminal)
    terminal.start(desk.workspace.home.path, **own)
    terminal.sees("is no TOML", "Open 0")


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_a_console_that_is_told_to_end_leaves_the_terminal_sane(
    desk: Desk, terminal: Terminal, own: dict[str, str], told: signal.Signals
) -> None:
    desk.receives(mail("1"))
    terminal.start(desk.workspace.home.path, **own)
    terminal.sees("Open 1")
    assert terminal.ask("alternate_on") == "1"
    os.kill(process(terminal), told)
    terminal.sees(f"ended {128 + told}")
    assert [terminal.ask(what) for what in ("alternate_on", "mouse_any_flag", "cursor_flag")] == ["0", "0", "1"]


def test_a_terminal_that_dies_loses_no_draft_and_no_place(desk: Desk, terminal: Terminal, own: dict[str, str]) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    terminal.start(desk.workspace.home.path, **own)
    terminal.sees("Open 2")
    terminal.type("jn")
    terminal.sees("NOTE")
    terminal.type("half a thought")
    terminal.sees("half a thought")
    console = process(terminal)
    end(terminal)
    until(lambda: not Path(f"/proc/{console}").exists(), "the console to end")
    terminal.start(desk.workspace.home.path, **own)
    terminal.sees("NOTE", "half a thought")


def test_ctrl_z_sleeps_and_fg_wakes(desk: Desk, terminal: Terminal, own: dict[str, str]) -> None:
    desk.receives(mail("1"))
    said = " ".join(f"{key}='{value}'" for key, value in own.items())
    terminal.tmux("new-session", "-d", "-x", "100", "-y", "30", "bash --norc -i")
    terminal.type(f"env {said} {sys.executable} -m omnidesk --home {desk.workspace.home.path}")
    terminal.keys("Enter")
    terminal.sees("Open 1")
    terminal.keys("C-z")
    terminal.sees("Stopped")
    assert terminal.ask("alternate_on") == "0"
    terminal.type("fg")
    terminal.keys("Enter")
    terminal.sees("Open 1", "keys")
    terminal.keys("C-q")
    until(lambda: terminal.ask("alternate_on") == "0", "the shell")
