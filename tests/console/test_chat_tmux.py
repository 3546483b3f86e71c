"""Live chat in a real terminal: the bell, the keys that send and break a line, and F3."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.desk import triage
from omnidesk.words.rows import Channel
from tests.console.test_chat import says
from tests.console.test_tmux import Terminal
from tests.filling import Desk, mail, wait_until

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
def web(desk: Desk) -> Channel:
    return desk.adds_channel("web", "", "sample-chat")


def test_a_new_chat_rings_is_taken_and_answered(desk: Desk, web: Channel, terminal: Terminal, tmp_path: Path) -> None:
    desk.receives(mail("1"))
    own = says(desk, web, "2", visitor="visitor-1")
    triage.assign(desk.workspace, desk.me, own, "sanne")
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = FALSE WHERE name = 'demo'"))
    config = tmp_path / "config.toml"
    config.write_text('notify = "bell"\n')
    terminal.start(desk.workspace.home.path, 140, 40, OMNIDESK_AGENT="sanne", OMNIDESK_CONFIG=str(config))
    terminal.sees("Open 2", "f3 ", "Visitor-1")
    terminal.tmux("new-window", "-d", "cat")
    terminal.tmux("select-window", "-t", ":1")
    says(desk, web, "3", visitor="visitor-2")
    wait_until(lambda: "1" in terminal.tmux("list-windows", "-F", "#{window_bell_flag}").split(), 40, "the bell")
    terminal.tmux("select-window", "-t", ":0")
    terminal.sees("NEW Visitor-2", "t takes it")
    terminal.keys("t")
    terminal.sees("> Visitor-2", "sanne took it")
    terminal.keys("r")
    terminal.sees("CHAT - private - Enter sends, ctrl+j new line")
    terminal.type("Yes,")
    terminal.keys("C-j")
    terminal.type("two pairs")
    terminal.keys("Enter")
    wait_until(lambda: desk.value("SELECT text FROM message WHERE direction = 'outbound'"), 40, "the line")
    assert desk.value("SELECT text FROM message WHERE direction = 'outbound'") == "Yes,\ntwo pairs"
    terminal.type("Red or")
    terminal.sees("Red or")
    terminal.keys("F3")
    terminal.sees("> Visitor-1", "To  Visitor-1")
    terminal.keys("F3")
    terminal.sees("> Visitor-2", "Red or")
